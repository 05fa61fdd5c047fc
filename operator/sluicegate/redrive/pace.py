"""How fast records may go: a bucket that fills at the rate and gives one token a record, one more in bytes.

What a pause or a slow broker cost is made up for only by what the bucket holds: a quarter of a second.
"""

from __future__ import annotations

import math

HELD = 0.25
"""Seconds' worth that a bucket holds, but never less than one record."""

SHORTEST = 1e-6
"""Seconds that are not worth waiting for: less than what a clock can tell apart. What is taken early is owed."""


class Bucket:
    """Tokens that come at ``rate`` a second; infinite: always enough. ``now`` seconds of a clock that only goes on."""

    def __init__(self, *, rate: float, now: float) -> None:
        self._rate = rate
        self._tokens = 0.0
        self._at = now

    def set(self, rate: float, *, now: float) -> None:
        self._fill(now)
        self._rate = rate
        self._tokens = min(self._tokens, self._most)

    def wait(self, *, now: float) -> float:
        """Seconds until something may be taken; 0: at once; infinite at a rate of 0."""
        if math.isinf(self._rate):
            return 0.0
        self._fill(now)
        missing = min(1.0, self._most) - self._tokens
        if missing <= 0:
            return 0.0
        wait = missing / self._rate if self._rate > 0 else math.inf
        return wait if wait > SHORTEST else 0.0

    def take(self, amount: float) -> None:
        """Take so much, also more than there is: what is owed is waited for before the next."""
        self._tokens -= amount

    @property
    def _most(self) -> float:
        return max(1.0, self._rate * HELD)

    def _fill(self, now: float) -> None:
        if math.isinf(self._rate):
            self._tokens = 0.0
        else:
            self._tokens = min(self._most, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = now


class Pace:
    """Records a second and bytes a second, whichever is slower."""

    def __init__(self, *, records: float, octets: float, now: float) -> None:
        self._records = Bucket(rate=records, now=now)
        self._octets = Bucket(rate=octets, now=now)

    def set(self, records: float, *, now: float) -> None:
        """Another number of records a second."""
        self._records.set(records, now=now)

    def wait(self, *, now: float) -> float:
        """Seconds until the next record may go."""
        return max(self._records.wait(now=now), self._octets.wait(now=now))

    def take(self, *, octets: int) -> None:
        """One record of so many bytes goes."""
        self._records.take(1.0)
        self._octets.take(octets)


class Meter:
    """Events a second, lately: over the last ``window`` seconds, or since the first where that is shorter."""

    def __init__(self, *, now: float, window: float = 5.0) -> None:
        self._window = window
        self._marks: list[tuple[float, int]] = [(now, 0)]

    def rate(self, total: int, *, now: float) -> float:
        """``total`` events so far, at ``now``."""
        self._marks.append((now, total))
        while len(self._marks) > 2 and self._marks[1][0] <= now - self._window:
            self._marks.pop(0)
        since, before = self._marks[0]
        return (total - before) / (now - since) if now > since else 0.0
