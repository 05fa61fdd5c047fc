"""What no number of replicas cures: stuck, bound and unowned partitions, members missing, pods that cannot start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from tests.support import given

STUCK = 3


def watched(
    seconds: int,
    committed: Callable[[int, int], int],
    *,
    replicas: int = 4,
    end: Callable[[int, int], int] | None = None,
    **more: Any,
) -> tuple[Decision, Memory]:
    """Twelve partitions; ``committed`` and ``end`` by (second, partition)."""
    end = end or (lambda second, _: 1000 + second)
    memory = Memory()
    for second in range(0, seconds, 10):
        parts = tuple(
            given.partition(i, end=end(second, i), committed=committed(second, i), at=given.NOW + second)
            for i in range(12)
        )
        seen = given.observation(parts, replicas=replicas, at=given.NOW + second, **more)
        decision, memory = given.decided(seen, memory=memory)
    return decision, memory


def all_but_one(second: int, index: int) -> int:
    return 900 if index == STUCK else 1000 + second


def test_a_partition_that_does_not_move_while_others_do_is_stuck_and_asks_for_nothing() -> None:
    early, _ = watched(100, all_but_one)
    assert early.partitions.stuck == ()
    late, _ = watched(1200, all_but_one)
    assert late.partitions.stuck == ("orders-3",)
    healthy = given.condition(late, "PartitionsHealthy")
    assert (healthy.status, healthy.reason) == ("False", "PartitionStuck")
    assert "orders-3" in healthy.message
    assert late.replicas == 1


def test_when_all_stand_still_none_is_stuck() -> None:
    decision, _ = watched(600, lambda second, index: 900)
    assert decision.partitions.stuck == ()


def test_a_lone_member_is_measured_against_its_own_other_partitions() -> None:
    decision, _ = watched(600, all_but_one, replicas=1)
    assert decision.partitions.stuck == ("orders-3",)


def test_a_partition_with_more_than_one_consumer_handles_is_bound() -> None:
    def hot(second: int, index: int) -> int:
        return 1000 + second * (60 if index == 0 else 1)

    decision, _ = watched(600, hot, end=hot, replicas=4)
    assert decision.partitions.bound == ("orders-0",)
    assert given.condition(decision, "PartitionsHealthy").reason == "PartitionBound"
    assert decision.limited_by == "PartitionBound"
    assert given.condition(decision, "ScalingLimited").reason == "PartitionBound"
    assert "1 of 12 partitions bring more than one consumer handles" in decision.message


def test_a_partition_that_nobody_owns_for_long_is_told_and_blocks_the_way_down() -> None:
    parts = given.partitions(*[0] * 12)
    members = given.dealt(parts[:11], 4)
    decision, _ = watched(40, lambda second, index: 1000 + second, members=members)
    assert decision.partitions.unowned == ()
    decision, _ = watched(1200, lambda second, index: 1000 + second, members=members)
    assert decision.partitions.unowned == ("orders-11",)
    assert given.condition(decision, "PartitionsHealthy").reason == "PartitionUnowned"
    assert decision.replicas == 4


def missing(seconds: int, *, joined: int = 3) -> Decision:
    memory = Memory()
    parts = given.partitions(*[0] * 12)
    for second in range(0, seconds, 10):
        seen = given.observation(
            parts,
            replicas=4,
            members=given.dealt(parts, joined),
            at=given.NOW + second,
            pods=given.pods(4, ips=tuple(f"10.0.0.{i}" for i in range(joined))),
        )
        decision, memory = given.decided(seen, memory=memory)
    return decision


def test_ready_pods_that_never_join_are_missing_members() -> None:
    assert missing(60).partitions.missing_members == 0
    late = missing(100)
    assert late.partitions.missing_members == 1
    assert given.condition(late, "PartitionsHealthy").reason == "MembersMissing"


def test_members_that_are_missing_for_good_do_not_block_the_way_down_for_ever() -> None:
    assert missing(400).replicas == 4
    assert missing(700).replicas == 1


def test_more_members_than_declared_do_not_block_the_way_down() -> None:
    assert missing(700, joined=8).replicas == 1


def test_a_group_not_described_is_neither_healthy_nor_ill() -> None:
    seen = given.observation(given.partitions(*[0] * 12), group=None)
    decision, _ = given.decided(seen)
    assert given.condition(decision, "PartitionsHealthy").status == "Unknown"


def starting(seconds: int, *, reason: str, stuck: int, replicas: int = 4) -> Decision:
    memory = Memory()
    for second in range(0, seconds, 10):
        seen = given.observation(
            given.partitions(*[3000] * 12, end=100_000),
            replicas=replicas,
            at=given.NOW + second,
            pods=given.pods(replicas, stuck=stuck, stuck_reason=reason),
        )
        decision, memory = given.decided(seen, memory=memory)
    return decision


def test_pods_that_cannot_start_are_told_after_the_lead_time_and_no_more_are_added() -> None:
    early = starting(60, reason="ImagePullBackOff", stuck=2)
    assert (early.replicas, given.condition(early, "Ready").status) == (12, "True")
    late = starting(100, reason="ImagePullBackOff", stuck=2)
    assert (late.replicas, late.limited_by) == (4, "Ineffective")
    assert given.condition(late, "Ready").reason == "ImagePullBackOff"
    assert given.condition(late, "Reconciling").reason == "ImagePullBackOff"
    assert given.condition(late, "ScalingLimited").status == "True"


QUOTA = 'FailedCreate: pods "orders-1" is forbidden: exceeded quota: few'


def test_a_controller_that_may_not_make_pods_is_told_at_once_and_gets_no_higher_number_after_the_lead_time() -> None:
    early = starting(20, reason=QUOTA, stuck=0)
    reconciling = given.condition(early, "Reconciling")
    assert (reconciling.status, reconciling.reason) == ("True", "FailedCreate")
    assert "exceeded quota: few" in reconciling.message
    late = starting(100, reason=QUOTA, stuck=0)
    assert (late.replicas, late.limited_by) == (4, "Ineffective")
    ready = given.condition(late, "Ready")
    assert (ready.status, ready.reason) == ("False", "FailedCreate")
    assert "exceeded quota: few" in ready.message


def test_one_crashing_pod_of_many_does_not_stop_the_rest_but_one_without_room_does() -> None:
    assert starting(100, reason="CrashLoopBackOff", stuck=1, replicas=6).replicas == 12
    assert starting(100, reason="Unschedulable", stuck=1, replicas=6).replicas == 6
