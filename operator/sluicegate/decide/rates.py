"""How fast messages come and go, from the history of offsets. All rates are messages a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from math import sqrt

from sluicegate.model.evolve import quick
from sluicegate.model.memory import UNKNOWN, Poll

FAST, MINUTE, MID = 30.0, 60.0, 120.0
"""Seconds: the rate now, over what the trend is taken, the rate to hold for."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """``fast``, ``minute``, ``mid``: arrivals over the last 30, 60 and 120 s; ``newest`` since the poll before,
    ``before`` in the interval before that; ``long`` over all that is remembered (300 s), whose parts by partition are
    ``share`` (they sum to 1). ``slope`` messages/s², never negative. ``out`` what the group handled over the last
    30 s. ``interval`` seconds between the last two polls.
    """

    fast: float
    minute: float
    mid: float
    newest: float
    before: float
    long: float
    slope: float
    out: float
    share: tuple[float, ...]
    interval: float

    @property
    def now(self) -> float:
        return max(self.fast, self.mid)


def rates(polls: Sequence[Poll]) -> Rates | None:
    """None with fewer than two polls."""
    if len(polls) < 2:
        return None
    newest, last, oldest = polls[-1], polls[-2], polls[0]
    fast_base, minute_base, mid_base = back(polls, FAST), back(polls, MINUTE), back(polls, MID)
    by_partition = _by_partition(polls, base=oldest)
    long = sum(by_partition)
    newest_rate = arriving(polls, base=last)
    equal = 1.0 / max(1, len(by_partition))
    fast = newest_rate if fast_base is last else arriving(polls, base=fast_base)
    minute = fast if minute_base is fast_base else arriving(polls, base=minute_base)
    return Rates(
        fast=fast,
        minute=minute,
        mid=minute if mid_base is minute_base else arriving(polls, base=mid_base),
        newest=newest_rate,
        before=arriving(polls[:-1], base=polls[-3]) if len(polls) > 2 else newest_rate,
        long=long,
        slope=max(_slope(minute, one=minute_base, two=mid_base), _sharp_slope(fast, one=fast_base, two=minute_base)),
        out=handled(fast_base, newest),
        share=tuple([rate / long for rate in by_partition]) if long > 0 else tuple(repeat(equal, len(by_partition))),
        interval=newest.at - last.at,
    )


def back(polls: Sequence[Poll], seconds: float) -> Poll:
    """The newest poll that is at least so old, else the oldest."""
    limit = polls[-1].at - seconds
    for index in range(len(polls) - 2, 0, -1):
        if polls[index].at <= limit:
            return polls[index]
    return polls[0]


def looks(polls: Sequence[Poll]) -> Sequence[Poll]:
    """Those at which the group was looked at: not where partitions ended before the first look."""
    return polls[1:] if polls and all(offset == UNKNOWN for offset in polls[0].committed) else polls


def arriving(polls: Sequence[Poll], *, base: Poll) -> float:
    """Arrivals a second on all partitions since ``base``."""
    newest = polls[-1]
    if newest.total is not None and base.total is not None and newest.total >= base.total:
        return (newest.total - base.total) / (newest.at - base.at)
    return sum(_by_partition(polls, base=base))


def _by_partition(polls: Sequence[Poll], *, base: Poll) -> Sequence[float]:
    newest = polls[-1]
    if newest.total is None or base.total is None:
        return [arrivals(polls, base=base, index=index) for index in range(len(newest.end))]
    seconds = newest.at - base.at
    grown = zip(newest.end, base.end, strict=True)
    return [(now - was) / seconds if now > was else 0.0 for now, was in grown]


def arrivals(polls: Sequence[Poll], *, base: Poll, index: int) -> float:
    """Arrivals a second on one partition since ``base``; where its end is unknown now or was then, between the
    nearest polls in which it was known; 0 without two of them. An end that fell back (another incarnation, an
    unclean election) is no arrival."""
    newest = polls[-1]
    now, was = newest.end[index], base.end[index]
    since, until = base.at, newest.at
    if UNKNOWN in (now, was):
        known = [(poll.at, end) for poll in polls if (end := poll.end[index]) != UNKNOWN]
        if len(known) < 2:
            return 0.0
        until, now = known[-1]
        since, was = next(((at, end) for at, end in reversed(known[:-1]) if at <= base.at), known[0])
    return max(0.0, (now - was) / (until - since))


def handled(older: Poll, newer: Poll) -> float:
    """Messages a second by which committed offsets moved on."""
    pairs = zip(newer.committed, older.committed, strict=True)
    moved = [now - was for now, was in pairs if now > was != UNKNOWN]
    return sum(moved) / (newer.at - older.at)


def _slope(minute: float, *, one: Poll, two: Poll) -> float:
    """Rise of the arrival rate: the last minute against the one before; 0 while less than that is remembered."""
    if one is two or two.at >= one.at:
        return 0.0
    return max(0.0, (minute - arriving((two, one), base=two)) / MINUTE)


def _sharp_slope(fast: float, *, one: Poll, two: Poll) -> float:
    """Rise of the last half minute against the one before, beyond what chance explains (three standard deviations of
    Poisson counts): a steep ramp is seen a minute earlier than in the slope of minutes."""
    if one is two or two.at >= one.at:
        return 0.0
    chance = 3 * sqrt(2 * (fast + 1) / FAST)
    return max(0.0, (fast - arriving((two, one), base=two) - chance) / FAST)
