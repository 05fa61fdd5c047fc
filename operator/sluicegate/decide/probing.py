"""A probe is given time: with no capacity declared or measured, a step down goes below what was proven, so by what was
proven it would be undone at the next poll. For some minutes members are trusted with what they were given, unless they
are seen to fall behind.
"""

from __future__ import annotations

from dataclasses import replace

from sluicegate.decide import highs
from sluicegate.decide.capacity import Speed
from sluicegate.decide.rates import FAST, back
from sluicegate.decide.rhythm import floor_at
from sluicegate.decide.scene import FALLING_BEHIND, Scene
from sluicegate.model.memory import UNKNOWN, Memory

GIVEN = 300.0
LOOKED_BACK = 600.0
"""Seconds of arrivals that the probe was weighed against."""
SLACK, MOST = 1.05, 1.1


def trusted(*, scene: Scene, speed: Speed, memory: Memory) -> Speed:
    """``speed`` with what the members of a probe are trusted with. For looking ahead; what sizes a step up stays."""
    down = memory.demand_down
    if speed.measured or scene.rates is None or down is None or not 0 <= scene.now - down < GIVEN:
        return speed
    if memory.last_up is not None and memory.last_up >= down:
        return speed
    share = scene.fullest(scene.share, replicas=scene.replicas)
    given = SLACK * highs.highest(memory, window=LOOKED_BACK, now=scene.now) * share
    ahead = scene.rates.fast + scene.rates.slope * scene.horizon
    if ahead * share > MOST * given or _falling_behind(scene, memory):
        return speed
    return replace(speed, rate=max(speed.rate or 0.0, given))


def _falling_behind(scene: Scene, memory: Memory) -> bool:
    """Whether a member of a group that has come to rest has more waiting than half a minute ago, and too much."""
    behind = scene.behind(by=FALLING_BEHIND)
    if not behind or not scene.stable or scene.stable_for < FAST:
        return False
    base = back(memory.polls, FAST)
    if UNKNOWN in base.lag:
        return False
    was = scene.assignment.present(floor_at(memory.polls, base, looks=scene.looks, stuck=scene.stuck))
    now = scene.assignment.present(scene.floor)
    return any(now[member] >= was[member] for member in behind)
