"""A rise that made messages late is held in reserve for a day, or until yesterday has been seen to foretell it."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from sluicegate.decide import jump
from sluicegate.decide.yesterday import DAY, SLOT
from sluicegate.model.memory import Jump, Memory, Minute, Profile
from tests.support.scenes import NOW, rates

HOUR = 3600.0
LOW = (Minute(minute=int(NOW // 60) - 5, rate=100.0),)


def watched(fast: float, *, seconds_late: float, now: float = NOW, **memory: Any) -> Memory:
    """Memory after a look at ``fast`` messages/s with so many seconds of them waiting; they were 100 before."""
    before = Memory(**{"lows": LOW, "recent": ((now, fast),), **memory})
    return jump.watch(rates=rates(fast), backlog=seconds_late * fast, objective=60.0, memory=before, now=now)


def test_a_rise_that_makes_messages_late_is_remembered_with_its_size() -> None:
    assert watched(500, seconds_late=58).jump == Jump(at=NOW, rise=400)


def test_a_rise_that_is_met_in_time_is_not() -> None:
    assert watched(500, seconds_late=56).jump is None


@pytest.mark.parametrize(("fast", "is_jump"), [(199.0, False), (200.0, False), (201.0, True)])
def test_a_jump_is_a_rise_by_more_than_half_of_what_comes(fast: float, is_jump: bool) -> None:
    assert (watched(fast, seconds_late=90).jump is not None) is is_jump


def test_a_smaller_one_does_not_take_the_place_of_a_greater_but_keeps_it_fresh() -> None:
    old = Jump(at=NOW - HOUR, rise=700.0)
    assert watched(500, seconds_late=58, jump=old).jump == Jump(at=NOW, rise=700)
    assert watched(440, seconds_late=58, jump=old).jump == old


def test_a_greater_one_does_and_any_after_half_a_day() -> None:
    assert watched(500, seconds_late=58, jump=Jump(at=NOW - HOUR, rise=400.0)).jump == Jump(at=NOW, rise=400)
    assert watched(500, seconds_late=58, jump=Jump(at=NOW - HOUR, rise=300.0)).jump == Jump(at=NOW, rise=400)
    old = Jump(at=NOW - 12 * HOUR - 1, rise=700.0)
    assert watched(500, seconds_late=58, jump=old).jump == Jump(at=NOW, rise=400)
    old = Jump(at=NOW - 12 * HOUR, rise=700.0)
    assert watched(500, seconds_late=58, jump=old).jump == Jump(at=NOW, rise=700)


def test_it_is_forgotten_after_a_day() -> None:
    assert watched(100, seconds_late=0, jump=Jump(at=NOW - 24 * HOUR, rise=400.0)).jump is not None
    assert watched(100, seconds_late=0, jump=Jump(at=NOW - 24 * HOUR - 1, rise=400.0)).jump is None


def test_the_same_rise_coming_again_keeps_it_in_mind() -> None:
    old = Jump(at=NOW - 20 * HOUR, rise=400.0)
    again = watched(380, seconds_late=0, jump=old, recent=((NOW - 60, 100.0), (NOW, 380.0)))
    assert again.jump == Jump(at=NOW, rise=400)
    assert again.foreseen == (NOW, False)
    less = watched(379, seconds_late=0, jump=old, recent=((NOW - 60, 100.0), (NOW, 379.0)))
    assert (less.jump, less.foreseen) == (old, None)


def foretold(*, high: float) -> Profile:
    """Two days of 100 messages/s, with ``high`` at this time of yesterday."""
    quiet = array("f", [100.0] * (DAY + 20))
    quiet[len(quiet) - DAY] = high
    return Profile(slot=int(NOW // SLOT), high=100.0, rates=quiet)


@pytest.mark.parametrize(("high", "said"), [(400.0, True), (250.0, False)])
def test_whether_yesterday_said_so_is_asked_when_it_comes_again(high: float, said: bool) -> None:
    old = Jump(at=NOW - 20 * HOUR, rise=400.0)
    recent = ((NOW - 60, 100.0), (NOW, 400.0))
    seen = watched(400, seconds_late=0, jump=old, recent=recent, profile=foretold(high=high))
    assert seen.foreseen == (NOW, said)


def test_one_rise_is_asked_about_once() -> None:
    old = Jump(at=NOW - HOUR, rise=400.0)
    recent = ((NOW - 60, 100.0), (NOW, 400.0))
    within = watched(400, seconds_late=0, jump=old, recent=recent, foreseen=(NOW - 600, True))
    assert within.foreseen == (NOW - 600, True)
    after = watched(400, seconds_late=0, jump=old, recent=recent, foreseen=(NOW - 601, True))
    assert after.foreseen == (NOW, False)


def test_a_look_that_teaches_nothing_changes_nothing() -> None:
    memory = Memory(lows=LOW, recent=((NOW, 100.0),))
    assert jump.watch(rates=rates(), backlog=0.0, objective=60.0, memory=memory, now=NOW) is memory


HOURLY = (NOW - 7200, NOW - 3600, NOW)


def regular(*comings: float, rise: float = 400.0) -> Memory:
    return Memory(jump=Jump(at=NOW, rise=rise), comings=comings, lows=(Minute(minute=int(NOW // 60), rate=100.0),))


def test_a_jump_that_came_three_times_at_even_distances_is_due_then() -> None:
    due = jump.due(regular(*HOURLY), now=NOW + 100, poll=10.0)
    assert due is not None
    assert (due.begin - NOW, due.end - NOW) == (3600 - 20 - 30, 3600 + 20 + 60)


def test_it_may_be_uneven_by_a_tenth_of_the_distance() -> None:
    assert jump.due(regular(NOW - 7370, NOW - 3600, NOW), now=NOW, poll=10.0) is not None
    assert jump.due(regular(NOW - 7371, NOW - 3600, NOW), now=NOW, poll=10.0) is None


def test_nothing_is_due_after_two_comings_or_when_the_last_one_expected_did_not_come() -> None:
    assert jump.due(regular(*HOURLY[1:]), now=NOW, poll=10.0) is None
    assert jump.due(Memory(comings=HOURLY), now=NOW, poll=10.0) is None
    assert jump.due(regular(*HOURLY), now=NOW + 3681, poll=10.0) is None
    assert jump.due(regular(*HOURLY), now=NOW + 3680, poll=10.0) is not None


def test_its_level_counts_from_when_members_ordered_now_would_be_at_work_at_its_beginning() -> None:
    memory = regular(*HOURLY)
    near = NOW + 3550 - 60 - 20
    assert jump.level(memory, now=near - 1, poll=10.0, horizon=60.0) == 0
    fresh = Memory(jump=memory.jump, comings=HOURLY, lows=(Minute(minute=int(near // 60), rate=100.0),))
    assert jump.level(fresh, now=near, poll=10.0, horizon=60.0) == 500


def test_the_reserve_is_the_jump_until_yesterday_foretells_it_or_it_comes_regularly() -> None:
    def reserve(memory: Memory, *, ahead: float) -> float:
        return jump.reserve(memory, ahead=ahead, now=NOW, poll=10.0)

    assert reserve(Memory(), ahead=0.0) == 0
    assert reserve(regular(), ahead=100.0) == 400
    assert reserve(Memory(jump=Jump(at=NOW, rise=400.0), foreseen=(NOW, False)), ahead=100.0) == 400
    assert reserve(Memory(jump=Jump(at=NOW, rise=400.0), foreseen=(NOW, True)), ahead=100.0) == 0
    assert reserve(Memory(jump=Jump(at=NOW, rise=400.0), foreseen=(NOW, True)), ahead=0.0) == 400
    assert reserve(regular(*HOURLY), ahead=100.0) == 0


def test_comings_are_rises_from_where_arrivals_were_low_a_quarter_of_an_hour_apart() -> None:
    old = Jump(at=NOW - HOUR, rise=400.0)
    came = watched(390, seconds_late=0, jump=old, comings=(NOW - 901,))
    assert came.comings == (NOW - 901, NOW)
    assert watched(390, seconds_late=0, jump=old, comings=(NOW - 900,)).comings == (NOW - 900,)
    assert watched(379, seconds_late=0, jump=old).comings == ()
    assert watched(390, seconds_late=0, jump=old, comings=(1.0, 2.0, 3.0)).comings == (2, 3, NOW)
    assert watched(390, seconds_late=0, comings=(1.0, 2.0, 3.0)).comings == ()
