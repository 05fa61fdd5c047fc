"""The account of every message: when it was sent, when its work was done. Lateness and age come from here.

Filled from two topics read back from the broker: the source topic (timestamp = sent) and the results topic, in which
consumers state what they handled. Consumption is at-least-once, so a message may be handled twice; the first time
counts and the second is a duplicate. All times are unix seconds.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

Place = tuple[int, int]
"""Partition and offset: the identity of a message within one topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """``late`` messages were handled later than the objective, or not at all."""

    produced: int
    consumed: int
    duplicates: int
    late: int
    longest_delay_s: float

    @property
    def late_percent(self) -> float:
        return 100.0 * self.late / self.produced if self.produced else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What happened in the second that ends at ``until``; ``oldest_age_s`` is how long the oldest message that was
    not handled at that moment had waited (0 when none waited)."""

    until: float
    arrivals: int
    handled: int
    oldest_age_s: float


class Accounts:
    """Thread-safe: readers fill it while the live table asks it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[Place, float] = {}
        self._handled: dict[Place, float] = {}
        self._waiting: list[tuple[float, Place]] = []
        self._duplicates = 0

    def sent(self, place: Place, at: float) -> None:
        with self._lock:
            self._sent[place] = at
            heappush(self._waiting, (at, place))

    def handled(self, place: Place, at: float) -> None:
        with self._lock:
            earlier = self._handled.get(place)
            if earlier is None:
                self._handled[place] = at
            else:
                self._handled[place] = min(earlier, at)
                self._duplicates += 1

    def counts(self) -> tuple[int, int]:
        """Messages known to be sent, and messages known to be handled, so far."""
        with self._lock:
            return len(self._sent), len(self._handled)

    def oldest_waiting(self) -> float | None:
        """When the oldest message that is not known to be handled was sent."""
        with self._lock:
            while self._waiting and self._waiting[0][1] in self._handled:
                heappop(self._waiting)
            return self._waiting[0][0] if self._waiting else None

    def totals(self, *, objective: float) -> Totals:
        """``objective`` in seconds."""
        with self._lock:
            delays = [self._handled[place] - at for place, at in self._sent.items() if place in self._handled]
            unhandled = len(self._sent) - len(delays)
            return Totals(
                produced=len(self._sent),
                consumed=len(delays),
                duplicates=self._duplicates,
                late=unhandled + sum(delay > objective for delay in delays),
                longest_delay_s=max(delays, default=0.0),
            )

    def seconds(self, moments: Iterable[float]) -> tuple[Second, ...]:
        """One row per moment (ascending); the first covers the second before it."""
        with self._lock:
            sent = sorted(self._sent.values())
            handled = sorted(self._handled.values())
            waits = sorted((at, self._handled.get(place, float("inf"))) for place, at in self._sent.items())
        rows: list[Second] = []
        oldest = 0
        before: float | None = None
        for until in moments:
            since = until - 1.0 if before is None else before
            # Whoever is handled by now stays handled, so the first still waiting only moves forward.
            while oldest < len(waits) and waits[oldest][1] <= until:
                oldest += 1
            waiting = oldest < len(waits) and waits[oldest][0] <= until
            rows.append(
                Second(
                    until=until,
                    arrivals=bisect_right(sent, until) - bisect_right(sent, since),
                    handled=bisect_right(handled, until) - bisect_right(handled, since),
                    oldest_age_s=until - waits[oldest][0] if waiting else 0.0,
                )
            )
            before = until
        return tuple(rows)
