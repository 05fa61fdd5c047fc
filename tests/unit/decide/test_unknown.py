"""Partial or no knowledge: never a demand-driven step down, up on what is known, and onLagUnknown."""

from __future__ import annotations

from typing import Any

from sluicegate.model.memory import Memory
from tests.support import given

APP = given.spec(scaling={"scaleDown": {"stabilization": "0s"}})


def blind(second: int, *, replicas: int = 4) -> Any:
    return given.observation((), replicas=replicas, at=given.NOW + second, fault=given.LOST)


def lost(index: int, *, topic: str = "orders") -> Any:
    return given.partition(index, topic=topic, end=None, stable=None, committed=None, fault=given.LOST)


def test_nothing_known_holds_what_runs_and_says_why() -> None:
    memory = Memory()
    for second in range(0, 600, 10):
        decision, memory = given.decided(blind(second), app=APP, memory=memory)
        assert (decision.replicas, decision.wanted, decision.limited_by) == (4, None, "LagUnknown")
    known = given.condition(decision, "LagKnown")
    assert (known.status, known.reason) == ("False", "BrokerUnreachable")
    assert "all brokers are down" in known.message


def test_not_ready_after_more_than_three_polls() -> None:
    memory = Memory()
    ready = []
    for second in range(0, 50, 10):
        decision, memory = given.decided(blind(second), memory=memory)
        ready.append(str(given.condition(decision, "Ready").status))
    assert ready == ["True", "True", "True", "False", "False"] or ready == ["True"] * 3 + ["False"] * 2
    back, _ = given.decided(
        given.observation(given.partitions(*[0] * 12), replicas=4, at=given.NOW + 60), memory=memory
    )
    assert given.condition(back, "Ready").status == "True"


def test_partitions_of_which_nothing_was_ever_known_are_waited_for() -> None:
    memory = Memory()
    for second in range(0, 200, 10):
        decision, memory = given.decided(given.observation((lost(0), lost(1)), at=given.NOW + second), memory=memory)
        assert (decision.replicas, decision.wanted) == (2, None)


def test_run_at_least_counts_after_more_than_three_polls() -> None:
    app = given.spec(scaling={"onLagUnknown": {"action": "RunAtLeast", "replicas": 6}})
    memory = Memory(usable=12)
    numbers = []
    for second in range(0, 50, 10):
        decision, memory = given.decided(blind(second), app=app, memory=memory)
        numbers.append(decision.replicas)
    assert numbers == [4, 4, 4, 6, 6]
    more, _ = given.decided(blind(60, replicas=9), app=app, memory=memory)
    assert more.replicas == 9


def test_a_partition_without_a_value_blocks_a_step_down() -> None:
    memory = Memory()
    parts = given.partitions(*[0] * 12)
    for second in range(0, 200, 10):
        seen = given.observation((*parts[:11], lost(11)), replicas=6, at=given.NOW + second)
        decision, memory = given.decided(seen, app=APP, memory=memory)
    assert (decision.replicas, decision.limited_by) == (6, "LagUnknown")
    assert decision.wanted == 1


def test_what_it_last_held_counts_for_a_step_up() -> None:
    app = given.spec(scaling={"lagPerReplica": 100, "capacityPerReplica": None})
    full = given.partitions(0, 0, 300)
    _, memory = given.decided(given.observation(full, replicas=3), app=app)
    seen = given.observation((*full[:2], lost(2)), replicas=1, at=given.NOW + 10, members=())
    decision, _ = given.decided(seen, app=app, memory=memory)
    assert decision.wanted == 3


def test_a_missing_topic_counts_as_unknown_not_as_nothing() -> None:
    app = given.spec(topics=("orders", "refunds"), scaling={"scaleDown": {"stabilization": "0s"}})
    memory = Memory()
    for second in range(0, 200, 10):
        seen = given.observation(
            given.partitions(*[0] * 4), replicas=4, at=given.NOW + second, topic_faults=(("refunds", given.LOST),)
        )
        decision, memory = given.decided(seen, app=app, memory=memory)
        assert decision.replicas == 4


def test_a_group_that_never_committed_runs_one() -> None:
    app = given.spec(scaling={"minReplicas": 0})
    seen = given.observation((given.partition(committed=None),), replicas=0)
    decision, _ = given.decided(seen, app=app)
    assert (decision.replicas, decision.reason) == (1, "NeverCommitted")
    running = given.observation([given.partition(i, committed=None) for i in range(4)], replicas=3)
    decision, _ = given.decided(running, app=app)
    assert decision.replicas == 3


def test_the_same_observation_twice_is_one_unknown_poll() -> None:
    memory = Memory()
    for _ in range(9):
        _, memory = given.decided(blind(0), memory=memory)
    assert memory.unknown_polls == 1


def test_a_group_at_zero_with_one_partition_never_committed_runs_one() -> None:
    app = given.spec(scaling={"minReplicas": 0})
    seen = given.observation((given.partition(0), given.partition(1, committed=None)), replicas=0)
    decision, _ = given.decided(seen, app=app)
    assert (decision.replicas, decision.write) == (1, True)


def test_a_topic_that_cannot_be_listed_keeps_what_it_last_held() -> None:
    app = given.spec(topics=("orders", "refunds"), scaling={"lagPerReplica": 100, "capacityPerReplica": None})
    both = (*given.partitions(0, 0), *given.partitions(500, topic="refunds"))
    decision, memory = given.decided(given.observation(both, replicas=3), app=app)
    assert decision.wanted == 5
    seen = given.observation(both[:2], replicas=3, at=given.NOW + 10, topic_faults=(("refunds", given.LOST),))
    decision, _ = given.decided(seen, app=app, memory=memory)
    assert decision.wanted == 5
    assert decision.per_partition == {"orders-0": 0, "orders-1": 0, "refunds-0": None}
    assert decision.partitions.usable == 3
