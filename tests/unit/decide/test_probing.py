"""A probe is given time: its members are trusted with what they were given, unless they are seen to fall behind."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.capacity import Speed
from sluicegate.decide.probing import trusted
from sluicegate.model.memory import Memory, Minute
from tests.support.scenes import NOW, polls, rates, scene, speed

PROVEN = Speed(rate=20.0, down=None, measured=False, source="Probing")
"""Of each member; four have 25 messages/s each now."""


def after_probe(*, of: Speed = PROVEN, memory: dict[str, Any] | None = None, **stage: Any) -> float | None:
    """What a member is trusted with a minute after a step down, in an hour of 100 messages/s."""
    known = Memory(
        **{
            "demand_down": NOW - 60,
            "highs": (Minute(minute=int(NOW // 60), rate=100.0),),
            "polls": polls(ends=100),
            **(memory or {}),
        }
    )
    return trusted(scene=scene(**{"stable_for": 40.0, **stage}), speed=of, memory=known).rate


def test_members_are_trusted_with_the_heights_that_the_probe_was_weighed_against() -> None:
    assert after_probe() == pytest.approx(1.05 * 25)


def test_never_with_less_than_was_proven() -> None:
    assert after_probe(of=Speed(rate=40.0, down=None, measured=False, source="Probing")) == 40


def test_for_five_minutes_and_only_after_a_step_down_that_nothing_undid() -> None:
    assert after_probe(memory={"demand_down": NOW - 299}) != 20
    assert after_probe(memory={"demand_down": NOW - 300}) == 20
    assert after_probe(memory={"demand_down": None}) == 20
    assert after_probe(memory={"last_up": NOW - 60}) == 20
    assert after_probe(memory={"last_up": NOW - 61}) != 20


def test_a_speed_that_is_known_needs_no_trust() -> None:
    assert after_probe(of=speed(20.0)) == 20
    assert after_probe(rates=None) == 20


def test_more_arrivals_than_the_probe_was_weighed_against_end_it() -> None:
    """1.05 · 1.1 times what was highest."""
    assert after_probe(rates=rates(115.0)) != 20
    assert after_probe(rates=rates(116.0)) == 20
    assert after_probe(rates=rates(100.0, slope=0.27)) == 20


def test_members_that_fall_behind_end_it_once_they_have_come_to_rest() -> None:
    behind: dict[str, Any] = {"floor": (100.0,) * 12, "lags": (100,) * 12}
    growing = {"polls": polls(ends=100, out=80, waiting=1200)}
    assert after_probe(memory=growing, **behind) == 20
    assert after_probe(memory=growing, stable_for=29.0, **behind) != 20
    assert after_probe(memory=growing, stable=False, **behind) != 20


def test_who_works_off_what_waits_is_not_falling_behind() -> None:
    behind: dict[str, Any] = {"floor": (100.0,) * 12, "lags": (100,) * 12}
    shrinking = {"polls": polls(ends=100, out=120, waiting=1200)}
    assert after_probe(memory=shrinking, **behind) != 20


def test_little_that_waits_is_not_either() -> None:
    """5 s of 25 messages/s on a member, chance, and 3 s more: 234."""
    growing = {"polls": polls(ends=100, out=80, waiting=900)}
    assert after_probe(memory=growing, floor=(75.0,) * 12, lags=(75,) * 12) != 20


def test_nothing_is_known_of_lags_before_the_first_look() -> None:
    behind: dict[str, Any] = {"floor": (100.0,) * 12, "lags": (100,) * 12}
    first = polls(ends=100, out=80, waiting=1200)[-1:]
    unseen = polls(ends=100, seconds=30, every=30)[:1]
    seed = type(unseen[0])(
        at=unseen[0].at, end=unseen[0].end, committed=unseen[0].committed, lag=type(first[0].lag)("q", [-1] * 12)
    )
    assert after_probe(memory={"polls": (seed, *first)}, **behind) != 20
