"""What a group at rest has not committed yet is neither backlog nor demand."""

from __future__ import annotations

import pytest

from sluicegate.decide import rhythm
from sluicegate.model.memory import UNKNOWN, Memory, Poll, packed
from tests.support.scenes import scene


def poll(at: float, *lags: int | None) -> Poll:
    return Poll(at=at, end=packed(lags), committed=packed(lags), lag=packed(lags))


@pytest.mark.parametrize(
    ("gap", "looks"), [(None, 1), (5, 1), (15, 1), (15.1, 2), (20, 2), (21, 2), (21.1, 3), (30, 3), (45, 4), (600, 4)]
)
def test_a_commit_period_has_as_many_looks_as_polls_fit_into_it_four_at_most(gap: float | None, looks: int) -> None:
    assert rhythm.looks(gap=gap, poll=10.0) == looks


def test_only_the_bottom_of_the_saw_tooth_is_backlog() -> None:
    seen = [poll(0, 1, 1), poll(10, 50, 0), poll(20, 80, 40), poll(30, 90, 70)]
    assert rhythm.floor(seen, counted=(90, 70), looks=3, stuck=()) == (50, 0)
    assert rhythm.floor(seen, counted=(90, 70), looks=1, stuck=()) == (90, 70)


def test_a_stuck_partition_has_none_and_one_unknown_then_does_not_hide_what_waits_now() -> None:
    seen = [poll(10, None, 5), poll(20, 80, 40)]
    assert rhythm.floor(seen, counted=(80, 40), looks=2, stuck=(1,)) == (80, 0)


def test_the_bottom_at_an_earlier_poll_knows_nothing_of_later_ones() -> None:
    seen = [poll(0, 30), poll(10, 50), poll(20, 60), poll(30, 0)]
    assert rhythm.floor_at(seen, seen[2], looks=2, stuck=()) == (50,)
    unknown = [poll(0, 30), poll(10, None)]
    assert unknown[1].lag[0] == UNKNOWN
    assert rhythm.floor_at(unknown, unknown[1], looks=1, stuck=()) == (0,)


def rested(*waiting: float, rate: float = 10.0, polls_seen: int = 0) -> Memory:
    memory = Memory(polls_seen=polls_seen)
    for one in waiting:
        memory = rhythm.learn(waiting=one, rate=rate, memory=memory)
    return memory


def test_the_rest_is_the_value_below_which_one_in_five_lies_once_eight_are_seen() -> None:
    assert rested(*[30] * 7).rest is None
    assert rested(*[30] * 8).rest == pytest.approx(3)
    assert rested(10, 20, 30, 40, 50, 60, 70, 80, 90, 100).rest == pytest.approx(3)


def test_a_rest_is_at_most_half_a_minute_and_nothing_waiting_is_none() -> None:
    assert rested(*[9000] * 8).rest == 30
    assert rested(*[0] * 8, rate=0.0).rest == 0
    assert rested(*[5] * 8, rate=0.0).rest == 30


def test_after_the_first_sixteen_only_every_fourth_look_is_kept_and_sixty_in_all() -> None:
    first = rested(*[30] * 40, polls_seen=1)
    assert len(first.rests) == 17
    assert len(rested(*[30] * 100, polls_seen=4).rests) == 60


def test_who_rests_at_more_is_behind_only_with_more_than_that() -> None:
    quick, slow = scene(rest=2.5), scene(rest=20.0)
    assert (quick.rhythm, slow.rhythm, scene(rest=1.0).rhythm) == (5, 30, 5)
    assert quick.beyond_rest(500, 100) == 0
    assert quick.beyond_rest(700, 100) == pytest.approx(700 - 500 - 3 * 501**0.5)
    assert slow.beyond_rest(700, 100) == 0
