"""What the same time yesterday lets expect, and when it is no guide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sluicegate.decide import yesterday
from sluicegate.decide.yesterday import DAY, SLOT
from sluicegate.model.memory import Memory

START = 5_666_666 * SLOT


def day(slot: int) -> float:
    """A shape of the day: 100 messages/s, 400 between 02:00 and 03:00."""
    return 400.0 if 24 <= slot % DAY < 36 else 100.0


def lived(slots: int, *, rate: Callable[[int], float]) -> tuple[Memory, float]:
    """Memory after so many slots, and a time in the last of them."""
    memory, now = Memory(), float(START)
    for slot in range(slots):
        now = START + slot * SLOT + 10.0
        memory = yesterday.remember(rate=rate(slot), memory=memory, now=now)
    return memory, now


def test_a_rise_that_came_yesterday_is_expected_at_its_time() -> None:
    memory, now = lived(DAY + 22, rate=day)
    assert yesterday.expected(memory, now=now, since=0, until=300) == pytest.approx(100)
    assert yesterday.expected(memory, now=now, since=0, until=900) == pytest.approx(400)
    assert yesterday.expected(memory, now=now, since=900, until=1200) == pytest.approx(400)
    assert yesterday.expected(memory, now=now, since=-600, until=0) == pytest.approx(100)


def test_a_busier_day_is_expected_to_stay_so_by_the_same_factor() -> None:
    memory, now = lived(DAY + 22, rate=lambda slot: day(slot) * (1.3 if slot >= DAY else 1))
    assert yesterday.expected(memory, now=now, since=0, until=900) == pytest.approx(520, rel=0.001)


@pytest.mark.parametrize("factor", [1.6, 1.7, 0.6])
def test_a_day_on_another_scale_is_no_guide_beyond_a_limit(factor: float) -> None:
    memory, now = lived(DAY + 22, rate=lambda slot: day(slot) * (factor if slot >= DAY else 1))
    expected = yesterday.expected(memory, now=now, since=0, until=900)
    assert (expected == 0) == (factor in (1.7, 0.6))


def test_a_day_that_goes_up_and_down_otherwise_is_no_guide() -> None:
    memory, now = lived(DAY + 22, rate=lambda slot: day(slot) * ((1.3, 0.8)[slot % 2] if slot >= DAY else 1))
    assert yesterday.expected(memory, now=now, since=0, until=900) == 0


@pytest.mark.parametrize(("slots", "known"), [(DAY + 12, False), (DAY + 13, True)])
def test_a_day_and_an_hour_must_have_been_seen(slots: int, known: bool) -> None:
    memory, now = lived(slots, rate=lambda slot: 100.0)
    assert (yesterday.expected(memory, now=now, since=0, until=300) > 0) is known


@pytest.mark.parametrize("gap", [DAY + 15, 15])
def test_an_hour_with_a_gap_today_or_yesterday_is_no_guide(gap: int) -> None:
    memory, now = lived(DAY + 22, rate=lambda slot: 0.0 if slot == gap else 100.0)
    assert yesterday.expected(memory, now=now, since=0, until=300) == 0


def test_time_that_was_not_seen_counts_as_nothing() -> None:
    memory, _ = lived(3, rate=lambda slot: 100.0)
    memory = yesterday.remember(rate=50.0, memory=memory, now=START + 6.0 * SLOT)
    assert memory.profile is not None
    assert list(memory.profile.rates) == [100, 100, 100, 0, 0, 0]
    assert memory.profile.high == 50


def test_a_slot_keeps_its_highest_rate() -> None:
    memory = Memory()
    for rate in (10, 30, 20):
        memory = yesterday.remember(rate=rate, memory=memory, now=START + rate)
    assert memory.profile is not None
    assert (memory.profile.slot, memory.profile.high) == (START // SLOT, 30)


def test_two_days_are_kept_and_no_more_however_long_the_gap() -> None:
    memory, _ = lived(3 * DAY, rate=lambda slot: float(slot))
    assert memory.profile is not None
    assert len(memory.profile.rates) == 2 * DAY
    assert memory.profile.rates[-1] == 3 * DAY - 2
    memory = yesterday.remember(rate=1.0, memory=memory, now=START + 400 * DAY * SLOT)
    assert memory.profile is not None
    assert len(memory.profile.rates) == 2 * DAY
    assert not any(memory.profile.rates)
