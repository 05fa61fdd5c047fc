"""The limit: it knows the day. How near another law's replica-hours come to its own says how good that law is.

For every five minutes it runs the smallest useful count whose fullest member keeps up with the highest rate in them.
Useful are ceil(P/k) for k = 1..P: the only counts at which the fullest member has fewer partitions than with one member
less. It pays for what starts, too: pods are ordered early enough to be ready in time (`lead=0s` leaves that out).
Only its replica-hours mean something: it takes no account of pauses, so that a few of its messages can be late.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluicegate.decide import assignment
from sluicegate.simulate.group import Assignor
from sluicegate.simulate.laws.context import Context
from sluicegate.simulate.laws.options import Options
from sluicegate.simulate.seen import Seen
from sluicegate.simulate.shapes import capacity_factors, zipf

SPAN = 300
"""Seconds for which one count is chosen."""


def useful(partitions: int) -> list[int]:
    """Counts of members at which the fullest has fewer partitions than with one member less; rising."""
    return [*assignment.useful(frozenset({partitions}))]


def fullest(members: int, *, shares: npt.NDArray[np.float64]) -> float:
    """The largest member's part of all arrivals, when partitions with ``shares`` are dealt out by number as evenly as
    they can be, and within that by share: the heaviest first, to the member with the least so far."""
    each, extra = divmod(len(shares), members)
    room = np.array([each + 1] * extra + [each] * (members - extra))
    load = np.zeros(members)
    for share in np.sort(shares)[::-1]:
        member = int(np.argmin(np.where(room > 0, load, np.inf)))
        load[member] += share
        room[member] -= 1
    return float(load.max())


def ranged(sizes: tuple[int, ...], members: int) -> int:
    """Partitions of the fullest member when each topic is dealt out by itself: the first has the odd one of all."""
    return sum(math.ceil(size / members) for size in sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """Useful ``counts`` of members, rising, and what each keeps up with (``bears``), in capacities of one member."""

    counts: list[int]
    bears: npt.NDArray[np.float64]

    def enough(self, load: float) -> int:
        """The smallest count for ``load``, or the largest there is."""
        return self.counts[min(int(np.searchsorted(self.bears, load, side="left")), len(self.counts) - 1)]


def bearing(sizes: tuple[int, ...], *, skew: float, by_topic: bool) -> Bearing:
    """What counts of members bear for topics of ``sizes`` with shares by Zipf's ``skew``. ``by_topic``: the range
    assignor's way; where it and the shares disagree about the fullest member, the worse counts."""
    partitions = sum(sizes)
    shares = zipf(partitions, skew=skew)
    counts = useful(partitions)
    if by_topic:
        fall = [ranged(sizes, count) for count in range(1, max(sizes) + 1)]
        counts = [count for count, has in enumerate(fall, start=1) if count == 1 or has < min(fall[: count - 1])]
    parts = [fullest(count, shares=shares) for count in counts]
    if by_topic:
        parts = [max(part, ranged(sizes, count) / partitions) for part, count in zip(parts, counts, strict=True)]
    # What a count bears never falls with a larger one, though dealing by number may make it seem so.
    return Bearing(counts=counts, bears=np.maximum.accumulate([1 / part for part in parts]) * (1 + 1e-9))


class Clairvoyant:
    """The law."""

    period = 5.0

    def __init__(self, options: Options, *, context: Context) -> None:
        workload = context.workload
        late = workload.start_seconds + 3 * workload.start_noise + workload.pause
        self._lead = options.seconds("lead", late)
        self._context = context
        self._consumers = workload.consumers_per_replica
        scaling = context.app.scaling
        knee = workload.downstream.knee if workload.downstream else scaling.max_replicas
        self._least, self._most = max(1, scaling.min_replicas), min(scaling.max_replicas, knee)
        self._peaks = _peaks(context) * self._consumers
        self._bearings: dict[tuple[int, ...], Bearing] = {}

    def __call__(self, seen: Seen) -> int | None:
        first = int(seen.at) // SPAN
        last = int(seen.at + self._lead + self.period - 1) // SPAN  # at the next look it would be too late for these
        return max(self._count(span, at=seen.at) for span in range(first, last + 1))

    def _count(self, span: int, *, at: float) -> int:
        """Replicas for one five minutes, with the partitions of ``at``."""
        peak = self._peaks[min(span, len(self._peaks) - 1)]
        replicas = math.ceil(self._bearing(self._context.sizes(at)).enough(peak) / self._consumers)
        return max(self._least, min(self._most, self._context.usable(at), replicas))

    def _bearing(self, sizes: tuple[int, ...]) -> Bearing:
        if sizes not in self._bearings:
            workload = self._context.workload
            by_topic = workload.assignor is Assignor.RANGE
            self._bearings[sizes] = bearing(sizes, skew=workload.skew, by_topic=by_topic)
        return self._bearings[sizes]


def _peaks(context: Context) -> npt.NDArray[np.float64]:
    """The highest rate of every five minutes, in capacities of one replica at that second."""
    rates = context.arrivals.rates
    factors = capacity_factors(context.workload, seconds=len(rates))
    needed = np.divide(rates, factors * context.capacity, out=np.zeros(len(rates)), where=factors > 0)
    return np.array([needed[start : start + SPAN].max() for start in range(0, len(rates), SPAN)])
