"""What people read: one line for each decision, conditions with reasons, and errors with a remedy."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.explain import seconds
from sluicegate.decide.invalid import check
from sluicegate.errors import Invalid
from tests.support import given

NEEDY = given.partitions(*[2000] * 24, end=100_000)


def test_a_capped_decision_says_what_was_wanted_and_what_capped_it() -> None:
    app = given.spec(scaling={"maxReplicas": 11})
    decision, _ = given.decided(given.observation(NEEDY, replicas=11), app=app)
    assert decision.wanted is not None
    assert decision.wanted > 11
    assert (decision.replicas, decision.limited_by, decision.reason) == (11, "Max", "MaxReplicas")
    assert decision.message.startswith(f"{decision.wanted} wanted for a lag of ")
    assert decision.message.endswith("maxReplicas is 11: 11")
    limited = given.condition(decision, "ScalingLimited")
    assert (limited.status, limited.reason) == ("True", "Max")
    assert "11 may run" in limited.message


def test_every_step_of_the_way_is_there_in_its_order() -> None:
    decision, _ = given.decided(given.observation(NEEDY, replicas=2))
    assert [step.name for step in decision.steps] == [
        "wanted", "stabilization", "minReplicas", "maxReplicas", "partitions",
    ]  # fmt: skip
    assert decision.steps[0].before is None
    assert all(one.after == two.before for one, two in zip(decision.steps, decision.steps[1:], strict=False))
    assert decision.steps[-1].after == decision.replicas


def test_a_quiet_app_is_well_in_every_condition() -> None:
    decision, _ = given.decided(given.observation(given.partitions(*[0] * 4), replicas=1))
    assert {one.type: str(one.status) for one in decision.conditions} == {
        "Ready": "True",
        "Reconciling": "False",
        "Stalled": "False",
        "ScalingActive": "True",
        "ScalingLimited": "False",
        "LagKnown": "True",
        "PartitionsHealthy": "True",
    }


@pytest.mark.parametrize(
    ("workload", "reason"),
    [({"ready": 1}, "WaitingForPods"), ({"ready": 2}, "Scaling")],
)
def test_reconciling_while_pods_are_on_their_way(workload: dict[str, Any], reason: str) -> None:
    lags = [2000] * 12 if reason == "Scaling" else [0] * 12
    seen = given.observation(given.partitions(*lags, end=100_000), replicas=2, workload=given.workload(2, **workload))
    decision, _ = given.decided(seen)
    reconciling = given.condition(decision, "Reconciling")
    assert (reconciling.status, reconciling.reason) == ("True", reason)


def test_several_unknown_partitions_are_counted() -> None:
    parts = [given.partition(i, committed=None) for i in range(3)]
    decision, _ = given.decided(given.observation(parts))
    known = given.condition(decision, "LagKnown")
    assert known.message.startswith("3 partitions or topics unknown, orders-0 first:")


def test_long_lists_of_partitions_are_cut() -> None:
    memory = None
    for second in range(0, 300, 10):
        parts = tuple(given.partition(i, end=1000 + 100 * second, committed=1000) for i in range(12))
        decision, memory = given.decided(given.observation(parts, at=given.NOW + second), memory=memory)
    message = given.condition(decision, "PartitionsHealthy").message
    assert "orders-0, orders-1, orders-2, orders-3, orders-4 and 7 more" in message


@pytest.mark.parametrize(
    ("value", "words"), [(0.04, "0.0 s"), (5.26, "5.3 s"), (54.2, "54 s"), (900, "15 min"), (36_000, "10 h")]
)
def test_spans_are_said_as_people_say_them(value: float, words: str) -> None:
    assert seconds(value) == words


def test_an_objective_below_two_polls_is_refused_with_field_value_and_remedy() -> None:
    app = given.spec(scaling={"lagObjective": "15s"})
    check(app)
    check(app, poll=5.0)
    with pytest.raises(Invalid, match=r"lagObjective is 15s.*write 20s or more") as refused:
        check(app, poll=10.0)
    assert refused.value.field == "spec.scaling.lagObjective"
    check(given.spec(scaling={"lagPerReplica": 5}), poll=300.0)


def test_rules_between_fields_are_checked_again() -> None:
    with pytest.raises(Invalid, match="minReplicas"):
        check(given.spec(scaling={"minReplicas": 50, "maxReplicas": 40}))
    with pytest.raises(Invalid, match="lagObjective and lagPerReplica"):
        check(given.spec(scaling={"lagObjective": "60s", "lagPerReplica": 40}))
