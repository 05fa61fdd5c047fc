"""Age of the oldest message, read backwards from the history of end offsets."""

from __future__ import annotations

import pytest

from sluicegate.model.known import Known, Unknown
from sluicegate.model.memory import Memory
from tests.support import given


def age(points: list[tuple[int, int, int]]) -> float:
    """``points`` (second, end, committed) of one partition, in order; the age at the last of them."""
    memory = Memory()
    for second, end, committed in points:
        part = given.partition(end=end, committed=committed)
        decision, memory = given.decided(given.observation((part,), replicas=1, at=given.NOW + second), memory=memory)
    assert isinstance(decision.lag.seconds, Known)
    return decision.lag.seconds.value


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0, 0, 0), (10, 100, 100)], 0),
        ([(0, 0, 0), (10, 100, 50)], 5),
        ([(0, 0, 0), (10, 100, 0)], 10),
        ([(0, 0, 0), (10, 100, 100), (20, 200, 100)], 10),
        ([(0, 0, 0), (10, 100, 100), (20, 100, 100), (30, 200, 100)], 10),
        ([(0, 0, 0), (10, 100, 50), (20, 200, 50), (30, 300, 50)], 25),
        ([(0, 1000, 900), (10, 1100, 900)], 20),
    ],
)
def test_the_age_is_since_the_end_stood_at_the_committed_offset(
    points: list[tuple[int, int, int]], expected: float
) -> None:
    assert age(points) == pytest.approx(expected)


def test_a_message_older_than_all_that_is_remembered_keeps_its_age() -> None:
    still = [(second, 100 + 10 * second, 100) for second in range(0, 1210, 10)]
    assert age(still) == pytest.approx(1200, abs=1)


def test_slow_progress_far_behind_is_dated_between_what_was_found_before() -> None:
    """Ten messages a second come, five are handled: the one handled at second s came at s/2."""
    slow = [(second, 10 * second, 5 * second) for second in range(0, 2010, 10)]
    assert age(slow) == pytest.approx(1000, rel=0.05)


def test_the_age_is_unknown_when_the_lag_is() -> None:
    part = given.partition(committed=None)
    decision, _ = given.decided(given.observation((part,), replicas=1))
    assert isinstance(decision.lag.seconds, Unknown)


def test_a_first_look_can_only_say_at_least() -> None:
    assert age([(0, 100, 40)]) == 0
