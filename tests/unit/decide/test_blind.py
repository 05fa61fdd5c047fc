"""Careful growth while nothing is known."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide import blind
from sluicegate.decide.scene import Scene
from sluicegate.decide.yesterday import SLOT
from sluicegate.model.memory import Memory, Poll, Profile, packed
from tests.support import given
from tests.support.scenes import NOW, polls, scene, speed


def unknown_for(seconds: float, **more: Any) -> Scene:
    return scene(**{"now": NOW + seconds, **more})


def rising() -> Memory:
    """60 messages/s two minutes ago, 120 a minute ago, 180 on the average of the last minute: 1 message/s more each
    second, and 180 now."""
    ends = [(-120, 0), (-60, 7_200), (-30, 12_600), (0, 18_000)]
    found = [
        Poll(at=NOW + at, end=packed([end // 12] * 12), committed=packed([0] * 12), lag=packed([0] * 12), total=end)
        for at, end in ends
    ]
    return Memory(polls=tuple(found))


def test_a_rise_is_followed_in_the_dark() -> None:
    want = blind.grow(scene=unknown_for(30), speed=speed(), memory=rising())
    assert want is not None
    assert want.replicas == 6
    assert want.sentence == "lag unknown for 30 s while arrivals were rising: ready for 210 messages/s"


@pytest.mark.parametrize(("seconds", "grows"), [(24, False), (25, True)])
def test_two_and_a_half_polls_are_waited_for_an_answer(seconds: float, grows: bool) -> None:
    assert (blind.grow(scene=unknown_for(seconds), speed=speed(), memory=rising()) is not None) is grows


@pytest.mark.parametrize(("seconds", "rate"), [(30, 210), (120, 300), (300, 480), (5000, 480)])
def test_it_is_followed_for_five_minutes_at_most(seconds: float, rate: int) -> None:
    want = blind.grow(scene=unknown_for(seconds), speed=speed(), memory=rising())
    assert want is not None
    assert f"for {rate} messages/s" in want.sentence


def test_while_arrivals_were_steady_or_rose_by_less_than_a_tenth_in_one_start_what_runs_stays() -> None:
    """1 message/s more each second are a tenth of 180 in 18 s."""
    assert blind.grow(scene=unknown_for(60), speed=speed(), memory=Memory(polls=polls(ends=220))) is None
    assert blind.grow(scene=unknown_for(60, lead=17.9), speed=speed(), memory=rising()) is None
    assert blind.grow(scene=unknown_for(60, lead=18.1), speed=speed(), memory=rising()) is not None


def test_the_highest_rate_of_the_days_remembered_may_come_again() -> None:
    day = Profile(slot=int(NOW // SLOT), high=100.0, rates=array("f", [100.0, 500.0, 100.0]))
    want = blind.grow(scene=unknown_for(30), speed=speed(), memory=replace(rising(), profile=day))
    assert want is not None
    assert (want.replicas, "for 500 messages/s" in want.sentence) == (12, True)


def test_where_none_is_enough_all_that_help_are_taken_and_where_all_run_nothing_is_said() -> None:
    want = blind.grow(scene=unknown_for(60), speed=speed(1.0), memory=rising())
    assert want is not None
    assert want.replicas == 12
    assert blind.grow(scene=unknown_for(60, replicas=12), speed=speed(1.0), memory=rising()) is None


def test_it_says_nothing_where_it_cannot_know() -> None:
    assert blind.grow(scene=unknown_for(60), speed=speed(), memory=Memory()) is None
    assert blind.grow(scene=unknown_for(60), speed=speed(None), memory=rising()) is None
    assert blind.grow(scene=unknown_for(60), speed=replace(speed(), measured=False), memory=rising()) is None
    assert blind.grow(scene=unknown_for(60, last_change=NOW + 11), speed=speed(), memory=rising()) is None
    assert blind.grow(scene=unknown_for(60, last_change=NOW + 10), speed=speed(), memory=rising()) is not None


def test_what_runs_is_left_where_it_is_enough_at_nine_tenths() -> None:
    """210 messages/s on four members."""
    assert blind.grow(scene=unknown_for(30), speed=speed(58.3), memory=rising()) is not None
    assert blind.grow(scene=unknown_for(30), speed=speed(58.4), memory=rising()) is None


def test_a_decision_in_the_dark_is_more_or_the_same() -> None:
    memory, end = Memory(), 1000.0
    for second in range(0, 200, 10):
        end += 10 * (3 + second / 15)
        parts = [given.partition(i, end=int(end), committed=int(end)) for i in range(12)]
        decision, memory = given.decided(given.observation(parts, replicas=4, at=given.NOW + second), memory=memory)
    numbers = []
    for ago in (10, 20, 30, 40):
        dark = given.observation((), replicas=4, at=given.NOW + 190 + ago, fault=given.LOST)
        decision, memory = given.decided(dark, memory=memory)
        numbers.append(decision.replicas)
    assert numbers == [4, 4, 6, 6]
    assert decision.reason == "LagUnknown"
