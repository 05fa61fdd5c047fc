"""What one member of the group can handle, in messages a second.

What members handled while they had more than enough to do (samples) counts most; until there are two, what the user
declared; without that, what they have been seen to keep up with: a lower bound, with which the law probes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from statistics import median

from sluicegate.decide import rhythm
from sluicegate.decide.rates import Rates, back, looks
from sluicegate.decide.scene import FALLING_BEHIND, Scene
from sluicegate.model.memory import UNKNOWN, Memory, Poll, Sample, evolve

WINDOW = 30.0
MOST_SAMPLES = 12
FEWEST_SAMPLES = 2
LEAST_MESSAGES = 30
"""A member that handled fewer in the window proves nothing about its speed."""
SATURATED = 5.0
"""Seconds of work that a member must have waiting beyond its rhythm."""
KEPT_UP = 120.0
BOUND_FADES = 12 * 3600.0
BOUND_COUNTS = 1800.0
RENEWED = 60.0
DISPROVED = 1.08
CAREFUL = 0.95
"""For adding members, capacity is taken 5 % low."""
HOURLY, MOST_TRUST = 0.10, 1.5
"""Without new evidence a member may be a little faster each hour: what was learned in a slow one is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """``rate`` of one member; None: nothing is known. ``down`` what a step down may count on (None: try it).
    ``measured``: declared or seen, not only a lower bound."""

    rate: float | None
    down: float | None
    measured: bool
    source: str

    @property
    def up(self) -> float:
        """What a step up may count on."""
        rate = self.rate or 0.0
        return rate * CAREFUL if self.measured else rate


def speed(*, declared: float | None, memory: Memory, now: float) -> Speed:
    """``declared`` for one member."""
    if len(memory.samples) >= (FEWEST_SAMPLES if declared is not None or memory.bound else 1):
        rate = median([sample.rate for sample in memory.samples])
        if memory.bound_at is not None and now - memory.bound_at < BOUND_COUNTS:
            rate = max(rate, memory.bound)
        hours = max(0.0, (now - memory.samples[-1].at) / 3600 - 1)
        return Speed(rate=rate, down=rate * min(MOST_TRUST, 1 + HOURLY * hours), measured=True, source="Learned")
    if declared is not None:
        return Speed(rate=declared, down=declared, measured=True, source="Declared")
    return Speed(rate=memory.bound or None, down=None, measured=False, source="Probing")


def at_work(*, scene: Scene, memory: Memory) -> float | None:
    """What the busiest member handled in the last half minute (messages a second), where nobody's partitions changed
    hands meanwhile: at least so much it can do. None when that is not known."""
    polls = looks(memory.polls)
    if len(polls) < 2 or not scene.assignment.members or scene.held_for < WINDOW:
        return None
    base = back(polls, WINDOW)
    rates = scene.assignment.present(_moved(memory, base=base))
    return max(rates) / (memory.polls[-1].at - base.at) or None


def learn(*, scene: Scene, memory: Memory) -> Memory:
    """Memory with what this sweep proves about the members' speed."""
    window = max(WINDOW, 2 * scene.gap)
    rates = scene.rates
    if rates is None or not scene.assignment.members:
        return memory if memory.kept_up_since is None else evolve(memory, kept_up_since=None)
    seen = scene.held_for > window and not scene.distracted
    sample = _saturated(scene=scene, memory=memory, window=window) if seen else None
    if sample is not None:
        memory = evolve(memory, samples=(*memory.samples, Sample(at=scene.now, rate=sample))[-MOST_SAMPLES:])
    return _kept_up(scene=scene, rates=rates, memory=memory)


def _saturated(*, scene: Scene, memory: Memory, window: float) -> float | None:
    """Median speed of the members that had more than enough to do at both ends of the window."""
    enough = scene.rhythm + SATURATED
    waiting = scene.waiting
    if max(waiting) <= enough * LEAST_MESSAGES / window:
        return None
    base = back(looks(memory.polls), window)
    seconds = memory.polls[-1].at - base.at
    parts = _moved(memory, base=base)
    moved = scene.assignment.present(parts)
    busy = [
        (member, done / seconds)
        for member, done in enumerate(moved)
        if done > LEAST_MESSAGES and waiting[member] > enough * done / seconds
    ]
    if not busy:
        return None
    waited = scene.assignment.present(rhythm.floor_at(memory.polls, base, looks=scene.looks, stuck=scene.stuck))
    found = [(member, rate) for member, rate in busy if waited[member] > enough * moved[member] / seconds]
    if not found:
        return None
    still = _standing_still(scene=scene, moved=parts)
    rates = [rate for member, rate in found if member not in still]
    return median(rates) if rates else None


def _moved(memory: Memory, *, base: Poll) -> list[float]:
    """Messages of each partition handled since ``base``."""
    pairs = zip(memory.polls[-1].committed, base.committed, strict=True)
    return [float(now - was) if now > was != UNKNOWN else 0.0 for now, was in pairs]


def _standing_still(*, scene: Scene, moved: Sequence[float]) -> set[int]:
    """Members of which a partition with messages did not move: what they handled is not all that they can do."""
    return {
        owner
        for owner, lag, count in zip(scene.assignment.owners, scene.lags, moved, strict=True)
        if lag > 0 and count <= 0
    }


def _kept_up(*, scene: Scene, rates: Rates, memory: Memory) -> Memory:
    """After two minutes in which nobody fell behind, the share of the fullest member is a proven speed."""
    if not scene.resting or rates.mid <= 0 or scene.behind(by=FALLING_BEHIND):
        return memory if memory.kept_up_since is None else evolve(memory, kept_up_since=None)
    since = scene.now - scene.poll if memory.kept_up_since is None else memory.kept_up_since
    if scene.now - since < KEPT_UP:
        return memory if memory.kept_up_since == since else evolve(memory, kept_up_since=since)
    proven = min(rates.mid, rates.minute) * max(scene.portions)
    if memory.bound_at is not None and proven <= memory.bound and scene.now - memory.bound_at < RENEWED:
        return memory
    faded = memory.bound * exp(-(scene.now - (memory.bound_at or scene.now)) / BOUND_FADES)
    samples = memory.samples
    if len(samples) >= FEWEST_SAMPLES and proven > DISPROVED * median([sample.rate for sample in samples]):
        # What has only just come was not handled yet: it proves nothing against what members were seen to do.
        done = min(proven, at_work(scene=scene, memory=memory) or proven)
        samples = tuple([sample for sample in samples if sample.rate >= done])
    return evolve(memory, kept_up_since=since, bound=max(proven, faded), bound_at=scene.now, samples=samples)
