"""What happens in the world: starts, rebalances and their pauses, growth, rollouts, poison, knees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sluicegate.simulate.world import World
from tests.support import simulated


def flow(world: World, start: int, stop: int) -> list[float]:
    """Messages handled in each second from ``start`` to before ``stop``."""
    world.run_until(start)
    found = []
    for second in range(start, stop):
        before = world.queues.handled.sum()
        world.run_until(second + 1)
        found.append(float(world.queues.handled.sum() - before))
    return found


def drowning(**fields: Any) -> World:
    """Far more arrives in every partition than all consumers handle: what is handled is what capacity there is."""
    return simulated.world(rate=100_000, partitions=8, capacityPerReplica=10, **fields)


def test_an_ordered_replica_works_after_its_start_and_the_pause() -> None:
    world = drowning(initialReplicas=2, startSeconds=20, rebalance={"pauseSeconds": 3})
    world.run_until(100)
    world.scale(4)
    assert flow(world, 100, 119) == [20.0] * 19
    assert len(world.replicas) == 2
    # Ordered at the end of second 99, in the group at the start of 119; what moves rests for three seconds.
    assert flow(world, 119, 124)[3:] == pytest.approx([40.0, 40.0])
    assert len(world.replicas) == 4


def test_an_eager_rebalance_stops_everything_and_a_cooperative_one_only_what_moves() -> None:
    eager = drowning(initialReplicas=2, startSeconds=10, rebalance={"protocol": "eager", "pauseSeconds": 5})
    cooperative = drowning(initialReplicas=2, startSeconds=10, rebalance={"protocol": "cooperative", "pauseSeconds": 5})
    for world, expected in ((eager, 0.0), (cooperative, 20.0)):
        world.run_until(50)
        world.scale(3)
        # Those that stay give their capacity to the partitions that they keep.
        assert flow(world, 59, 66) == pytest.approx([expected] * 5 + [30.0] * 2)
        assert world.rebalances == 1


def test_a_step_down_is_one_rebalance_in_the_next_second() -> None:
    world = drowning(initialReplicas=4, rebalance={"protocol": "eager", "pauseSeconds": 2})
    world.run_until(10)
    world.scale(2)
    assert flow(world, 10, 14) == pytest.approx([0.0, 0.0, 20.0, 20.0])
    assert world.rebalances == 1


def test_what_was_ordered_and_is_not_needed_any_more_never_joins() -> None:
    world = drowning(initialReplicas=2, startSeconds=30)
    world.run_until(10)
    world.scale(5)
    world.run_until(20)
    world.scale(2)
    world.run_until(100)
    assert len(world.replicas) == 2
    assert world.rebalances == 0


def test_the_pods_of_an_order_taken_back_are_gone_for_the_next_one() -> None:
    world = simulated.world(partitions=8, initialReplicas=2, startSeconds=30)
    for second, replicas in ((10, 5), (20, 3), (25, 5)):
        world.run_until(second)
        world.scale(replicas)
    for second, replicas in ((39, 2), (40, 3), (54, 3), (55, 5)):
        world.run_until(second)
        assert len(world.replicas) == replicas


def test_of_pods_on_their_way_the_one_that_would_come_last_is_taken_back_first() -> None:
    world = simulated.world(partitions=8, initialReplicas=2, startSeconds=30)
    for second, replicas in ((10, 3), (25, 4), (30, 3)):
        world.run_until(second)
        world.scale(replicas)
    world.run_until(40)
    assert len(world.replicas) == 3
    assert world.fleet.starting == []


def test_one_replica_is_always_of_use() -> None:
    assert simulated.world(partitions=4, consumersPerReplica=8).usable == 1


def test_replicas_started_together_join_one_by_one_when_their_starts_differ() -> None:
    world = simulated.world(partitions=8, initialReplicas=1, startSeconds=60, startNoise=15)
    world.run_until(1)
    world.scale(6)
    world.run_until(300)
    assert len(world.replicas) == 6
    assert world.rebalances > 1
    assert world.in_group[0] == 1
    assert np.all(np.diff(world.in_group[:300]) >= 0)


def test_no_pod_starts_faster_than_eight_seconds_unless_all_do() -> None:
    for start, least in ((9, 8), (2, 2)):
        world = simulated.world(partitions=8, initialReplicas=1, startSeconds=start, startNoise=30, seed=3)
        world.run_until(10)
        world.scale(8)
        world.run_until(10 + least - 1)
        assert len(world.replicas) == 1
        assert min(pod.at for pod in world.fleet.starting) >= 9 + least


def test_a_group_that_nobody_is_left_in_handles_nothing_until_somebody_comes() -> None:
    world = drowning(initialReplicas=2, startSeconds=10, rebalance={"pauseSeconds": 0})
    world.run_until(10)
    world.scale(0)
    assert flow(world, 10, 30) == [0.0] * 20
    world.scale(1)
    assert flow(world, 39, 41) == pytest.approx([10.0, 10.0])


def test_the_members_of_one_pod_share_its_capacity() -> None:
    world = drowning(initialReplicas=2, consumersPerReplica=4)
    assert world.members == 8
    assert sorted(world.owners) == list(range(8))
    assert world.usable == 2
    assert flow(world, 0, 3) == pytest.approx([20.0] * 3)


def test_a_range_group_can_use_no_more_members_than_its_largest_topic_has_partitions() -> None:
    topics = [{"name": "a", "partitions": 6}, {"name": "b", "partitions": 4}]
    assert simulated.world(topics=topics, assignor="range").usable == 6
    assert simulated.world(topics=topics, assignor="uniform").usable == 10
    assert simulated.world(topics=topics, assignor="range", initialReplicas=6).owners == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3]


def test_added_partitions_get_their_part_and_an_owner() -> None:
    world = simulated.world(rate=80, partitions=4, initialReplicas=4, growth=[{"at": 100, "partitions": 8}])
    world.run_until(100)
    assert world.partitions == len(world.ended) == 4
    before = world.ended.sum()
    world.run_until(600)
    assert world.partitions == len(world.ended) == 8
    assert world.rebalances == 1
    assert sorted(world.owners) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert before == pytest.approx(8_000, rel=0.1)
    assert world.ended[4:].sum() == pytest.approx(40 * 500, rel=0.1)


def test_a_rollout_replaces_every_pod_once_each_with_a_rebalance() -> None:
    world = simulated.world(partitions=8, initialReplicas=4, startSeconds=20, rollout=[{"at": 50}])
    old = {replica.serial for replica in world.replicas}
    world.run_until(50 + 20 + 1)
    assert len(old & {replica.serial for replica in world.replicas}) == 3
    world.run_until(50 + 4 * 20 + 1)
    assert old.isdisjoint(replica.serial for replica in world.replicas)
    assert len(world.replicas) == 4
    assert world.rebalances == 4


def test_a_rollout_has_no_pods_for_those_that_left_meanwhile() -> None:
    world = simulated.world(partitions=8, initialReplicas=4, startSeconds=20, rollout=[{"at": 50}])
    world.run_until(60)
    world.scale(2)
    world.run_until(50 + 2 * 20 + 1)
    assert [replica.serial for replica in world.replicas] == [4, 5]
    assert world.fleet.starting == []


def test_a_second_rollout_takes_over_from_the_first() -> None:
    rollouts = [{"at": 50}, {"at": 60}]
    world = simulated.world(partitions=8, initialReplicas=2, startSeconds=20, rollout=rollouts)
    world.run_until(60 + 20)
    assert world.rebalances == 0, "the pod of the first one's version never came"
    world.run_until(60 + 2 * 20 + 1)
    assert [replica.serial for replica in world.replicas] == [2, 3]
    assert world.fleet.updated_from == 2


def test_a_surge_replaces_several_at_a_time() -> None:
    world = simulated.world(partitions=8, initialReplicas=4, startSeconds=20, rollout=[{"at": 50, "surge": 2}])
    world.run_until(50 + 2 * 20 + 1)
    assert world.fleet.updated_from == 4
    assert {replica.serial for replica in world.replicas} == {4, 5, 6, 7}
    assert world.rebalances == 2


def test_a_cooperative_rollout_stops_only_the_partitions_of_the_replaced_pod() -> None:
    world = drowning(initialReplicas=4, startSeconds=20, rollout=[{"at": 50}], rebalance={"pauseSeconds": 4})
    assert flow(world, 70, 75) == pytest.approx([30.0] * 4 + [40.0])


def test_a_stuck_partition_moves_again_when_its_time_is_over() -> None:
    world = simulated.world(
        rate=40, partitions=4, initialReplicas=4, stuck=[{"partition": 1, "from": 100, "to": 200}], commitSeconds=1
    )
    world.run_until(100)
    before = world.committed[1]
    world.run_until(200)
    assert world.committed[1] == before
    assert world.oldest >= 98
    assert (world.ended - world.committed)[[0, 2, 3]].max() < 30
    world.run_until(250)
    assert world.committed[1] > before


def test_beyond_the_knee_every_replica_takes_from_the_total() -> None:
    for replicas, total in ((3, 30.0), (4, 40.0), (6, 30.0), (8, 20.0)):
        world = drowning(initialReplicas=replicas, downstream={"knee": 4, "slope": 0.5})
        assert flow(world, 0, 2) == pytest.approx([total] * 2)
    world = drowning(initialReplicas=8, downstream={"knee": 2, "slope": 1})
    assert flow(world, 0, 2) == pytest.approx([0.0, 0.0])


def test_a_dependency_bears_so_much_of_all_replicas_together() -> None:
    world = drowning(initialReplicas=8, dependencies=[{"name": "db", "messagesPerSecond": 35}])
    assert flow(world, 0, 2) == pytest.approx([35.0] * 2)


def test_capacity_changes_evenly_between_the_given_seconds() -> None:
    points = [{"at": 100, "factor": 1}, {"at": 200, "factor": 0.5}]
    world = drowning(initialReplicas=8, capacity=points)
    assert flow(world, 0, 1) == pytest.approx([80.0])
    assert flow(world, 150, 151) == pytest.approx([60.0])
    assert flow(world, 400, 401) == pytest.approx([40.0])


def test_pods_differ_in_capacity_but_by_no_more_than_three_deviations() -> None:
    world = simulated.world(partitions=200, initialReplicas=200, capacityNoise=0.1)
    factors = np.array([replica.factor for replica in world.replicas])
    assert factors.std() == pytest.approx(0.1, rel=0.2)
    assert 0.7 <= factors.min() < factors.max() <= 1.3


def test_skew_makes_some_partitions_busier_and_the_seed_says_which() -> None:
    ends = []
    for seed in (1, 2):
        world = simulated.world(rate=1000, partitions=10, skew=0.5, seed=seed, initialReplicas=10)
        world.run_until(600)
        ends.append(world.ended)
    for found in ends:
        assert found.max() / found.min() == pytest.approx(10**0.5, rel=0.1)
    assert ends[0].argmax() != ends[1].argmax() or ends[0].argmin() != ends[1].argmin()
