"""The world itself: pods that start and leave, a group that rebalances, partitions that fill and drain.

Time passes in whole seconds. What happens at the start of a second (somebody joins, partitions are added, …) is done
here; the seconds between two such happenings run in `kernel`. Who scales it looks at the end of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.assignor import NOBODY, ranged, sticky
from sluicegate.simulate.chance import Chance
from sluicegate.simulate.group import Assignor, Protocol
from sluicegate.simulate.happenings import FaultKind
from sluicegate.simulate.kernel import Crew, Integers, advance, empty, oldest
from sluicegate.simulate.pods import Fleet, Replica
from sluicegate.simulate.seats import Seating, Seats
from sluicegate.simulate.shapes import capacity_factors
from sluicegate.simulate.traffic import Layout, layout, messages
from sluicegate.simulate.workload import WorkloadSpec


class World:
    """One run of ``workload``. ``now`` is the next second to be lived. ``app`` is its name among worlds that share the
    dependencies in ``seats``."""

    def __init__(
        self,
        *,
        workload: WorkloadSpec,
        arrivals: Arrivals,
        objective: float,
        app: str = "",
        seats: Mapping[str, Seats] | None = None,
    ) -> None:
        self.workload = workload
        self.seconds = arrivals.seconds
        self.layout: Layout = layout(workload)
        self.now = 0
        self.rebalances = 0
        self.generation = 1
        """Changes with each rebalance."""
        self.partitions = self.layout.at(0)
        self.owners: list[int] = [NOBODY] * self.partitions
        self.in_group = np.zeros(self.seconds, np.int32)
        """Replicas whose members were in the group, by second."""
        self.refused = np.zeros(self.seconds, np.int32)
        """Of these, the ones that a dependency had no units for."""
        self.seating = Seating(workload.dependencies, app=app, shared=seats or {})
        self._objective = float(objective)
        self._chance = Chance(workload=workload)
        self.queues = empty(messages(arrivals=arrivals, layout=self.layout, chance=self._chance))
        self.resumes = np.zeros(len(self.layout.keys))
        """The second from which each partition is worked on again."""
        self._factor = capacity_factors(workload, seconds=self.seconds)
        self._ceiling = min(
            (one.messages_per_second or float("inf") for one in workload.dependencies), default=float("inf")
        )
        self._boundaries = _boundaries(workload, self.layout)
        self.fleet = Fleet(replicas=workload.replicas_at_start, rollouts=workload.rollout, chance=self._chance)
        self.owners = self._assigned(self.owners)
        self._seated = self._seats_taken()
        self._crew = self._new_crew()

    @property
    def desired(self) -> int:
        """Replicas written."""
        return self.fleet.desired

    @property
    def replicas(self) -> Sequence[Replica]:
        """Those whose members are in the group."""
        return self.fleet.replicas

    @property
    def paused(self) -> bool:
        """Whether a rebalance keeps a partition from being worked on at the end of the last second."""
        return bool(self.resumes.max() > self.now - 1)

    @property
    def members(self) -> int:
        return len(self.replicas) * self.workload.consumers_per_replica

    @property
    def usable(self) -> int:
        """The most replicas that can each have a partition for every consumer; at least 1."""
        sizes = [len(indices) for indices in self.layout.topics(self.partitions)]
        assignable = max(sizes) if self.workload.assignor is Assignor.RANGE else sum(sizes)
        return max(1, assignable // self.workload.consumers_per_replica)

    @property
    def ended(self) -> Integers:
        """Messages that ever arrived, by partition."""
        return self.queues.ended[: self.partitions].copy()

    @property
    def committed(self) -> Integers:
        """Messages whose handling is committed, by partition."""
        return self.queues.committed[: self.partitions].astype(np.int64)

    @property
    def oldest(self) -> int:
        """Age in seconds of the oldest message that waits."""
        return oldest(self.queues, self.now - 1)

    def faulty(self, kind: FaultKind) -> bool:
        """Whether ``kind`` holds at the end of the last second."""
        return self._during(kind, self.now - 1)

    def unknown_partitions(self) -> frozenset[int]:
        """Those whose offsets cannot be read at the end of the last second."""
        return frozenset(
            fault.partition
            for fault in self.workload.faults
            if fault.kind is FaultKind.PARTITION_UNKNOWN and fault.from_ <= self.now - 1 < fault.to
        )

    def scale(self, replicas: int) -> None:
        """Write ``replicas`` at the end of the last second: pods begin to start, or leave with the next one."""
        self.fleet.scale(replicas, second=self.now - 1)

    def run_until(self, second: int) -> None:
        """Live all seconds before ``second``."""
        while self.now < second:
            self._happen()
            coming = [start.at for start in self.fleet.starting] + [at for at in self._boundaries if at > self.now]
            upto = min(second, int(-(-min(coming, default=second) // 1)))
            self.in_group[self.now : upto] = len(self.replicas)
            self.refused[self.now : upto] = len(self.replicas) - len(self._seated)
            advance(
                self.now,
                upto,
                self.queues,
                self._crew,
                self._factor,
                self._ceiling,
                self.workload.commit_seconds,
                not self._during(FaultKind.BROKER_DOWN, self.now),
                self._objective,
            )
            self.now = upto

    def _happen(self) -> None:
        """Whatever is due at the start of second ``now``."""
        moves = self.fleet.happen(self.now)
        changed = moves.changed
        before = list(self.owners)
        self.owners = self._without(moves.replaced)
        count = self.layout.at(self.now)
        if count != self.partitions:
            self.owners += [NOBODY] * (count - self.partitions)
            before += [NOBODY] * (count - self.partitions)
            self.partitions = count
            changed = True
        if changed:
            self._rebalance(before)
        if changed or self.now in self._boundaries or self.seating.moved:
            self._seated = self._seats_taken()
            self._crew = self._new_crew()

    def _without(self, places: Sequence[int]) -> list[int]:
        """Owners once the pods at ``places`` have left."""
        each = self.workload.consumers_per_replica
        return [NOBODY if owner // each in places else owner for owner in self.owners]

    def _rebalance(self, before: list[int]) -> None:
        emptied = [owner == NOBODY for owner in self.owners]
        self.owners = self._assigned(self.owners)
        self.rebalances += 1
        self.generation += 1
        eager = self.workload.protocol is Protocol.EAGER
        resumes = self.now + self.workload.pause
        for partition, owner in enumerate(self.owners):
            if eager or emptied[partition] or owner != before[partition]:
                self.resumes[partition] = resumes

    def _assigned(self, owners: list[int]) -> list[int]:
        if self.workload.assignor is Assignor.RANGE:
            topics = self.layout.topics(self.partitions)
            return ranged(topics, members=self.members, partitions=self.partitions)
        return sticky(owners, members=self.members)

    def _seats_taken(self) -> frozenset[int]:
        return self.seating.seated([replica.serial for replica in self.replicas], second=self.now)

    def _new_crew(self) -> Crew:
        each = self.workload.consumers_per_replica
        by_member: list[list[int]] = [[] for _ in range(self.members)]
        for partition, owner in enumerate(self.owners):
            if owner != NOBODY:
                by_member[owner].append(partition)
        capacity = self.workload.capacity_per_replica * self._knee() / each
        stuck = np.zeros(len(self.layout.keys), np.bool_)
        for one in self.workload.stuck:
            stuck[one.partition] |= one.from_ <= self.now < one.to
        return Crew(
            order=np.array([partition for owned in by_member for partition in owned], np.int64),
            first=np.concatenate(([0], np.cumsum([len(owned) for owned in by_member]))).astype(np.int64),
            rate=np.array([self._speed(replica, capacity=capacity) for replica in self.replicas for _ in range(each)]),
            phase=np.array([self._chance.phase(member) for member in range(self.members)], np.int64),
            resumes=self.resumes,
            stuck=stuck,
        )

    def _speed(self, replica: Replica, *, capacity: float) -> float:
        return capacity * replica.factor if replica.serial in self._seated else 0.0

    def _knee(self) -> float:
        """What is left of each replica's capacity when more of them are at work than the downstream bears."""
        downstream, running = self.workload.downstream, len(self._seated)
        if downstream is None or running <= downstream.knee:
            return 1.0
        return max(0.0, downstream.knee - downstream.slope * (running - downstream.knee)) / running

    def _during(self, kind: FaultKind, second: int) -> bool:
        return any(fault.kind is kind and fault.from_ <= second < fault.to for fault in self.workload.faults)


def _boundaries(workload: WorkloadSpec, layout: Layout) -> tuple[int, ...]:
    """Seconds at which something happens that is known beforehand."""
    found = {since for since, _ in layout.counts} | {rollout.at for rollout in workload.rollout}
    for stuck in workload.stuck:
        found |= {stuck.from_, stuck.to}
    for fault in workload.faults:
        found |= {fault.from_, fault.to}
    for dependency in workload.dependencies:
        found |= {point.at for point in dependency.others}
    return tuple(sorted(found))
