"""The highest arrival rates of the last hour, and the lowest of the last minutes: steps down look back at the one,
what was a jump is told by the other.

Kept are only those that still matter: a high is forgotten once a later minute was as high, so a few entries do.
"""

from __future__ import annotations

from sluicegate.model.memory import Memory, Minute, evolve

KEPT, LOW_KEPT = 61, 12
"""Minutes."""
RECENT = 16


def remember(*, rate: float, fast: float, span: float, memory: Memory, now: float) -> Memory:
    """Memory with this look: ``rate`` over two minutes, ``fast`` over 30 s, which is kept for ``span`` seconds
    while a jump is remembered that may come again."""
    minute = int(now // 60)
    highs = [one for one in memory.highs if one.rate > rate and one.minute > minute - KEPT]
    if not highs or highs[-1].minute != minute:
        highs.append(Minute(minute=minute, rate=rate))
    high_now = memory.highs[-1].rate if memory.highs and memory.highs[-1].minute == minute else 0.0
    lows = list(memory.lows)
    same = bool(lows) and lows[-1].minute == minute
    high_now = max(rate, high_now)
    if same:
        lows.pop()
    lows = [one for one in lows if one.rate < high_now and one.minute > minute - LOW_KEPT]
    lows.append(Minute(minute=minute, rate=high_now))
    recent = memory.recent
    if memory.jump is not None:
        recent = (*[one for one in recent if now - span <= one[0] < now][-RECENT:], (now, fast))
    if tuple(highs) == memory.highs and tuple(lows) == memory.lows:
        return memory if recent is memory.recent else evolve(memory, recent=recent)
    return evolve(memory, highs=tuple(highs), lows=tuple(lows), recent=recent)


def highest(memory: Memory, *, window: float, now: float) -> float:
    """The highest rate of the last ``window`` seconds (messages a second)."""
    since = now // 60 - window / 60
    return next((one.rate for one in memory.highs if one.minute >= since), 0.0)


def lowest(memory: Memory, *, minutes: int, now: float) -> float:
    """The lowest of the highs of the last ``minutes``, at most twelve."""
    since = int(now // 60) - minutes
    return next((one.rate for one in memory.lows if one.minute > since), 0.0)
