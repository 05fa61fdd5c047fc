"""Whose number it is: rivals, other autoscalers, people, and our own writes seen late."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide import acted, persist, restore
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Foreign, Rival
from tests.support import given

NEEDY = given.partitions(*[2000] * 12, end=100_000)
HPA = Foreign(kind="HorizontalPodAutoscaler", name="orders", desired=7)


def needy(**more: Any) -> Any:
    return given.observation(NEEDY, **more)


@pytest.mark.parametrize(
    ("more", "app", "reason", "stalled", "limited_by"),
    [
        ({"rival": Rival(what="target", namespace="a", name="b")}, {}, "TargetConflict", "True", "Conflict"),
        ({"rival": Rival(what="group", namespace="a", name="b")}, {}, "GroupConflict", "True", "Conflict"),
        ({"foreign": HPA}, {}, "ForeignAutoscaler", "True", "ForeignAutoscaler"),
        ({"foreign": Foreign(kind="ScaledObject", name="o", paused=True)}, {}, "ForeignAutoscaler", "True",
         "ForeignAutoscaler"),
        ({}, {"suspend": True}, "Suspended", "False", "Suspended"),
    ],
)  # fmt: skip
def test_a_number_that_is_not_ours_is_left_alone(
    more: dict[str, Any], app: dict[str, Any], reason: str, stalled: str, limited_by: str
) -> None:
    decision, _ = given.decided(needy(**more), app=given.spec(**app))
    assert (decision.replicas, decision.write, decision.limited_by) == (2, False, limited_by)
    assert decision.wanted == 12
    assert given.condition(decision, "ScalingActive").reason == reason
    assert given.condition(decision, "Stalled").status == stalled
    assert given.condition(decision, "Ready").status == ("False" if stalled == "True" else "True")


def test_recommend_decides_and_reports_and_writes_nothing() -> None:
    decision, _ = given.decided(needy(foreign=HPA), app=given.spec(mode="Recommend"))
    assert (decision.replicas, decision.action, decision.write) == (12, "ScaleUp", False)
    assert decision.foreign == HPA
    active = given.condition(decision, "ScalingActive")
    assert (active.status, active.reason) == ("False", "Observing")
    assert "HorizontalPodAutoscaler orders" in active.message
    assert given.condition(decision, "Ready").status == "True"
    assert given.condition(decision, "Stalled").status == "False"


def test_a_missing_target_gets_no_number() -> None:
    decision, _ = given.decided(needy(replicas=None))
    assert (decision.replicas, decision.current, decision.write) == (None, None, False)
    ready = given.condition(decision, "Ready")
    assert (ready.status, ready.reason) == ("False", "TargetMissing")
    assert "Deployment orders" in ready.message


def at(second: int, replicas: int, *, lag: int = 0, manager: str = "kubectl", app: Any = None, memory: Memory,
       managed_at: float | None = None, version: str = "v1") -> tuple[Decision, Memory]:  # fmt: skip
    seen = given.observation(
        given.partitions(*[lag] * 12, end=100_000),
        replicas=replicas,
        at=given.NOW + second,
        workload=given.workload(replicas, manager=manager, managed_at=managed_at, resource_version=version),
    )
    return given.decided(seen, app=app, memory=memory)


def test_a_persons_number_within_the_limits_stands_for_one_window() -> None:
    _, memory = at(0, 2, memory=Memory())
    for second in range(10, 610, 10):
        decision, memory = at(second, 5, lag=2000, memory=memory)
        assert decision.replicas == 5
        assert "kubectl" in " ".join(step.sentence for step in decision.steps)
    decision, _ = at(610, 5, lag=2000, memory=memory)
    assert decision.replicas == 12


def test_a_persons_number_outside_the_limits_is_corrected_at_once() -> None:
    _, memory = at(0, 2, memory=Memory())
    decision, _ = at(10, 30, memory=memory)
    assert (decision.replicas, decision.limited_by, decision.write) == (12, "Partitions", True)
    decision, _ = at(10, 0, memory=memory)
    assert (decision.replicas, decision.write) == (1, True)


def test_a_persons_number_survives_a_restart_of_ours() -> None:
    _, memory = at(0, 2, memory=Memory())
    _, memory = at(10, 5, lag=2000, memory=memory)
    decision, _ = at(40, 5, lag=2000, memory=restore(persist(memory), now=given.NOW + 30))
    assert decision.replicas == 5
    changed_meanwhile, _ = at(40, 4, lag=2000, memory=restore(persist(memory), now=given.NOW + 30))
    assert changed_meanwhile.replicas == 4


def test_our_own_write_that_was_not_remembered_is_nobody_elses() -> None:
    _, memory = at(0, 2, memory=Memory())
    decision, memory = at(10, 6, lag=2000, manager="sluicegate", managed_at=given.NOW - 200, memory=memory)
    assert decision.replicas == 12
    assert memory.reversals == ()


def test_our_own_write_that_was_not_remembered_counts_in_the_budget() -> None:
    _, memory = at(0, 6, memory=Memory())
    _, memory = at(10, 4, manager="sluicegate", managed_at=given.NOW + 3, memory=memory)
    assert (memory.downs, memory.last_down) == ((given.NOW + 3,), given.NOW + 3)
    _, memory = at(20, 4, manager="sluicegate", managed_at=given.NOW + 3, memory=memory)
    assert len(memory.downs) == 1, "once, however often it is seen"


def test_a_view_from_before_our_write_is_not_taken_for_a_reversal() -> None:
    decision, memory = at(0, 2, lag=2000, memory=Memory())
    memory = acted(memory, decision=decision, now=given.NOW)
    stale, memory = at(5, 2, lag=2000, memory=memory)
    assert (stale.replicas, stale.write) == (2, False)
    seen, memory = at(10, 12, lag=2000, manager="sluicegate", memory=memory)
    assert (seen.replicas, memory.reversals) == (12, ())


def test_a_reversal_within_the_second_of_our_write_is_told_by_its_version() -> None:
    """Managed fields tell whole seconds only: a reversal right after our write may carry an earlier time than it."""
    decision, memory = at(0, 2, lag=2000, memory=Memory())
    memory = acted(memory, decision=decision, now=given.NOW + 0.7, version="41")
    _, late = at(5, 2, lag=2000, manager="argocd", managed_at=given.NOW, memory=memory, version="40")
    assert late.reversals == ()
    _, told = at(5, 2, lag=2000, manager="argocd", managed_at=given.NOW, memory=memory, version="42")
    assert [one.manager for one in told.reversals] == ["argocd"]


def test_a_reversal_is_told_from_a_late_view_by_its_manager() -> None:
    decision, memory = at(0, 2, lag=2000, memory=Memory())
    memory = acted(memory, decision=decision, now=given.NOW)
    _, memory = at(5, 2, lag=2000, manager="argocd", managed_at=given.NOW + 3, memory=memory)
    assert [one.manager for one in memory.reversals] == ["argocd"]


def fought() -> tuple[Decision, Memory, int]:
    """A manager that writes 30 over our 12 every minute, three times."""
    memory = Memory()
    decision, memory = at(0, 12, memory=memory)
    second = 0
    for _ in range(3):
        second += 60
        decision, memory = at(second, 30, manager="helm", memory=memory)
        if decision.write and decision.replicas != 30:
            memory = acted(memory, decision=decision, now=given.NOW + second)
            _, memory = at(second + 10, 12, manager="sluicegate", memory=memory)
    return decision, memory, second


def test_three_reversals_in_ten_minutes_are_contested_with_the_managers_name() -> None:
    decision, _, _ = fought()
    assert (decision.replicas, decision.write, decision.limited_by) == (30, False, "Conflict")
    active = given.condition(decision, "ScalingActive")
    assert (active.status, active.reason) == ("False", "Contested")
    assert "helm" in active.message
    assert given.condition(decision, "Ready").reason == "Contested"


def test_while_contested_one_write_in_five_minutes() -> None:
    _, memory, second = fought()
    last = second - 60
    decision, _ = at(last + 299, 30, manager="helm", memory=memory)
    assert not decision.write
    decision, memory = at(last + 301, 30, manager="helm", memory=memory)
    assert (decision.replicas, decision.write) == (12, True)
    memory = acted(memory, decision=decision, now=given.NOW + last + 301)
    decision, _ = at(last + 320, 30, manager="helm", memory=memory)
    assert not decision.write


def test_reversals_are_forgotten_after_ten_minutes() -> None:
    _, memory, second = fought()
    decision, memory = at(second + 700, 12, manager="sluicegate", memory=memory)
    assert given.condition(decision, "ScalingActive").reason == "Active"


def test_a_target_made_anew_begins_without_a_past() -> None:
    _, memory = at(0, 2, memory=Memory())
    fresh = given.observation(
        given.partitions(*[2000] * 12, end=100_000),
        at=given.NOW + 10,
        replicas=1,
        workload=given.workload(1, uid="another", manager="helm"),
    )
    decision, memory = given.decided(fresh, memory=memory)
    assert decision.replicas == 12
    assert memory.reversals == ()


def test_the_same_observation_is_acted_on_once() -> None:
    seen = needy()
    decision, memory = given.decided(seen)
    assert (decision.replicas, decision.write) == (12, True)
    memory = acted(memory, decision=decision, now=seen.at)
    again, _ = given.decided(seen, memory=memory)
    assert (again.replicas, again.write, again.action) == (2, False, "Hold")
