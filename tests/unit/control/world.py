"""The whole control room on an API server in memory and a Kafka that is told its lags; time moves when told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sluicegate.control.attend import Attendant
from sluicegate.control.chronicle import Chronicle
from sluicegate.control.clock import Clock
from sluicegate.control.connection_status import ConnectionStatuses
from sluicegate.control.downstream.readings import Readings
from sluicegate.control.downstream.statuses import DependencyStatuses
from sluicegate.control.downstream.steward import Steward
from sluicegate.control.operator import Operator
from sluicegate.control.records import Source
from sluicegate.control.relist import Relist
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.control.turn import Turns
from sluicegate.model.kafka import ClientConfig, Fault, GroupAnswer, GroupQuestion, Partition, Sweep
from sluicegate.model.resource import Key
from sluicegate.model.topic import DeadLetters, RetryPartition
from tests.support import given
from tests.support.api import Api
from tests.unit.control import bodies

START = 1_800_000_000.0


class Hand(Clock):
    """A clock that is moved by hand; in a running heartbeat (`beating`) by the loop's own time."""

    def __init__(self) -> None:
        self.time = START
        self.beats = False

    def now(self) -> float:
        return self.time + (asyncio.get_running_loop().time() if self.beats else 0.0)


class Kafka:
    """Clusters by bootstrap address. ``lags`` of each group, ``due`` and ``dead`` records of each topic, ``faults`` of
    each cluster, ``gates`` that hold a sweep until they are opened, ``seconds`` that one takes; ``asked`` last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lags: dict[str, tuple[int, ...]] = {}
        self.due: dict[str, int] = {}
        self.dead: dict[str, int] = {}
        self.asked: list[GroupQuestion] = []
        self.ids: dict[str, str] = {}
        self.faults: dict[str, Fault] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.seconds: dict[str, float] = {}
        self.swept: list[tuple[str, tuple[str, ...]]] = []

    async def sweep(self, config: ClientConfig, questions: Sequence[GroupQuestion], *, timeout: float) -> Sweep:  # noqa: ASYNC109
        bootstrap = dict(config.settings)["bootstrap.servers"]
        at = self._clock.now()
        self.swept.append((bootstrap, tuple(question.group for question in questions)))
        self.asked = list(questions)
        if bootstrap in self.gates:
            await self.gates[bootstrap].wait()
        await asyncio.sleep(self.seconds.get(bootstrap, 0.0))
        fault = self.faults.get(bootstrap)
        answers = () if fault else tuple(self._answer(question, at=at) for question in questions)
        identity = None if fault else self.ids.get(bootstrap, f"id of {bootstrap}")
        return Sweep(at=at, seconds=0.1, brokers=0 if fault else 1, answers=answers, cluster_id=identity, fault=fault)

    def _answer(self, question: GroupQuestion, *, at: float) -> GroupAnswer:
        partitions: tuple[Partition, ...] = given.partitions(*self.lags.get(question.group, (0,) * 6), at=at)
        return GroupAnswer(
            question=question,
            partitions=partitions,
            group=None,
            at=at,
            retry=tuple(
                RetryPartition(topic=topic, partition=0, due_end=self.due.get(topic, 0), committed=0)
                for topic, _ in question.retry
            ),
            dead_letters=tuple(
                DeadLetters(topic=topic, records=self.dead.get(topic, 0), ends=self.dead.get(topic, 0), oldest=at)
                for topic in question.dead_letters
            ),
        )


class Told:
    """What the signals of dependencies told last, by name."""

    def __init__(self) -> None:
        self.by_key: dict[Key, Readings] = {}

    def readings(self, key: Key) -> Readings:
        return self.by_key.setdefault(key, Readings())


class World:
    """``restart`` is a new process: everything in memory is gone."""

    def __init__(self) -> None:
        self.clock = Hand()
        self.api = Api()
        self.kafka = Kafka(self.clock)
        self.told = Told()
        self.restart()

    def restart(self) -> None:
        self.api.died = False
        self.store = Store()
        self.api.watch(self.store)
        self.roster = Roster(store=self.store)
        self.chronicle = Chronicle()
        self.woken: list[Key] = []
        self.steward = Steward(store=self.store, probes=self.told, clock=self.clock, wake=self.woken.append)
        self.dependencies = DependencyStatuses(store=self.store, statuses=self.api, events=self.api, clock=self.clock)
        attendant = Attendant(
            store=self.store,
            roster=self.roster,
            clock=self.clock,
            scales=self.api,
            statuses=self.api,
            events=self.api,
            steward=self.steward,
            chronicle=self.chronicle,
        )
        self.attendant = attendant
        self.turns = Turns(
            store=self.store,
            roster=self.roster,
            pool=self.kafka,
            secrets=self.api,
            attendant=attendant,
            connections=ConnectionStatuses(store=self.store, roster=self.roster, statuses=self.api, clock=self.clock),
        )

    async def beat(self, *, seconds: float = 0.0) -> None:
        """One beat of the dependencies, ``seconds`` after the last thing that happened."""
        self.clock.time += seconds
        self.steward.settle()
        await self.dependencies.publish(self.steward.views())

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[Operator]:
        """The real heartbeat; it is ended as the process would end it."""
        self.clock.beats = True
        relist = Relist(store=self.store, lists=self.api)
        operator = Operator(
            roster=self.roster, turns=self.turns, attendant=self.attendant, relist=relist, clock=self.clock
        )
        running = asyncio.create_task(operator.run())
        try:
            yield operator
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def app(self, name: str = "orders", *, replicas: int = 1, **more: Any) -> None:
        """An app with its workload; 100 messages a replica."""
        body = bodies.app(name, **{"lagPerReplica": 100, **more})
        namespace, target = body["metadata"]["namespace"], body["spec"]["scaleTargetRef"]["name"]
        if ("Deployment", Key(namespace, target)) not in self.api.objects:
            self.api.put(bodies.deployment(target, namespace=namespace, replicas=replicas))
        self.api.put(body)

    def dependency(self, name: str = "orders-db", *, namespace: str = "shop", **more: Any) -> None:
        self.api.put(bodies.dependency(name, namespace=namespace, **more))

    def connection(self, name: str = "main", **more: Any) -> None:
        self.api.put(bodies.connection(name, **more))

    async def tick(self, *sources: Source, seconds: float = 10.0) -> None:
        """One poll of each source (all without ``sources``), ``seconds`` after the last; a death is a restart."""
        self.clock.time += seconds
        self.roster.refresh()
        self.attendant.forget_gone()
        await self.beat()
        for source in sources or sorted(self.roster.sources(), key=str):
            await self.turns.turn(source)
        if self.api.died:
            self.restart()
