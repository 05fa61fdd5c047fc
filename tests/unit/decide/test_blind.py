"""Careful growth while nothing is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide import blind
from sluicegate.decide.scene import Scene
from sluicegate.model.memory import Memory, Poll, packed
from tests.support import given
from tests.support.scenes import NOW, polls, scene, speed

STEADY = Memory(polls=polls(ends=220))
"""Four members of 50 messages/s cannot keep up with that."""


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


def test_what_arrived_last_may_already_ask_for_more() -> None:
    want = blind.grow(scene=unknown_for(60), speed=speed(), memory=STEADY)
    assert want is not None
    assert want.replicas == 6
    assert "lag unknown for 60 s" in want.sentence


@pytest.mark.parametrize(("seconds", "grows"), [(24, False), (25, True)])
def test_two_and_a_half_polls_are_waited_for_an_answer(seconds: float, grows: bool) -> None:
    assert (blind.grow(scene=unknown_for(seconds), speed=speed(), memory=STEADY) is not None) is grows


@pytest.mark.parametrize(
    ("seconds", "replicas"), [(30, 6), (120, 12), (170, 12), (5000, 12)], ids=["210/s", "300/s", "350/s", "360/s"]
)
def test_a_rise_is_followed(seconds: float, replicas: int) -> None:
    want = blind.grow(scene=unknown_for(seconds), speed=speed(), memory=rising())
    assert want is not None
    assert want.replicas == replicas


def test_it_is_followed_to_twice_the_last_rate_and_for_five_minutes_at_most() -> None:
    want = blind.grow(scene=unknown_for(5000), speed=speed(100.0), memory=rising())
    assert want is None
    want = blind.grow(scene=unknown_for(5000), speed=speed(80.0), memory=rising())
    assert want is not None
    assert "360 messages/s" in want.sentence


def test_it_says_nothing_where_it_cannot_know() -> None:
    assert blind.grow(scene=unknown_for(60), speed=speed(), memory=Memory()) is None
    assert blind.grow(scene=unknown_for(60), speed=speed(None), memory=STEADY) is None
    assert blind.grow(scene=unknown_for(60), speed=replace(speed(), measured=False), memory=STEADY) is None
    assert blind.grow(scene=unknown_for(60, last_change=NOW + 11), speed=speed(), memory=STEADY) is None
    assert blind.grow(scene=unknown_for(60, last_change=NOW + 10), speed=speed(), memory=STEADY) is not None


def test_what_runs_is_left_where_it_is_enough_or_nothing_would_be() -> None:
    assert blind.grow(scene=unknown_for(60), speed=speed(56.0), memory=STEADY) is None
    assert blind.grow(scene=unknown_for(60), speed=speed(1.0), memory=STEADY) is None


def test_a_decision_in_the_dark_is_more_or_the_same() -> None:
    memory = Memory()
    for second in range(0, 200, 10):
        parts = [given.partition(i, end=1000 + 20 * second, committed=1000 + 20 * second) for i in range(12)]
        decision, memory = given.decided(given.observation(parts, replicas=4, at=given.NOW + second), memory=memory)
    assert decision.replicas == 4 or decision.wanted is not None
    seen = [given.observation((), replicas=4, at=given.NOW + 190 + ago, fault=given.LOST) for ago in (10, 20, 30)]
    numbers = []
    for one in seen:
        decision, memory = given.decided(one, memory=memory)
        numbers.append(decision.replicas)
    assert numbers == [4, 4, 6]
    assert decision.reason == "LagUnknown"
