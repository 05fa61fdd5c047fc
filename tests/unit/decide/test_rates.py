"""Rates from the history of offsets, and the history itself: what is kept, what comes and goes with partitions."""

from __future__ import annotations

import pytest

from sluicegate.decide.rates import back, rates
from sluicegate.decide.track import MOST_POLLS, SPAN, thin
from sluicegate.model.memory import Memory, Poll, packed
from tests.support import given


def poll(at: float, *ends: int | None, committed: tuple[int | None, ...] | None = None) -> Poll:
    return Poll(at=at, end=packed(ends), committed=packed(committed or ends), lag=packed(0 for _ in ends))


def steady(seconds: int, *, step: int = 10, rate: int = 10) -> tuple[Poll, ...]:
    return tuple(poll(at, at * rate, 0) for at in range(0, seconds + 1, step))


def test_fewer_than_two_polls_tell_no_rate() -> None:
    assert rates(()) is None
    assert rates((poll(0, 5),)) is None


def test_steady_arrivals_give_the_same_rate_over_every_span() -> None:
    found = rates(steady(300))
    assert found is not None
    assert (found.fast, found.mid, found.newest, found.long) == (10, 10, 10, 10)
    assert found.share == (1.0, 0.0)
    assert found.slope == 0


def test_a_jump_in_the_last_interval_shows_in_the_newest_rate_alone() -> None:
    found = rates((*steady(290)[:-1], poll(290, 2900, 0), poll(300, 3900, 0)))
    assert found is not None
    assert found.newest == 100
    assert found.fast == pytest.approx(40)


def test_a_rising_rate_has_a_slope_and_a_falling_one_has_none() -> None:
    rising = rates([poll(at, at * at, 0) for at in range(0, 301, 10)])
    assert rising is not None
    assert rising.slope == pytest.approx(2)
    falling = rates([poll(at, 300 * 300 - (300 - at) ** 2, 0) for at in range(0, 301, 10)])
    assert falling is not None
    assert falling.slope == 0


def test_what_was_handled_is_how_far_commits_moved() -> None:
    found = rates([poll(0, 100, committed=(0,)), poll(10, 200, committed=(150,))])
    assert found is not None
    assert found.out == 15


def test_an_end_that_falls_back_is_no_arrival() -> None:
    found = rates([poll(0, 100, 100), poll(10, 5, 200)])
    assert found is not None
    assert found.fast == 10


def test_a_partition_unknown_for_a_while_is_rated_over_what_was_known() -> None:
    polls = [poll(0, 0, 0), poll(10, 100, 100), poll(20, 200, None), poll(30, 300, None), poll(40, 400, 400)]
    found = rates(polls)
    assert found is not None
    assert found.newest == pytest.approx(20)
    assert found.share == (0.5, 0.5)
    gone = rates(polls[:4])
    assert gone is not None
    assert gone.fast == pytest.approx(20)
    assert rates([poll(0, None), poll(10, 7)]).fast == 0  # type: ignore[union-attr]


def test_going_back_finds_the_newest_poll_that_is_old_enough() -> None:
    polls = steady(300)
    assert back(polls, 30).at == 270
    assert back(polls, 25).at == 270
    assert back(polls, 1000).at == 0


@pytest.mark.parametrize("step", [1, 2, 5, 10, 30, 120, 300])
def test_the_history_is_bounded_and_covers_its_span_at_every_poll_interval(step: int) -> None:
    kept: tuple[Poll, ...] = ()
    for at in range(0, 4000, step):
        kept = thin((*kept, poll(at, at)))
        assert len(kept) <= MOST_POLLS
        assert kept[-1].at == at
        assert at < SPAN or kept[-1].at - kept[0].at >= SPAN
        assert kept[-1].at - kept[0].at <= SPAN + max(step, 80)
        minute = [one for one in kept if at - one.at <= 60]
        assert at < 60 or len(minute) >= min(20, 60 // step)


def test_new_partitions_join_without_a_rate_and_keep_the_history_of_the_others() -> None:
    memory = Memory()
    for second in range(0, 60, 10):
        parts = given.partitions(0, 0, end=1000 + 10 * second, at=given.NOW + second)
        _, memory = given.decided(given.observation(parts, at=given.NOW + second), memory=memory)
    grown = given.partitions(0, 0, 0, 0, end=1600, at=given.NOW + 60)
    decision, memory = given.decided(given.observation(grown, at=given.NOW + 60), memory=memory)
    assert decision.rate_in == pytest.approx(20)
    assert memory.names == ("orders-0", "orders-1", "orders-2", "orders-3")
    assert {len(one.end) for one in memory.polls} == {4}


def test_the_commit_rhythm_is_learned_from_moves_of_the_offset() -> None:
    memory = Memory()
    for second in range(0, 400, 10):
        committed = 1000 + 10 * (second - second % 30)
        parts = tuple(given.partition(i, end=1000 + 10 * second, committed=committed) for i in range(4))
        _, memory = given.decided(given.observation(parts, at=given.NOW + second), memory=memory)
    assert memory.gap == pytest.approx(30, rel=0.15)
