"""The world as the operator's own senses would show it: one model `Observation`, faults and all."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from sluicegate.model.downstream import NO_SURGE, Surge
from sluicegate.model.kafka import Fault, FaultKind, Group, Member, Partition, TopicPartition
from sluicegate.model.observation import Observation, Pods, Workload
from sluicegate.simulate.group import Assignor, Protocol
from sluicegate.simulate.happenings import FaultKind as Failing
from sluicegate.simulate.pods import Replica
from sluicegate.simulate.world import World

MIDNIGHT = 1_767_571_200.0
"""Unix seconds at which every simulated world begins: Monday, 5 January 2026, 00:00 UTC."""
EARLIER = 300.0
BROKER_DOWN = Fault(FaultKind.UNREACHABLE, "no broker could be reached")
LAG_UNKNOWN = Fault(FaultKind.COORDINATOR, "the group's coordinator is not available")
PARTITION_UNKNOWN = Fault(FaultKind.LEADER, "the partition has no leader")


class Sight:
    """Looks at ``world``; keeps what does not change between two rebalances."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys = world.layout.keys
        self._topic_ids = [f"{key.topic}-1" for key in self._keys]
        self._seen: tuple[int, bool] | None = None
        self._members: tuple[Member, ...] = ()
        self._ips: tuple[str, ...] = ()
        most = max((rollout.surge for rollout in world.workload.rollout), default=0)
        self._surge = Surge(most=most) if most else NO_SURGE
        self._past: deque[tuple[float, list[int]]] = deque([(MIDNIGHT, [])])
        """(unix seconds, end of each partition) of the looks of the last five minutes, and of the world's beginning."""

    def observation(self, *, scalings: int) -> Observation:
        """What there is to be seen at the end of the world's last second, after so many writes to the workload."""
        world = self._world
        at = MIDNIGHT + world.now - 1
        down = world.faulty(Failing.BROKER_DOWN)
        blind = down or world.faulty(Failing.LAG_UNKNOWN)
        group = None if blind else self._group(at=at)
        return Observation(
            at=at,
            workload=self._workload(scalings),
            pods=self._pods(),
            partitions=() if down else self._partitions(at=at, blind=blind),
            group=group,
            fault=BROKER_DOWN if down else None,
        )

    def _workload(self, scalings: int) -> Workload:
        world = self._world
        updated = sum(replica.serial >= world.fleet.updated_from for replica in world.replicas)
        return Workload(
            kind="Deployment",
            name="simulated",
            uid="simulated",
            resource_version=str(scalings),
            desired=world.desired,
            ready=len(world.replicas),
            updated=updated,
            surge=self._surge,
        )

    def _pods(self) -> Pods:
        world = self._world
        ready = len(world.replicas)
        live = ready + len(world.fleet.starting)
        self._look_at_members()
        return Pods(live=live, surge=max(0, live - world.desired), ready=ready, ips=self._ips)

    def _partitions(self, *, at: float, blind: bool) -> tuple[Partition, ...]:
        world = self._world
        unknown = world.unknown_partitions()
        found = []
        ends, committed = world.ended.tolist(), world.committed.tolist()
        since, earlier = self._earlier(at=at, ends=ends)
        for index, (end, done) in enumerate(zip(ends, committed, strict=True)):
            key = self._keys[index]
            fault = PARTITION_UNKNOWN if index in unknown else LAG_UNKNOWN if blind else None
            no_end = index in unknown
            found.append(
                Partition(
                    topic=key.topic,
                    partition=key.partition,
                    start=None if no_end else 0,
                    end=None if no_end else end,
                    stable=None if no_end else end,
                    committed=None if fault else done,
                    fault=fault,
                    at=at,
                    topic_id=self._topic_ids[index],
                    earlier=None if no_end else (earlier[index] if index < len(earlier) else 0, since),
                )
            )
        return tuple(found)

    def _earlier(self, *, at: float, ends: list[int]) -> tuple[float, list[int]]:
        """Where partitions ended five minutes ago, as the times of messages tell."""
        past = self._past
        while len(past) > 1 and past[1][0] <= at - EARLIER:
            past.popleft()
        past.append((at, ends))
        return past[0]

    def _group(self, *, at: float) -> Group:
        world = self._world
        self._look_at_members()
        consumer = self._of_new_protocol()
        state = "Stable"
        if not self._members:
            state = "Empty"
        elif world.paused:
            state = "Reconciling" if consumer else "PreparingRebalance"
        return Group(
            state=state,
            type="Consumer" if consumer else "Classic",
            assignor=self._assignor() if self._members else "",
            generation=world.generation,
            members=self._members,
            described_at=at,
        )

    def _of_new_protocol(self) -> bool:
        workload = self._world.workload
        ranged = workload.assignor is Assignor.RANGE
        return workload.assignor is Assignor.UNIFORM or (ranged and workload.protocol is Protocol.COOPERATIVE)

    def _assignor(self) -> str:
        """As the broker names it: the sticky assignor that stops everything is plain `sticky`."""
        workload = self._world.workload
        if workload.assignor is Assignor.COOPERATIVE_STICKY and workload.protocol is Protocol.EAGER:
            return "sticky"
        return workload.assignor.value

    def _look_at_members(self) -> None:
        world = self._world
        if self._seen == (world.generation, world.paused):
            return
        self._seen = (world.generation, world.paused)
        hidden = world.paused and not self._of_new_protocol()  # brokers tell no assignment of a group in motion
        owned: list[list[TopicPartition]] = [[] for _ in range(world.members)]
        for index, owner in enumerate(world.owners):
            if owner >= 0 and not hidden:
                owned[owner].append(self._keys[index])
        each = world.workload.consumers_per_replica
        self._members = tuple(
            _member(replica, thread=thread, partitions=owned[place * each + thread])
            for place, replica in enumerate(world.replicas)
            for thread in range(each)
        )
        self._ips = tuple(_address(replica) for replica in world.replicas)


def _member(replica: Replica, *, thread: int, partitions: Sequence[TopicPartition]) -> Member:
    return Member(
        id=f"consumer-{replica.serial}-{thread}",
        instance_id=None,
        client_id=f"consumer-{thread}",
        host=_address(replica),
        partitions=tuple(partitions),
    )


def _address(replica: Replica) -> str:
    high, low = divmod(replica.serial, 256)
    return f"10.{high // 256 % 256}.{high % 256}.{low}"
