"""A few child processes that sweep all connections: what goes wrong in one never harms the operator.

A crash is one missing observation for the connections under way in it. A hang ends at the time limit, by SIGKILL.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from zlib import crc32

from sluicegate.errors import Bug
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind, GroupQuestion, Sweep
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka import topic_wire, wire
from sluicegate.observe.kafka.process import Died
from sluicegate.observe.kafka.slot import NotYet, Slot
from sluicegate.observe.kafka.suspects import FIRST_WAIT, Suspects, wait
from sluicegate.observe.kafka.topic_wire import TopicErrand
from sluicegate.observe.kafka.wire import Order

NAME = "sluicegate-sweep"
KAFKAS_SHARE = 0.75
"""Part of the time limit that Kafka's own time-outs may use up: the rest is for the child to answer."""
LEAST = 1.0
"""Seconds below which a sweep is not begun."""


class Hung(Exception):
    """No answer within the time limit; the process has been killed."""


class SweepPool:
    """``children`` processes and one for quarantine, started when first needed. ``now`` is the operator's clock."""

    def __init__(self, *, children: int = 4, now: Callable[[], float]) -> None:
        self._now = now
        self._slots = tuple(Slot(f"{NAME}-{number}", wait=wait) for number in range(children))
        # Each connection in quarantine waits by itself, so the process need not.
        self._quarantine = Slot(f"{NAME}-quarantine", wait=lambda _: FIRST_WAIT)
        # Topics have a process of their own: making them takes long, and must neither delay nor harm a sweep.
        self._topics = Slot(f"{NAME}-topics", wait=wait)
        self._alone = asyncio.Lock()
        self._suspects = Suspects()
        self._numbers = itertools.count(1)
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
        kind = FaultKind.CRASHED
        try:
            if self._suspects.is_confined(config):
                return await self._sweep_alone(config, questions, deadline=began + timeout)
            slot = self._slots[crc32(repr(config.settings).encode()) % len(self._slots)]
            return await self._sweep_shared(slot, config, questions, deadline=began + timeout)
        except Died as error:
            words = f"the sweep's process ended {error} while this cluster was read; it is started anew"
        except Hung:
            kind = FaultKind.TIMED_OUT
            words = f"the sweep did not end within {timeout:g} s and was stopped; its process is started anew"
        except NotYet as error:
            words = f"the sweep's process ended too often lately; it is started anew in {error.seconds:.0f} s"
        except Quarantined as error:
            kind, words = FaultKind.QUARANTINED, str(error)
        except OSError as error:
            words = f"no process for the sweep can be started: {error}"
        return Sweep(at=at, seconds=time.monotonic() - began, brokers=0, answers=(), fault=Fault(kind, words))

    async def topics(
        self,
        config: ClientConfig,
        order: TopicOrder,
        *,
        timeout: float,  # noqa: ASYNC109 (as in `sweep`)
    ) -> TopicAnswer:
        """Change and describe topics of one connection, within ``timeout`` seconds; faults are in the answer.

        What was under way when the process ended may have been done or not: the next look shows it.
        """
        if self._closed:
            raise Bug("topics were asked of a pool that is closed")
        deadline = time.monotonic() + timeout
        try:
            process = await self._topics.ready(within=timeout - LEAST)
            left = deadline - time.monotonic()
            errand = TopicErrand(number=next(self._numbers), config=config, order=order, limit=left * KAFKAS_SHARE)
            asked = process.ask(errand.number, topic_wire.encode_errand(errand), config=config)
            try:
                answer = topic_wire.decode_answer(await asyncio.wait_for(asked, left))
            except TimeoutError:
                process.kill()
                return _failed(FaultKind.TIMED_OUT, f"the topics' process did not answer within {timeout:g} s")
            return replace(answer, at=self._now())
        except Died as error:
            return _failed(FaultKind.CRASHED, f"the topics' process ended {error}; it is started anew")
        except NotYet as error:
            words = f"the topics' process ended too often lately; it is started anew in {error.seconds:.0f} s"
            return _failed(FaultKind.CRASHED, words)
        except OSError as error:
            return _failed(FaultKind.CRASHED, f"no process for the topics can be started: {error}")

    async def close(self) -> None:
        """End all children."""
        self._closed = True
        await asyncio.gather(*(slot.close() for slot in (*self._slots, self._quarantine, self._topics)))

    def pids(self) -> tuple[int, ...]:
        """Process ids of the living children."""
        processes = (slot.process for slot in (*self._slots, self._quarantine, self._topics))
        return tuple(process.pid for process in processes if process is not None and process.alive)

    async def _sweep_shared(
        self, slot: Slot, config: ClientConfig, questions: Sequence[GroupQuestion], *, deadline: float
    ) -> Sweep:
        try:
            return await self._ask(slot, config, questions, deadline=deadline)
        except Died as error:
            if not error.by_us:
                self._suspects.ended(config, now=self._now())
            raise
        except Hung:
            self._suspects.ended(config, now=self._now())
            raise

    async def _sweep_alone(self, config: ClientConfig, questions: Sequence[GroupQuestion], *, deadline: float) -> Sweep:
        seconds = self._suspects.must_wait(config, now=self._now())
        if seconds > 0:
            raise Quarantined(
                f"reading this cluster brought the sweep's process down again and again; next try in {seconds:.1f} s"
            )
        try:
            await asyncio.wait_for(self._alone.acquire(), deadline - time.monotonic() - LEAST)
        except TimeoutError:
            raise Quarantined(
                "reading this cluster may bring the sweep's process down, so it is read alone; it waits for its turn"
            ) from None
        try:
            sweep = await self._ask(self._quarantine, config, questions, deadline=deadline)
        except (Died, Hung):
            self._suspects.crashed_alone(config, now=self._now())
            raise
        finally:
            self._alone.release()
        self._suspects.acquitted(config)
        return sweep

    async def _ask(
        self, slot: Slot, config: ClientConfig, questions: Sequence[GroupQuestion], *, deadline: float
    ) -> Sweep:
        try:
            return await self._try(slot, config, questions, deadline=deadline)
        except Died as error:
            if error.begun:
                raise
        # It had ended before, for another reason, and nobody had noticed yet.
        return await self._try(slot, config, questions, deadline=deadline)

    async def _try(
        self, slot: Slot, config: ClientConfig, questions: Sequence[GroupQuestion], *, deadline: float
    ) -> Sweep:
        process = await slot.ready(within=deadline - time.monotonic() - LEAST)
        left = deadline - time.monotonic()
        order = Order(
            number=next(self._numbers),
            config=config,
            questions=tuple(questions),
            now=self._now(),
            monotonic=time.monotonic(),
            limit=left * KAFKAS_SHARE,
        )
        try:
            body = await asyncio.wait_for(process.ask(order.number, wire.encode_order(order), config=config), left)
        except TimeoutError:
            process.kill()
            raise Hung from None
        return wire.decode_sweep(body, questions=order.questions)[1]


class Quarantined(Exception):
    """The connection is suspected of crashing its process, and it is not its turn; the text is for users."""


def _failed(kind: FaultKind, words: str) -> TopicAnswer:
    return TopicAnswer(fault=Fault(kind, words))
