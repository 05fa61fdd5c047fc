"""The heights of the last hour and the lows of the last minutes, from a few entries."""

from __future__ import annotations

from collections.abc import Sequence

from sluicegate.decide import highs
from sluicegate.model.memory import Jump, Memory, Minute

MINUTE = 28_333_333
JUMPED = Memory(jump=Jump(at=MINUTE * 60.0, rise=10.0))


def after(rates: Sequence[float], *, memory: Memory | None = None, each: float = 60.0) -> tuple[Memory, float]:
    """Memory after a look with each of ``rates``, so far apart, and the time of the last."""
    memory = memory or Memory()
    now = MINUTE * 60.0
    for index, rate in enumerate(rates):
        now = MINUTE * 60.0 + each * index
        memory = highs.remember(rate=rate, fast=rate, span=70.0, memory=memory, now=now)
    return memory, now


def lowest(memory: Memory, *, minutes: int = 12, now: float = MINUTE * 60.0) -> float:
    return highs.lowest(memory, minutes=minutes, now=now)


def test_the_highest_rate_of_any_window_is_known() -> None:
    memory, now = after([300, 100, 200, 50, 80])
    assert [highs.highest(memory, window=60 * back, now=now) for back in range(5)] == [80, 80, 200, 200, 300]


def test_a_height_that_was_passed_again_takes_no_place() -> None:
    memory, _ = after([300, 100, 200, 50, 80])
    assert [one.rate for one in memory.highs] == [300, 200, 80]
    assert [one.minute - MINUTE for one in memory.highs] == [0, 2, 4]


def test_an_equal_height_counts_from_its_last_minute() -> None:
    memory, _ = after([300, 100, 300])
    assert memory.highs == (Minute(minute=MINUTE + 2, rate=300),)


def test_a_minute_counts_with_the_highest_of_its_looks() -> None:
    memory, now = after([100, 300, 200], each=10)
    assert highs.highest(memory, window=0, now=now) == 300
    assert lowest(memory) == 300


def test_an_hour_is_remembered_and_no_more() -> None:
    memory, now = after([500, *[10] * 60])
    assert highs.highest(memory, window=7200, now=now) == 500
    memory, now = after([500, *[10] * 61])
    assert highs.highest(memory, window=7200, now=now) == 10


def test_the_lowest_of_the_last_twelve_minutes_is_known_and_then_forgotten() -> None:
    assert lowest(after([90, 30, 60, 40, 80])[0]) == 30
    assert lowest(after([30, *[60] * 11])[0], now=MINUTE * 60.0 + 660) == 30
    assert lowest(after([30, *[60] * 12])[0]) == 60


def test_the_lowest_of_fewer_minutes_can_be_asked_for() -> None:
    memory, now = after([90, 30, 60, 40, 80])
    assert [lowest(memory, minutes=minutes, now=now) for minutes in (1, 2, 3, 4)] == [80, 40, 40, 30]


def test_nothing_seen_is_zero() -> None:
    assert highs.highest(Memory(), window=600, now=0.0) == 0
    assert highs.lowest(Memory(), minutes=12, now=0.0) == 0
    assert lowest(after([0])[0]) == 0


def test_the_rates_of_one_horizon_are_kept_in_order_and_never_more_than_seventeen() -> None:
    memory, now = after([1, 2, 3, 4, 5], memory=JUMPED, each=30)
    assert [rate for _, rate in memory.recent] == [3, 4, 5]
    assert memory.recent[-1] == (now, 5)
    memory, _ = after(range(100), memory=JUMPED, each=1)
    assert [rate for _, rate in memory.recent] == list(range(83, 100))


def test_they_are_kept_only_while_a_jump_is_remembered_that_may_come_again() -> None:
    assert after([1, 2, 3])[0].recent == ()


def test_a_restart_that_kept_the_heights_only_is_no_hindrance() -> None:
    memory = Memory(highs=(Minute(minute=MINUTE, rate=90.0),))
    assert lowest(highs.remember(rate=80.0, fast=80.0, span=70.0, memory=memory, now=MINUTE * 60.0)) == 90


def test_a_look_that_changes_nothing_leaves_memory_as_it_is() -> None:
    memory, now = after([100, 50])
    assert highs.remember(rate=40, fast=40, span=70.0, memory=memory, now=now + 1) is memory


def test_the_same_moment_twice_is_one_look() -> None:
    memory, now = after([10], memory=JUMPED)
    memory = highs.remember(rate=12, fast=12, span=70.0, memory=memory, now=now)
    assert memory.recent == ((now, 12),)
