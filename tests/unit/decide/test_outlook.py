"""If one waits one more poll: how old will the oldest message be when new members are at work?

A start takes 50 s, a poll 10 s: an order given at the next poll has its effect 70 s from now; the pause takes 4 s.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.capacity import Speed
from sluicegate.decide.outlook import Outlook, look_ahead
from sluicegate.decide.rates import Rates
from sluicegate.model.memory import Memory
from tests.support.scenes import polls, rates, scene, speed

UP = 0.95 * 50
"""What a member of 50 messages/s is counted on for when replicas are added."""


def look(
    seen: Rates, *, waiting: float = 0.0, of: Speed | None = None, memory: Memory | None = None, **more: Any
) -> Outlook:
    """Four members with three partitions each; ``waiting`` messages in equal parts."""
    stage = scene(rates=seen, floor=(waiting / 12,) * 12, **more)
    history = Memory(polls=polls(ends=seen.mid)) if memory is None else memory
    return look_ahead(scene=stage, rates=seen, speed=of or speed(), objective=60.0, memory=history)


def test_a_member_that_keeps_up_costs_only_the_pause() -> None:
    seen = look(rates(200 * 0.95))
    assert seen.age == pytest.approx(4)
    assert (seen.proven, seen.behind, seen.drowned, seen.jump, seen.backlog) == (0, False, False, 0, 0)


def test_what_a_member_cannot_do_piles_up_until_others_are_there() -> None:
    assert look(rates(240.0)).age == pytest.approx(((60 - UP) * 70 + UP * 4) / 60)


def test_what_waits_beyond_the_rest_makes_it_older_by_the_time_it_takes_to_come() -> None:
    usual = 5.0 * 60
    more = 600 - usual - 3 * (usual + 1) ** 0.5
    seen = look(rates(240.0), waiting=2400)
    assert seen.age == pytest.approx((more + (60 - UP) * 70 + UP * 4) / 60)
    assert seen.proven == seen.age
    assert seen.backlog == 2400 - 2.5 * 240


def test_a_rise_is_followed_to_when_the_new_members_are_there() -> None:
    seen = look(rates(200.0, slope=1.0))
    assert seen.arriving == 260
    assert seen.age == pytest.approx(((65 - UP) * 70 + UP * 4) / 65)


def test_the_rate_to_hold_for_is_planned_for_when_the_present_one_is_lower() -> None:
    assert look(rates(100.0, mid=150.0)).arriving == 150


@pytest.mark.parametrize(("newest", "jump"), [(137.0, 0.0), (145.0, 145.0)])
def test_a_jump_is_more_than_a_tenth_and_more_than_chance_explains(newest: float, jump: float) -> None:
    """1.1 · 120 + 3·√(120/10 + 1) = 142.8"""
    assert look(rates(120.0, newest=newest)).jump == jump


def test_a_jump_grows_while_the_interval_before_it_had_less() -> None:
    seen = rates(120.0, newest=400.0)
    assert look(replace(seen, before=120.0)).growing
    assert not look(replace(seen, before=395.0)).growing
    assert not look(replace(rates(120.0), before=10.0)).growing
    assert look(seen).arriving == 400


def test_a_member_whose_backlog_was_seen_to_grow_is_slower_than_believed() -> None:
    """2 messages/s more on each partition and second, though the members are said to be fast enough."""
    grown = Memory(polls=polls(ends=240, out=216, waiting=7200))
    level = Memory(polls=polls(ends=240, waiting=7200))
    believed = look(rates(240.0), waiting=7200, of=speed(60.0), memory=level)
    seen = look(rates(240.0), waiting=7200, of=speed(60.0), memory=grown)
    more = 1800 - 300 - 3 * 301**0.5
    assert seen.age == pytest.approx((more + 6 * 70 + 57 * 4) / 60, rel=0.01)
    assert believed.age < seen.age
    moving = look(rates(240.0), waiting=7200, of=speed(60.0), memory=grown, stable_for=30.0)
    assert moving.age == pytest.approx((more + (60 - 57) * 70 + 57 * 4) / 60, rel=0.01)
    starting = look(rates(240.0), waiting=7200, of=speed(60.0), memory=grown, ready=3)
    assert starting.age == moving.age


def test_where_nothing_comes_any_more_what_waits_is_as_late_as_it_takes_to_work_it_off() -> None:
    nothing = rates(0.0)
    assert look(nothing, waiting=24_000).age == pytest.approx((6000 - 3) / 50, rel=0.001)
    assert look(nothing, waiting=24_000).proven == look(nothing, waiting=24_000).age
    assert look(nothing).age == 0
    assert look(nothing, waiting=24_000, of=speed(None)).age == 60


def test_a_member_is_behind_with_more_than_a_tenth_of_the_objective() -> None:
    """Rest 5 s of 25 messages/s, chance 3·√126, then 6 s more."""
    limit = 4 * (125 + 3 * 126**0.5 + 6 * 25)
    assert not look(rates(100.0), waiting=limit - 4).behind
    assert look(rates(100.0), waiting=limit + 4).behind


def test_members_drown_when_for_a_twelfth_of_the_objective_twice_as_much_comes_as_the_fullest_can_do() -> None:
    def drowned(ends: float, **more: Any) -> bool:
        history = Memory(polls=polls(ends=ends, every=5))
        return look(rates(ends), memory=history, **more).drowned

    assert drowned(400)
    assert not drowned(375)
    assert not drowned(400, of=replace(speed(), measured=False))
    assert not drowned(400, of=speed(200.0))


def test_the_fullest_member_is_asked_for_all_of_them() -> None:
    share = (0.4, *[0.6 / 11] * 11)
    assert look(rates(150.0), share=share).age > 25 > look(rates(150.0)).age
