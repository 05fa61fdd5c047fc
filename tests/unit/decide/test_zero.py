"""To zero only when allowed and idle for long enough; from zero on the first known message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sluicegate.decide import acted, persist, restore
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from tests.support import given


def app(**scaling: Any) -> AppSpec:
    return given.spec(scaling={"minReplicas": 0, "scaleToZero": {"after": "60s"}, **scaling})


def quiet(
    spec: AppSpec, *, polls: int, replicas: int = 3, memory: Memory | None = None, start: int = 0, lag: int = 0
) -> tuple[Decision, Memory]:
    memory = memory or Memory()
    for step in range(start, start + polls):
        seen = given.observation(given.partitions(*[lag] * 4), replicas=replicas, at=given.NOW + 10 * step)
        decision, memory = given.decided(seen, app=spec, memory=memory)
    if decision.replicas != replicas:
        memory = acted(memory, decision=decision, now=seen.at)
    return decision, memory


def test_it_goes_to_zero_after_its_own_time_without_arrivals() -> None:
    early, _ = quiet(app(), polls=6)
    assert early.replicas == 3
    late, _ = quiet(app(), polls=7)
    assert (late.replicas, late.reason, late.write) == (0, "Idle", True)


def test_never_to_zero_with_a_minimum() -> None:
    decision, _ = quiet(given.spec(), polls=100)
    assert decision.replicas == 1


def test_arrivals_that_are_handled_at_once_keep_it_up() -> None:
    memory = Memory()
    for step in range(30):
        parts = given.partitions(0, 0, 0, 0, end=1000 + step)
        seen = given.observation(parts, replicas=1, at=given.NOW + 10 * step)
        decision, memory = given.decided(seen, app=app(), memory=memory)
        assert decision.replicas == 1


def test_lag_up_to_the_threshold_does_not_keep_it_up_and_does_not_wake_it() -> None:
    spec = app(scaleToZero={"after": "60s", "lagThreshold": 8})
    decision, memory = quiet(spec, polls=8, lag=2)
    assert decision.replicas == 0
    asleep, memory = quiet(spec, polls=1, replicas=0, memory=memory, start=8, lag=2)
    assert asleep.replicas == 0
    woken, _ = quiet(spec, polls=1, replicas=0, memory=memory, start=9, lag=3)
    assert (woken.replicas, woken.reason) == (1, "MessagesWaiting")


def test_one_message_wakes_it() -> None:
    _, memory = quiet(app(), polls=3, replicas=0)
    seen = given.observation(given.partitions(1, 0, 0, 0), replicas=0, at=given.NOW + 40)
    decision, _ = given.decided(seen, app=app(), memory=memory)
    assert (decision.replicas, decision.action) == (1, "ScaleUp")


def test_a_known_message_wakes_it_even_while_other_partitions_are_unknown() -> None:
    lost = given.partition(1, end=None, stable=None, committed=None, fault=given.LOST)
    seen = given.observation((given.partition(0, committed=999), lost), replicas=0)
    decision, _ = given.decided(seen, app=app())
    assert decision.replicas == 1


def test_a_deep_backlog_wakes_as_many_as_are_enough() -> None:
    seen = given.observation(given.partitions(*[2000] * 4), replicas=0)
    decision, _ = given.decided(seen, app=app())
    assert decision.replicas == 4


def test_unknown_lag_ends_idleness() -> None:
    _, memory = quiet(app(), polls=6)
    blind = given.observation((), replicas=3, at=given.NOW + 60, fault=given.LOST)
    decision, memory = given.decided(blind, app=app(), memory=memory)
    assert decision.replicas == 3
    decision, _ = quiet(app(), polls=2, memory=memory, start=7)
    assert decision.replicas == 3


def test_idleness_survives_a_restart() -> None:
    _, memory = quiet(app(), polls=6)
    back = restore(persist(memory), now=given.NOW + 55)
    decision, _ = quiet(app(), polls=1, memory=back, start=6)
    assert decision.replicas == 0


def test_going_to_zero_keeps_the_hourly_budget() -> None:
    _, memory = quiet(app(scaleDown={"maxPerHour": 1}), polls=6)
    memory = replace(memory, downs=(given.NOW - 100,))
    decision, _ = quiet(app(scaleDown={"maxPerHour": 1}), polls=1, memory=memory, start=6)
    assert (decision.replicas, decision.limited_by) == (3, "Cooldown")
