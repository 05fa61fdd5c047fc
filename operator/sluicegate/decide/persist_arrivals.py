"""What a restart must not forget of how arrivals went: the last hour's heights, the day's shape, jumps, falls, what
became of our steps. A part of `persist`.

The day is kept as its 48 half-hour maxima: in slots of five minutes it would take more than the whole of status.memory
may (ADR 5).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from sluicegate.decide.fewer import FLEET_OVER
from sluicegate.decide.fields import Fields
from sluicegate.decide.jump import COMINGS
from sluicegate.decide.outage import MOST as MOST_FALLS
from sluicegate.decide.trial import BINDS
from sluicegate.decide.yesterday import SLOT
from sluicegate.model.memory import Ceiling, Fleet, Jump, Memory, Minute, Profile

MOST_HIGHS = 12
HALF_HOUR, HALVES = 6, 48
"""Slots in half an hour, half-hours kept."""


def persist(memory: Memory) -> dict[str, Any]:
    """As JSON values; rows are [time, number]."""
    jump, ceiling, foreseen, fleet = memory.jump, memory.ceiling, memory.foreseen, memory.fleet
    return {
        "highs": [[one.minute * 60, _short(one.rate)] for one in _fewest(memory.highs)],
        "day": _day(memory.profile),
        "jump": [[round(jump.at), _short(jump.rise)]] if jump else None,
        "foreseen": [[round(foreseen[0]), int(foreseen[1])]] if foreseen else None,
        "comings": [round(at) for at in memory.comings],
        "silent": [[round(memory.silent_since), _short(memory.silent_rate)]] if memory.silent_since else None,
        "falls": [round(at) for at in memory.falls],
        "fleet": [[round(fleet.at - fleet.seconds), _short(fleet.mean)], [round(fleet.at), 0]] if fleet else None,
        "ceiling": _rows(ceiling) if ceiling else None,
    }


def restore(data: Mapping[str, Any], *, trusted: bool, now: float) -> dict[str, Any]:
    """Fields of `Memory`. ``trusted``: so little time passed that what was under way then still is."""
    read = Fields(data, now=now)
    jump, foreseen = first(read.rates("jump")), first(read.rates("foreseen"))
    silent = first(read.rates("silent")) if trusted else None
    return {
        "highs": _staircase(read.rates("highs")),
        "profile": _profile(read.mapping("day"), now=now),
        "jump": Jump(at=jump[0], rise=jump[1]) if jump and jump[1] > 0 else None,
        "foreseen": (foreseen[0], foreseen[1] > 0) if foreseen else None,
        "comings": tuple(sorted(read.times("comings"))[-COMINGS:]),
        "silent_since": silent[0] if silent else None,
        "silent_rate": silent[1] if silent else 0.0,
        "falls": tuple(sorted(read.times("falls"))[-MOST_FALLS:]),
        "fleet": _fleet(list(read.rates("fleet"))),
        "ceiling": _ceiling(data, now=now),
    }


def first(rows: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
    return next(iter(rows), None)


def _fewest(highs: tuple[Minute, ...]) -> list[Minute]:
    """At most so many of a falling staircase; where two are made one, the higher rate keeps the later time."""
    kept = list(highs)
    while len(kept) > MOST_HIGHS:
        ratios = [newer.rate / older.rate if older.rate else 1.0 for older, newer in pairwise(kept)]
        index = ratios.index(max(ratios))
        kept[index : index + 2] = [Minute(minute=kept[index + 1].minute, rate=kept[index].rate)]
    return kept


def _staircase(rows: Iterable[tuple[float, float]]) -> tuple[Minute, ...]:
    """Falling again, whatever was found."""
    kept: list[Minute] = []
    for at, rate in sorted(rows):
        kept = [one for one in kept if one.rate > rate]
        kept.append(Minute(minute=int(at // 60), rate=rate))
    return tuple(kept)


def _day(profile: Profile | None) -> dict[str, Any] | None:
    """The highest rate of each of the last 48 half-hours, the newest last; ``until`` is when that one ends."""
    if profile is None:
        return None
    slots = [*profile.rates, profile.high]
    oldest, newest = profile.slot + 1 - len(slots), profile.slot // HALF_HOUR
    halves = [0.0] * HALVES
    for slot, rate in enumerate(slots, start=oldest):
        place = HALVES - 1 - newest + slot // HALF_HOUR
        if place >= 0:
            halves[place] = max(halves[place], rate)
    while halves and not halves[0]:
        del halves[0]
    rates = [round(rate) if rate >= 100 else float(f"{rate:.2g}") for rate in halves]
    return {"until": (newest + 1) * HALF_HOUR * SLOT, "rates": rates} if rates else None


def _profile(data: Mapping[str, Any], *, now: float) -> Profile | None:
    """The day in slots again, each with its half-hour's rate, but for those that lie in the future."""
    ahead = HALF_HOUR * SLOT
    read = Fields(data, now=now + ahead)
    until, rates = read.time("until"), list(read.numbers("rates"))[-HALVES:]
    if until is None or not rates:
        return None
    slots = [rate for rate in rates for _ in range(HALF_HOUR)]
    last, present = int(until // SLOT) - 1, int(now // SLOT)
    slots = slots[: len(slots) - max(0, last - present)]
    return Profile(slot=min(last, present), high=slots[-1], rates=array("f", slots[:-1])) if slots else None


def _fleet(rows: list[tuple[float, float]]) -> Fleet | None:
    if len(rows) != 2 or rows[0][0] > rows[1][0]:
        return None
    (since, mean), (at, _) = rows
    return Fleet(at=at, seconds=min(FLEET_OVER, at - since), mean=mean)


def _rows(ceiling: Ceiling) -> list[list[float]]:
    return [[round(ceiling.until), ceiling.replicas], [ceiling.tries, _short(ceiling.rate)]]


def _ceiling(data: Mapping[str, Any], *, now: float) -> Ceiling | None:
    rows = list(Fields(data, now=now + max(BINDS)).rates("ceiling"))
    if len(rows) != 2 or rows[0][1] < 1:
        return None
    (until, replicas), (tries, rate) = rows
    return Ceiling(replicas=int(replicas), until=until, rate=rate, tries=max(1, int(tries)))


def _short(value: float) -> float:
    return float(f"{value:.3g}")
