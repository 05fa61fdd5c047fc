"""What one member of the group can handle, in messages a second.

Declared by the user, or learned: what members handled while they had more than enough to do (samples), and what they
have been seen to keep up with (a lower bound). With neither it is not known, and the law probes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp
from statistics import median

from sluicegate.decide.rates import Rates, back
from sluicegate.decide.scene import Scene
from sluicegate.model.memory import Memory, Sample

WINDOW = 30.0
MOST_SAMPLES = 12
FEWEST_SAMPLES = 2
LEAST_MESSAGES = 30
"""A member that handled fewer in the window proves nothing about its speed."""
KEPT_UP = 120.0
SETTLING = 90.0
BOUND_FADES = 12 * 3600.0
BOUND_COUNTS = 1800.0
DISPROVED = 1.08
CAREFUL = 0.95
"""For adding members, capacity is taken 5 % low."""
HOURLY, MOST_TRUST = 0.10, 1.5
"""Without new evidence a member may be a little faster each hour: what was learned in a slow one is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """``rate`` of one member; None: nothing is known. ``down`` what a step down may count on (None: try it)."""

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
    if declared is not None:
        return Speed(rate=declared, down=declared, measured=True, source="Declared")
    if len(memory.samples) >= FEWEST_SAMPLES:
        rate = median([sample.rate for sample in memory.samples])
        if memory.bound_at is not None and now - memory.bound_at < BOUND_COUNTS:
            rate = max(rate, memory.bound)
        hours = max(0.0, (now - memory.samples[-1].at) / 3600 - 1)
        return Speed(rate=rate, down=rate * min(MOST_TRUST, 1 + HOURLY * hours), measured=True, source="Learned")
    return Speed(rate=memory.bound or None, down=None, measured=False, source="Probing")


def learn(*, scene: Scene, memory: Memory) -> Memory:
    """Memory with what this sweep proves about the members' speed."""
    window = max(WINDOW, 2 * (memory.gap or 0.0))
    if not scene.settled or scene.stable_for <= window or len(memory.polls) < 2 or not scene.owned:
        return memory if memory.kept_up_since is None else replace(memory, kept_up_since=None)
    sample = _saturated(scene=scene, memory=memory, window=window)
    if sample is not None:
        memory = replace(memory, samples=(*memory.samples, Sample(at=scene.now, rate=sample))[-MOST_SAMPLES:])
    return _kept_up(scene=scene, memory=memory)


def _saturated(*, scene: Scene, memory: Memory, window: float) -> float | None:
    """Median speed of the members that had more than enough to do at both ends of the window."""
    newest, base = memory.polls[-1], back(memory.polls, window)
    seconds = newest.at - base.at
    if seconds < 0.8 * window:
        return None
    found: list[float] = []
    for indices in scene.owned:
        moved, waiting, waited = 0, 0, 0
        for index in indices:
            now, was = newest.committed[index], base.committed[index]
            lag, lag_was = newest.lag[index], base.lag[index]
            if now is None or was is None or lag is None or lag_was is None or (lag > 0 and now <= was):
                break
            moved += max(0, now - was)
            waiting += lag
            waited += lag_was
        else:
            rate = moved / seconds
            enough = (scene.rhythm + 5) * rate
            if moved > LEAST_MESSAGES and waiting > enough and waited > enough:
                found.append(rate)
    return median(found) if found else None


def _kept_up(*, scene: Scene, memory: Memory) -> Memory:
    """After two minutes in which nobody fell behind, the share of the fullest member is a proven speed."""
    rates = scene.rates
    if rates is None or rates.mid <= 0 or scene.stable_for < SETTLING or _anyone_behind(scene, rates):
        return memory if memory.kept_up_since is None else replace(memory, kept_up_since=None)
    since = scene.now if memory.kept_up_since is None else memory.kept_up_since
    if scene.now - since < KEPT_UP:
        return memory if memory.kept_up_since == since else replace(memory, kept_up_since=since)
    fullest = max(sum(scene.demand[index] for index in indices) for indices in scene.owned)
    proven = min(rates.mid, rates.fast) * fullest
    faded = memory.bound * exp(-(scene.now - (memory.bound_at or scene.now)) / BOUND_FADES)
    samples = memory.samples
    if len(samples) >= FEWEST_SAMPLES and proven > DISPROVED * median([sample.rate for sample in samples]):
        samples = tuple(sample for sample in samples if sample.rate >= proven)
    return replace(memory, kept_up_since=since, bound=max(proven, faded), bound_at=scene.now, samples=samples)


def _anyone_behind(scene: Scene, rates: Rates) -> bool:
    for indices in scene.owned:
        rate = rates.now * sum(scene.demand[index] for index in indices)
        if scene.beyond_rest(sum(scene.lags[index] for index in indices), rate) > 3 * rate:
            return True
    return False
