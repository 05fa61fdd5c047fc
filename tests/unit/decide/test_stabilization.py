"""How carefully replicas are taken away: window, budget, spacing, and what overrides them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide import acted, persist, restore
from sluicegate.decide.stabilization import highest, remember
from sluicegate.model.memory import Memory
from tests.support import given

SHORT = {"lagPerReplica": 100, "capacityPerReplica": None, "scaleDown": {"stabilization": "60s", "maxPerHour": 2}}
APP = given.spec(scaling=SHORT)


def seen(lag: int, *, replicas: int = 6, second: int = 0, **more: Any) -> Any:
    parts = given.partitions(*[lag // 12] * 12)
    return given.observation(parts, replicas=replicas, at=given.NOW + second, **more)


def watched(lag: int, *, seconds: int, memory: Memory | None = None, start: int = 0, replicas: int = 6) -> Memory:
    memory = memory or Memory()
    for second in range(start, start + seconds, 10):
        _, memory = given.decided(seen(lag, second=second, replicas=replicas), app=APP, memory=memory)
    return memory


def test_no_step_down_before_a_full_window_was_seen() -> None:
    memory = watched(240, seconds=60)
    decision, _ = given.decided(seen(240, second=59), app=APP, memory=memory)
    assert (decision.replicas, decision.limited_by) == (6, "Stabilization")
    decision, _ = given.decided(seen(240, second=60), app=APP, memory=memory)
    assert (decision.replicas, decision.reason) == (3, "LagLower")


def test_the_highest_of_the_window_counts() -> None:
    memory = watched(480, seconds=60)
    memory = watched(240, seconds=40, memory=memory, start=60)
    decision, _ = given.decided(seen(120, second=100), app=APP, memory=memory)
    assert (decision.replicas, decision.limited_by) == (5, "Stabilization")


def test_a_larger_step_that_is_near_is_waited_for_but_not_longer_than_a_quarter_of_the_window() -> None:
    near = watched(600, seconds=10)
    near = watched(480, seconds=10, memory=near, start=10)
    near = watched(240, seconds=50, memory=near, start=20)
    decision, after = given.decided(seen(240, second=70), app=APP, memory=near)
    assert (decision.replicas, decision.limited_by) == (6, "Stabilization")
    decision, _ = given.decided(seen(240, second=80), app=APP, memory=after)
    assert decision.replicas == 3

    memory = watched(600, seconds=10)
    stairs = [480] * 2 + [360] * 2 + [340] * 2 + [240] * 2 + [120] * 9
    taken = []
    for step, lag in enumerate(stairs, start=1):
        decision, memory = given.decided(seen(lag, second=10 * step), app=APP, memory=memory)
        taken.append(decision.replicas)
    assert min(second for second, number in enumerate(taken, start=1) if number is not None and number < 6) * 10 <= 90


def test_a_gap_in_what_was_seen_begins_the_window_anew() -> None:
    memory = watched(240, seconds=120)
    decision, _ = given.decided(seen(240, second=300), app=APP, memory=memory)
    assert decision.replicas == 6


def test_a_single_failed_poll_does_not() -> None:
    memory = watched(240, seconds=60)
    _, memory = given.decided(
        given.observation((), replicas=6, at=given.NOW + 60, fault=given.LOST), app=APP, memory=memory
    )
    decision, _ = given.decided(seen(240, second=70), app=APP, memory=memory)
    assert decision.replicas == 3


def test_after_the_budget_of_an_hour_it_cools_down() -> None:
    memory = watched(240, seconds=120)
    spent = replace(memory, downs=(given.NOW - 3000, given.NOW - 100))
    decision, _ = given.decided(seen(240, second=120), app=APP, memory=spent)
    assert (decision.replicas, decision.limited_by) == (6, "Cooldown")
    assert "maxPerHour" in decision.message or any("maxPerHour" in step.sentence for step in decision.steps)
    freed = replace(memory, downs=(given.NOW - 3500, given.NOW - 100))
    decision, _ = given.decided(seen(240, second=120), app=APP, memory=freed)
    assert decision.replicas == 3


def test_only_demand_driven_steps_down_count_against_the_budget() -> None:
    lowered = given.spec(scaling={**SHORT, "maxReplicas": 4})
    decision, memory = given.decided(seen(600), app=lowered)
    assert (decision.reason, decision.replicas) == ("MaxLowered", 4)
    assert acted(memory, decision=decision, now=given.NOW).downs == ()
    decision, memory = given.decided(seen(240, second=120), app=APP, memory=watched(240, seconds=120))
    assert acted(memory, decision=decision, now=given.NOW).downs == (given.NOW,)


def test_an_override_stands_in_for_window_and_budget_but_not_for_limits() -> None:
    def overridden(replicas: int, until: str = "2030-01-01T00:00:00Z") -> Any:
        app = given.spec(scaling=SHORT, override={"replicas": replicas, "until": until, "reason": "load test"})
        return given.decided(seen(600), app=app)[0]

    down = overridden(2)
    assert (down.replicas, down.limited_by, down.reason) == (2, "Override", "Override")
    assert "load test" in down.message
    assert overridden(9).replicas == 9
    assert (overridden(50).replicas, overridden(50).limited_by) == (12, "Partitions")
    assert overridden(0).replicas == 1
    assert overridden(2, until="2020-01-01T00:00:00Z").replicas == 6


def test_the_window_survives_a_restart_and_a_long_absence_does_not_count_as_seen() -> None:
    memory = watched(240, seconds=120)
    soon = restore(persist(memory), now=given.NOW + 150)
    decision, _ = given.decided(seen(240, second=150), app=APP, memory=soon)
    assert decision.replicas == 3
    late = restore(persist(memory), now=given.NOW + 900)
    decision, _ = given.decided(seen(240, second=900), app=APP, memory=late)
    assert decision.replicas == 6


def test_a_restart_does_not_hide_that_the_lag_was_unknown_before_it() -> None:
    memory = watched(240, seconds=120)
    for second in (120, 150, 180):
        blind = given.observation((), replicas=6, at=given.NOW + second, fault=given.LOST)
        _, memory = given.decided(blind, app=APP, memory=memory)
    back = restore(persist(memory), now=given.NOW + 190)
    decision, _ = given.decided(seen(240, second=190), app=APP, memory=back)
    assert decision.replicas == 6


def test_up_does_not_wait_after_a_restart() -> None:
    decision, _ = given.decided(seen(1200), app=APP, memory=restore({"v": 1}, now=given.NOW))
    assert decision.replicas == 12


def test_a_minimum_that_is_reached_is_named_rather_than_the_window() -> None:
    decision, _ = given.decided(seen(0, replicas=3), app=given.spec(scaling={**SHORT, "minReplicas": 3}))
    assert (decision.replicas, decision.limited_by) == (3, "Min")


@pytest.mark.parametrize("window", [0.0, 10.0, 60.0, 600.0, 86_400.0])
@pytest.mark.parametrize("poll", [2.0, 10.0, 300.0])
def test_what_is_remembered_of_the_window_is_its_maximum_and_bounded(window: float, poll: float) -> None:
    memory = Memory()
    wanted: list[tuple[float, int]] = []
    for step in range(400):
        now = given.NOW + step * poll
        number = 1000 - step if step % 50 else 3 * step
        wanted.append((now, number))
        memory = remember(wanted=number, window=window, memory=memory, now=now)
        held = highest(window=window, memory=memory, now=now)
        exact = max(n for at, n in wanted if at > now - window or at == now)
        longer = max(n for at, n in wanted if at > now - window * 33 / 32 - 2)
        assert exact <= held <= longer
        assert len(memory.wanted) <= 46


def test_what_the_objective_wanted_counts_for_the_window_of_messages_once_the_spec_goes_over_to_that() -> None:
    by_time = given.spec(scaling={"lagObjective": "60s", "scaleDown": {"stabilization": "60s"}})
    memory = Memory()
    for second in range(0, 120, 10):
        decision, memory = given.decided(seen(120, second=second), app=by_time, memory=memory)
    assert decision.wanted == 6
    decision, memory = given.decided(seen(120, second=120), app=APP, memory=memory)
    assert (decision.wanted, decision.replicas, decision.limited_by) == (2, 6, "Stabilization")
    for second in range(130, 200, 10):
        decision, memory = given.decided(seen(120, second=second), app=APP, memory=memory)
    assert (decision.replicas, decision.reason) == (2, "LagLower")
