"""A circuit breaker around what the work depends on: after failures in a row nothing is tried for a while.

While it is open the consumer takes no messages at all. Handing every message over to the retry topics instead would
only move the whole backlog there, and burn its attempts on a database that is away.
"""

from __future__ import annotations


class Breaker:
    """Opens after ``failures`` in a row for ``rest`` seconds, then lets one through; times are monotonic seconds."""

    def __init__(self, *, failures: int, rest: float) -> None:
        self._most = failures
        self._rest = rest
        self._failures = 0
        self._until = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next may be tried; 0 when at once."""
        return max(0.0, self._until - now)

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, now: float) -> bool:
        """Whether it has opened by this one."""
        self._failures += 1
        if self._failures < self._most:
            return False
        self._until = now + self._rest
        return True
