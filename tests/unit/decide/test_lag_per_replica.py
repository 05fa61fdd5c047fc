"""The rule people know: ceil(lag / lagPerReplica), up at once but 30 s apart, down after the window."""

from __future__ import annotations

import pytest

from sluicegate.model.memory import Memory
from tests.support import given

APP = given.spec(scaling={"lagPerReplica": 100, "capacityPerReplica": None, "scaleDown": {"stabilization": "60s"}})


@pytest.mark.parametrize(("lag", "wanted"), [(0, 1), (1, 1), (100, 1), (101, 2), (110, 2), (1000, 10), (99_999, 1000)])
def test_wanted_is_the_lag_by_what_one_replica_may_have(lag: int, wanted: int) -> None:
    seen = given.observation(given.partitions(lag, *[0] * 11, end=100_000), replicas=1)
    decision, _ = given.decided(seen, app=APP)
    assert decision.wanted == wanted
    assert decision.replicas == min(wanted, 12)


def test_steps_up_are_thirty_seconds_apart() -> None:
    memory = Memory(last_up=given.NOW - 29, target_uid="w", written=2)
    seen = given.observation(given.partitions(*[100] * 12), replicas=2)
    decision, _ = given.decided(seen, app=APP, memory=memory)
    assert (decision.replicas, decision.limited_by) == (2, "Stabilization")
    later = given.observation(given.partitions(*[100] * 12), replicas=2, at=given.NOW + 1)
    decision, _ = given.decided(later, app=APP, memory=memory)
    assert (decision.replicas, decision.reason) == (12, "LagPerReplica")


def test_down_when_the_highest_lag_of_the_window_asks_for_fewer() -> None:
    memory = Memory()
    written = []
    for step, lag in enumerate([90, 90, 30, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]):
        seen = given.observation(given.partitions(*[lag] * 10), replicas=9, at=given.NOW + 10 * step)
        decision, memory = given.decided(seen, app=APP, memory=memory)
        written.append(decision.replicas)
    assert written[:7] == [9] * 7
    assert written[-1] == 1
    assert sorted(written, reverse=True) == written
    assert decision.reason == "LagLower"


def test_no_tolerance_holds_it_one_short() -> None:
    seen = given.observation(given.partitions(*[100] * 12, end=100_000), replicas=11)
    decision, _ = given.decided(seen, app=APP)
    assert decision.replicas == 12
