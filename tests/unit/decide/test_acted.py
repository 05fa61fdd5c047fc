"""What a write leaves in memory: budget, spacing, what is on trial."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide import acted
from sluicegate.model.decision import Action, Capacity, Decision
from sluicegate.model.memory import Memory, Order, Trial
from tests.support import given

NOW = given.NOW


def decision(current: int, replicas: int, **more: Any) -> Decision:
    seen, _ = given.decided(given.observation(given.partitions(*[0] * 12), replicas=current))
    up = replicas > current
    told: dict[str, Any] = {
        "action": Action.SCALE_UP if up else Action.SCALE_DOWN,
        "replicas": replicas,
        "reason": "LagObjective" if up else "LagLower",
        "rate_out": 120.0,
        "capacity": Capacity(value=50.0, source="Declared"),
        **more,
    }
    return replace(seen, **told)


def test_a_step_down_for_want_of_demand_is_counted_for_an_hour() -> None:
    memory = acted(Memory(downs=(NOW - 3600, NOW - 3599)), decision=decision(4, 2), now=NOW, version="7")
    assert memory.downs == (NOW - 3599, NOW)
    assert (memory.last_down, memory.last_up) == (NOW, None)
    assert (memory.order, memory.written, memory.before) == (Order(at=NOW, up=False), 2, 4)
    assert (memory.acted_at, memory.acted_version, memory.acted_on, memory.write_seen) == (NOW, "7", NOW, False)


def test_one_that_a_limit_asked_for_is_not() -> None:
    memory = acted(Memory(), decision=decision(4, 2, reason="MaxLowered"), now=NOW)
    assert (memory.downs, memory.last_down) == ((), NOW)


def test_a_step_up_that_demand_asked_for_is_on_trial() -> None:
    memory = acted(Memory(), decision=decision(4, 8), now=NOW)
    assert memory.trial == Trial(at=NOW, before=4, after=8, out=120.0, rate=50.0)
    assert (memory.last_up, memory.last_down) == (NOW, None)
    assert memory.order == Order(at=NOW, up=True)


@pytest.mark.parametrize("reason", ["MinRaised", "Override"])
def test_one_that_says_nothing_of_demand_is_not(reason: str) -> None:
    known = Memory(trial=Trial(at=NOW - 60, before=2, after=4, out=1.0, rate=1.0))
    memory = acted(known, decision=decision(4, 8, reason=reason), now=NOW)
    assert memory.trial is None


@pytest.mark.parametrize("more", [{"rate_out": None}, {"capacity": Capacity()}], ids=["nothing seen", "no capacity"])
def test_without_knowing_what_was_handled_nothing_can_be_tried(more: dict[str, Any]) -> None:
    assert acted(Memory(), decision=decision(4, 8, **more), now=NOW).trial is None


def test_a_step_from_zero_has_nothing_to_be_compared_with() -> None:
    assert acted(Memory(), decision=replace(decision(4, 8), current=0), now=NOW).trial is None


def test_an_accepted_number_of_a_person_ends_with_a_write_of_ours() -> None:
    memory = acted(Memory(accepted_at=NOW - 5, accepted_by="jo"), decision=decision(4, 8), now=NOW)
    assert (memory.accepted_at, memory.accepted_by) == (None, "")
