"""What one app may run while the breaker of a dependency is not closed."""

from __future__ import annotations

import pytest

from sluicegate.decide.downstream.breaker import Breaker, allowance, canary_of
from sluicegate.model.dependency import WhenOpen
from sluicegate.model.downstream import BreakerState

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


def breaker(state: BreakerState) -> Breaker:
    return Breaker(state=state, since=0.0, reason="CheckFailed", message="")


@pytest.mark.parametrize(
    ("state", "when_open", "replicas", "canary", "most"),
    [
        (OPEN, WhenOpen.HOLD, 7, False, 7),
        (OPEN, WhenOpen.HOLD, 0, False, 0),
        (OPEN, WhenOpen.FLOOR, 7, False, 2),
        (OPEN, WhenOpen.FLOOR, 1, False, 1),
        (OPEN, WhenOpen.ZERO, 7, False, 0),
        (OPEN, WhenOpen.ZERO, 7, True, 0),
        (OPEN, WhenOpen.FLOOR, 7, True, 2),
        (HALF_OPEN, WhenOpen.FLOOR, 2, False, 2),
        (HALF_OPEN, WhenOpen.FLOOR, 2, True, 3),
        (HALF_OPEN, WhenOpen.ZERO, 0, False, 0),
        (HALF_OPEN, WhenOpen.ZERO, 0, True, 1),
        (HALF_OPEN, WhenOpen.HOLD, 4, True, 4),
    ],
)
def test_how_far_an_app_with_a_minimum_of_two_stands_back(
    state: BreakerState, when_open: WhenOpen, replicas: int, canary: bool, most: int
) -> None:
    found = allowance(breaker=breaker(state), when_open=when_open, replicas=replicas, minimum=2, canary=canary)
    assert found == (most, True)


@pytest.mark.parametrize("when_open", list(WhenOpen))
def test_a_closed_breaker_limits_nothing(when_open: WhenOpen) -> None:
    found = allowance(breaker=breaker(CLOSED), when_open=when_open, replicas=7, minimum=2, canary=True)
    assert found == (None, False)


def test_the_canary_is_of_the_highest_priority_and_then_the_first_by_name() -> None:
    assert canary_of([("shop/b", 5), ("shop/a", 0), ("shop/c", 5)]) == "shop/b"
    assert canary_of([("shop/b", -1), ("shop/a", -1)]) == "shop/a"
    assert canary_of([]) is None
