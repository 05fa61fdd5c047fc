"""All that the operator asks of Kafka, answered by child processes: sweeps in some, topics in others.

Making topics takes long: it must neither delay nor harm a sweep.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sluicegate.errors import Bug
from sluicegate.model.kafka import ClientConfig, Fault, GroupQuestion, Sweep
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka import topic_wire, wire
from sluicegate.observe.kafka.topic_wire import TopicErrand
from sluicegate.observe.kafka.ward import Ward
from sluicegate.observe.kafka.wire import Order

NAME = "sluicegate-sweep"
TOPICS = "sluicegate-topics"


class SweepPool:
    """``children`` processes for sweeps and one for topics, each with one for quarantine, started when first needed.
    ``now`` is the operator's clock."""

    def __init__(self, *, children: int = 4, now: Callable[[], float]) -> None:
        self._now = now
        self._sweeps = Ward(
            names=tuple(f"{NAME}-{number}" for number in range(children)),
            quarantine=f"{NAME}-quarantine",
            work="the sweep",
            process="the sweep's process",
            now=now,
        )
        self._topics = Ward(
            names=(TOPICS,),
            quarantine=f"{TOPICS}-quarantine",
            work="the work on topics",
            process="the topics' process",
            now=now,
        )
        self._closed = False

    async def sweep(
        self,
        config: ClientConfig,
        questions: Sequence[GroupQuestion],
        *,
        timeout: float,  # noqa: ASYNC109 (more than a time-out: the process that breaks it is killed)
    ) -> Sweep:
        """One look at everything on one connection, within ``timeout`` seconds.

        Faults of Kafka and of the child are in the sweep. Bug when the pool is closed.
        """
        if self._closed:
            raise Bug("a sweep was asked of a pool that is closed")
        began, at = time.monotonic(), self._now()
        asked = tuple(questions)

        def encode(number: int, limit: float) -> bytes:
            return wire.encode_order(
                Order(
                    number=number,
                    config=config,
                    questions=asked,
                    now=self._now(),
                    monotonic=time.monotonic(),
                    limit=limit,
                )
            )

        body = await self._sweeps.ask(config, encode, timeout=timeout)
        if isinstance(body, Fault):
            return Sweep(at=at, seconds=time.monotonic() - began, brokers=0, answers=(), fault=body)
        return wire.decode_sweep(body, questions=asked)[1]

    async def topics(
        self,
        config: ClientConfig,
        order: TopicOrder,
        *,
        timeout: float,  # noqa: ASYNC109 (as in `sweep`)
    ) -> TopicAnswer:
        """Change and describe topics of one connection, within ``timeout`` seconds; faults are in the answer.

        What was under way when the process ended may have been done or not: the next look shows it. Bug when the
        pool is closed.
        """
        if self._closed:
            raise Bug("topics were asked of a pool that is closed")

        def encode(number: int, limit: float) -> bytes:
            return topic_wire.encode_errand(TopicErrand(number=number, config=config, order=order, limit=limit))

        body = await self._topics.ask(config, encode, timeout=timeout)
        answer = TopicAnswer(fault=body) if isinstance(body, Fault) else topic_wire.decode_answer(body)
        return replace(answer, at=self._now())

    async def close(self) -> None:
        """End all children."""
        self._closed = True
        await asyncio.gather(self._sweeps.close(), self._topics.close())

    def pids(self) -> tuple[int, ...]:
        """Process ids of the living children."""
        return (*self._sweeps.pids(), *self._topics.pids())
