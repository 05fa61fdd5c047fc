"""How carefully replicas are taken away: the window, the hourly budget, and the time between steps up.

Replicas go only when nothing in the window wanted more, and only when the whole window has been seen (or its maxima
came back after a restart). These block demand-driven steps; limits do not wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.decide.limits import Clamped
from sluicegate.decide.want import Want
from sluicegate.model.app import ScaleDown
from sluicegate.model.decision import Limit
from sluicegate.model.memory import Memory, Wanted, evolve

BUCKETS = 32
"""A window is remembered in so many pieces: what was wanted counts for at most 1/32 of it too long."""
MERGE = 0.25
"""A step down waits for a larger one that is due within this share of the window: one rebalance instead of several.
The number at which it ends is reached no later for it."""
HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Between these a number will end up whatever is decided here: no reason to hold back what they undo."""

    least: int
    most: int


def remember(*, wanted: int, window: float, memory: Memory, now: float) -> Memory:
    """Memory with one more number wanted. Kept: for each piece of the window its highest, as long as none after it is
    as high. Kept under `lagObjective`, too, which has a way down of its own and does not read it: a spec that goes over
    to `lagPerReplica` would else step down at once, since the window has been seen and nothing in it wanted more."""
    piece = max(window / BUCKETS, 1.0)
    until = (now // piece + 1) * piece
    kept = [old for old in memory.wanted if old.replicas > wanted and old.at > now - (1 + MERGE) * window]
    covered = bool(kept) and kept[-1].at >= until
    entries = tuple(kept) if covered else (*kept, Wanted(at=until, replicas=wanted))
    return memory if entries == memory.wanted else evolve(memory, wanted=entries)


def highest(*, window: float, memory: Memory, now: float) -> int:
    """The most that was wanted within the window."""
    return max((old.replicas for old in memory.wanted if old.at > now - window), default=0)


def stabilize(
    *, want: Want, idle: bool, replicas: int, bounds: Bounds, rule: ScaleDown, memory: Memory, now: float
) -> Clamped:
    """The number after window, spacing and budget. ``idle``: the last replica may go, which has a window of its own."""
    value = want.replicas
    ends_as = min(max(value, bounds.least), bounds.most)
    if value > replicas and ends_as > replicas:
        return _up(value, want=want, replicas=replicas, now=now)
    if value >= replicas or ends_as >= replicas:
        return Clamped(value, Limit.STABILIZATION, "nothing to wait for")
    if not idle:
        held = _held(value, want=want, replicas=replicas, window=rule.stabilization, memory=memory, now=now)
        if held.value >= replicas:
            return held
        value = held.value
    spent = [at for at in memory.downs if now - at < HOUR]
    if len(spent) >= rule.max_per_hour:
        wait = HOUR - (now - min(spent))
        return Clamped(
            replicas,
            Limit.COOLDOWN,
            f"{len(spent)} steps down in the last hour, scaleDown.maxPerHour is {rule.max_per_hour}; "
            f"the next in {wait:.0f} s",
        )
    if value > want.replicas:
        said = want.down.why if want.down else f"{value} were wanted in the last {rule.stabilization:.0f} s"
        return Clamped(value, Limit.STABILIZATION, said)
    return Clamped(value, Limit.STABILIZATION, "nothing wanted more for long enough")


def _up(value: int, *, want: Want, replicas: int, now: float) -> Clamped:
    if now < want.not_before:
        wait = want.not_before - now
        return Clamped(replicas, Limit.STABILIZATION, f"the last change is too fresh: the next step up in {wait:.0f} s")
    return Clamped(value, Limit.STABILIZATION, "steps up do not wait")


def _held(value: int, *, want: Want, replicas: int, window: float, memory: Memory, now: float) -> Clamped:
    """The law of the objective has a way down of its own; all else waits for one window."""
    if want.down is None:
        return _window(value, replicas=replicas, window=window, memory=memory, now=now)
    return Clamped(min(replicas, max(value, want.down.least)), Limit.STABILIZATION, want.down.why)


def _window(value: int, *, replicas: int, window: float, memory: Memory, now: float) -> Clamped:
    if memory.started is None or now - memory.started < window:
        seen = 0.0 if memory.started is None else now - memory.started
        said = f"seen for {seen:.0f} s of scaleDown.stabilization {window:.0f} s"
        return Clamped(replicas, Limit.STABILIZATION, said)
    most = min(replicas, max(value, highest(window=window, memory=memory, now=now)))
    if most >= replicas:
        return Clamped(replicas, Limit.STABILIZATION, f"{replicas} were wanted in the last {window:.0f} s")
    soon = max(value, highest(window=(1 - MERGE) * window, memory=memory, now=now))
    fresh = highest(window=(1 + MERGE) * window, memory=memory, now=now) >= replicas
    if soon < most and fresh:
        said = f"a larger step down is near: {soon} were wanted in the last {(1 - MERGE) * window:.0f} s"
        return Clamped(replicas, Limit.STABILIZATION, said)
    return Clamped(most, Limit.STABILIZATION, "")
