"""A tiny world for the mind: partitions that fill, members that work, pods that take time to start, polls.

One-second steps of virtual time, deterministic. Partitions are dealt out one by one over the members; every change of
the members stops all of them for `pause` seconds. It is here to see decisions in motion, not to measure a law: that
is the simulator's work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from sluicegate.decide import acted, decide
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.kafka import Group, Member, Partition, TopicPartition
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation, Pods, Workload

EPOCH = 1_700_000_000.0


@dataclass(kw_only=True)
class World:
    """``arriving(second, partition)`` messages in that second; ``capacity`` messages a second of one member."""

    spec: AppSpec
    arriving: Callable[[int, int], float]
    partitions: int = 12
    capacity: float = 50.0
    replicas: int = 2
    poll: float = 10.0
    start_seconds: int = 20
    pause: int = 5
    commit_every: int = 5
    memory: Memory = field(default_factory=Memory)
    decisions: list[Decision] = field(default_factory=list)
    writes: list[tuple[int, int, int]] = field(default_factory=list)
    second: int = 0

    def __post_init__(self) -> None:
        self._arrived = [0.0] * self.partitions
        self._read = [0.0] * self.partitions
        self._committed = [0] * self.partitions
        self._running = self.replicas
        self._starts: list[int] = []
        self._paused_until = 0
        self._version = 1
        self._start_times: list[list[tuple[int, float]]] = [[] for _ in range(self.partitions)]
        self.late = 0.0

    def run(self, seconds: int) -> None:
        """That much time passes; the mind is asked at every poll and its numbers are written."""
        for _ in range(seconds):
            self._tick()
            if self.second % max(1, round(self.poll)) == 0:
                self.ask()

    def _tick(self) -> None:
        self.second += 1
        started = [at for at in self._starts if at <= self.second]
        if started:
            self._starts = [at for at in self._starts if at > self.second]
            self._running += len(started)
            self._paused_until = self.second + self.pause
        for index in range(self.partitions):
            self._arrived[index] += self.arriving(self.second, index)
        if self.second >= self._paused_until:
            for member in range(min(self._running, self.partitions)):
                self._work(range(member, self.partitions, self._running))
        if self.second % self.commit_every == 0:
            self._committed = [int(read) for read in self._read]

    def _work(self, mine: range) -> None:
        left = self.capacity
        while left > 1e-9:
            waiting = [index for index in mine if self._arrived[index] - self._read[index] > 1e-9]
            if not waiting:
                return
            each = left / len(waiting)
            for index in waiting:
                done = min(each, self._arrived[index] - self._read[index])
                self._read[index] += done
                left -= done

    def observation(self) -> Observation:
        """What a sweep would say now."""
        at = EPOCH + self.second
        members = tuple(
            Member(
                id=f"m{member}",
                instance_id=None,
                client_id="",
                host=f"10.0.0.{member}",
                partitions=tuple(TopicPartition("orders", p) for p in range(member, self.partitions, self._running)),
            )
            for member in range(self._running)
        )
        return Observation(
            at=at,
            workload=Workload(
                kind="Deployment",
                name="orders",
                uid="w",
                resource_version=str(self._version),
                desired=self.replicas,
                ready=self._running,
                updated=self._running,
            ),
            pods=Pods(live=self.replicas, ready=self._running, ips=tuple(member.host for member in members)),
            partitions=tuple(
                Partition(
                    topic="orders",
                    partition=index,
                    start=0,
                    end=int(self._arrived[index]),
                    stable=int(self._arrived[index]),
                    committed=self._committed[index],
                    at=at,
                    topic_id="t1",
                    earlier=None if self.decisions else (0, EPOCH),
                )
                for index in range(self.partitions)
            ),
            group=Group(
                state="Stable" if members else "Empty",
                type="Classic",
                assignor="cooperative-sticky" if members else "",
                generation=1,
                members=members,
                described_at=at,
            ),
        )

    def ask(self) -> Decision:
        """One poll: decide, write."""
        now = EPOCH + self.second
        decision, self.memory = decide(
            spec=self.spec, generation=1, observation=self.observation(), memory=self.memory, now=now, poll=self.poll
        )
        self.decisions.append(decision)
        if decision.write and decision.replicas is not None and decision.replicas != self.replicas:
            self.writes.append((self.second, self.replicas, decision.replicas))
            self.memory = acted(self.memory, decision=decision, now=now)
            self.scale(decision.replicas)
        return decision

    def scale(self, replicas: int) -> None:
        """Somebody sets the number: pods start after a while, or stop at once."""
        self._version += 1
        more = replicas - self._running - len(self._starts)
        if more > 0:
            self._starts += [self.second + self.start_seconds] * more
        elif more < 0:
            unstarted = min(len(self._starts), -more)
            self._starts = self._starts[: len(self._starts) - unstarted]
            self._running += more + unstarted
            self._paused_until = self.second + self.pause
        self.replicas = replicas

    @property
    def lag(self) -> int:
        return sum(int(a) - c for a, c in zip(self._arrived, self._committed, strict=True))

    def restart(self, memory: Memory) -> None:
        """The operator starts anew with what it finds in status."""
        self.memory = replace(memory)

    def steps(self) -> list[int]:
        """Differences of the numbers written."""
        return [after - before for _, before, after in self.writes]

    def reversals(self) -> int:
        """How often the direction changed."""
        return sum(1 for one, two in pairwise(self.steps()) if (one > 0) != (two > 0))
