"""What the same time yesterday lets expect: arrivals that come back every day are met before they come.

Only when the last hour went as yesterday's did, but for a constant factor, is yesterday a guide.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from functools import lru_cache
from math import exp, log
from statistics import median

from sluicegate.model.memory import Memory, Profile, evolve

SLOT = 300
"""Seconds."""
DAY = 288
"""Slots."""
COMPARED = 12
MOST_SPREAD, MOST_SHIFT = 0.2, 0.5
"""Of the logarithm of today's rates over yesterday's: how far slots may lie from their median, and that from 0."""


def remember(*, rate: float, memory: Memory, now: float) -> Memory:
    """Memory with the rate over the last two minutes."""
    slot = int(now // SLOT)
    was = memory.profile
    if was is None:
        return evolve(memory, profile=Profile(slot=slot, high=rate, rates=array("f")))
    if slot == was.slot:
        return memory if rate <= was.high else evolve(memory, profile=replace(was, high=rate))
    unseen = min(2 * DAY, slot - was.slot - 1)
    rates = array("f", [*was.rates, was.high, *[0.0] * unseen][-2 * DAY :])
    return evolve(memory, profile=Profile(slot=slot, high=rate, rates=rates))


def expected(memory: Memory, *, now: float, since: float, until: float) -> float:
    """The highest rate to expect between so many seconds from now, as far as yesterday tells; 0 when it is no guide."""
    profile = memory.profile
    if profile is None:
        return 0.0
    over = len(profile.rates) - profile.slot + int(now // SLOT)
    if not DAY + COMPARED <= over <= len(profile.rates):
        return 0.0
    hour, before = profile.rates[over - COMPARED : over], profile.rates[over - COMPARED - DAY : over - DAY]
    if min(hour) <= 0 or min(before) <= 0:
        return 0.0
    shift = _shift(tuple(hour), tuple(before))
    if shift is None:
        return 0.0
    first, last = int((now + since) // SLOT), int((now + until) // SLOT)
    return exp(shift) * max(_rate(profile, slot - DAY) for slot in range(first, last + 1))


@lru_cache(maxsize=16)
def _shift(hour: tuple[float, ...], before: tuple[float, ...]) -> float | None:
    """The logarithm of today's rates over yesterday's; None where they went otherwise. A decision asks twice."""
    ratios = [log(now / then) for now, then in zip(hour, before, strict=True)]
    shift = median(ratios)
    if abs(shift) > MOST_SHIFT or median([abs(ratio - shift) for ratio in ratios]) > MOST_SPREAD:
        return None
    return shift


def highest(memory: Memory, *, now: float) -> float:
    """The highest rate of the last day (messages a second)."""
    profile = memory.profile
    if profile is None:
        return 0.0
    unseen = int(now // SLOT) - profile.slot
    return max([profile.high, *profile.rates[-max(1, DAY - unseen) :]])


def _rate(profile: Profile, slot: int) -> float:
    index = len(profile.rates) - (profile.slot - slot)
    return profile.rates[index] if 0 <= index < len(profile.rates) else 0.0
