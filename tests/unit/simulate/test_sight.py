"""The world as the operator's senses would show it."""

from __future__ import annotations

from typing import Any

from sluicegate.simulate.sight import MIDNIGHT, Sight
from sluicegate.simulate.world import World
from tests.support import simulated


def at(second: int, **fields: Any) -> tuple[World, Sight]:
    world = simulated.world(rate=200, **{"partitions": 6, "initialReplicas": 3, "startSeconds": 20, **fields})
    sight = Sight(world)
    world.run_until(second + 1)
    return world, sight


def test_offsets_members_and_pods_are_those_of_the_world() -> None:
    world, sight = at(100, topics=["b", "a"])
    seen = sight.observation(scalings=4)
    assert seen.at == MIDNIGHT + 100
    assert [(part.topic, part.partition) for part in seen.partitions] == [
        ("b", 0), ("b", 1), ("b", 2), ("a", 0), ("a", 1), ("a", 2),
    ]  # fmt: skip
    assert [part.end for part in seen.partitions] == world.ended.tolist()
    assert all(part.stable == part.end and part.start == 0 and part.fault is None for part in seen.partitions)
    assert [part.committed for part in seen.partitions] == world.committed.tolist()
    assert seen.workload is not None
    assert (seen.workload.desired, seen.workload.ready, seen.workload.resource_version) == (3, 3, "4")
    assert seen.group is not None
    assert seen.group.state == "Stable"
    assert sorted(key for member in seen.group.members for key in member.partitions) == sorted(world.layout.keys)
    assert tuple(member.host for member in seen.group.members) == seen.pods.ips


def test_pods_on_their_way_are_alive_but_not_ready() -> None:
    world, sight = at(50)
    world.scale(5)
    world.run_until(60)
    seen = sight.observation(scalings=1)
    assert seen.workload is not None
    assert (seen.workload.desired, seen.workload.ready) == (5, 3)
    assert (seen.pods.live, seen.pods.ready, seen.pods.surge) == (5, 3, 0)


def test_a_group_in_motion_tells_no_assignment_and_settles_when_the_pause_is_over() -> None:
    world, sight = at(50)
    world.scale(2)
    world.run_until(52)
    moving = sight.observation(scalings=1).group
    assert moving is not None
    assert moving.state == "PreparingRebalance"
    assert [member.partitions for member in moving.members] == [(), ()]
    world.run_until(51 + 4)
    resting = sight.observation(scalings=1).group
    assert resting is not None
    assert resting.state == "PreparingRebalance"
    world.run_until(51 + 4 + 1)
    settled = sight.observation(scalings=1).group
    assert settled is not None
    assert (settled.state, settled.generation) == ("Stable", 2)
    assert sum(len(member.partitions) for member in settled.members) == 6


def test_the_new_protocol_shows_assignments_while_it_reconciles() -> None:
    world, sight = at(50, assignor="uniform")
    world.scale(2)
    world.run_until(52)
    group = sight.observation(scalings=1).group
    assert group is not None
    assert (group.type, group.assignor, group.state) == ("Consumer", "uniform", "Reconciling")
    assert sum(len(member.partitions) for member in group.members) == 6


def test_the_assignor_is_named_as_the_broker_names_it() -> None:
    for fields, name, type_ in (
        ({}, "cooperative-sticky", "Classic"),
        ({"rebalance": {"protocol": "eager"}}, "sticky", "Classic"),
        ({"assignor": "range"}, "range", "Classic"),
        ({"assignor": "range", "rebalance": {"protocol": "cooperative"}}, "range", "Consumer"),
    ):
        group = at(10, **fields)[1].observation(scalings=0).group
        assert group is not None
        assert (group.assignor, group.type) == (name, type_)


def test_an_empty_group_has_no_assignor() -> None:
    group = at(10, initialReplicas=0)[1].observation(scalings=0).group
    assert group is not None
    assert (group.state, group.assignor, group.members) == ("Empty", "", ())


def test_members_keep_their_names_and_a_replaced_pod_has_new_ones() -> None:
    world, sight = at(49, rollout=[{"at": 50}])
    before = sight.observation(scalings=0)
    world.run_until(50 + 20 + 10)
    after = sight.observation(scalings=0)
    assert before.group is not None
    assert after.group is not None
    names = [{member.id for member in seen.members} for seen in (before.group, after.group)]
    assert len(names[0] & names[1]) == 2
    assert len(set(before.pods.ips) & set(after.pods.ips)) == 2
    assert after.workload is not None
    assert after.workload.updated == 1
    assert after.pods.surge == 1


def test_each_consumer_of_a_pod_is_a_member_at_its_address() -> None:
    group = at(10, consumersPerReplica=2)[1].observation(scalings=0).group
    assert group is not None
    assert len({member.id for member in group.members}) == 6
    assert len({member.host for member in group.members}) == 3


def test_unknown_lag_is_said_partition_by_partition_and_the_ends_stay_known() -> None:
    seen = at(60, faults=[{"kind": "LagUnknown", "from": 60, "to": 90}])[1].observation(scalings=0)
    assert seen.group is None
    assert seen.fault is None
    assert len(seen.partitions) == 6
    assert all(part.fault and part.committed is None and part.end for part in seen.partitions)


def test_one_unknown_partition_leaves_the_others_alone() -> None:
    seen = at(60, faults=[{"kind": "PartitionUnknown", "from": 60, "to": 90, "partition": 2}])[1].observation(
        scalings=0
    )
    assert [part.partition for part in seen.partitions if part.fault] == [2]
    assert seen.partitions[2].end is None


def test_a_broker_that_is_down_shows_nothing_of_the_group() -> None:
    seen = at(60, faults=[{"kind": "BrokerDown", "from": 60, "to": 90}])[1].observation(scalings=0)
    assert seen.fault is not None
    assert (seen.partitions, seen.group) == ((), None)
    assert seen.workload is not None
