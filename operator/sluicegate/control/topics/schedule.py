"""When each app's topics are looked at again: at once after a change, soon after a failure, else every few minutes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from sluicegate.model.resource import Key

DRIFT_EVERY = 180.0
"""Seconds between looks at topics about which nothing is known to have changed."""
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
"""Seconds after a first failure; each further one doubles it."""


@dataclass(slots=True)
class Turn:
    """``about``: what was looked at; another value is due at once. ``due`` unix seconds. ``failures`` in a row."""

    about: Hashable
    due: float
    failures: int = 0


class Schedule:
    """Turns by app."""

    def __init__(self) -> None:
        self._turns: dict[Key, Turn] = {}

    def is_due(self, key: Key, *, about: Hashable, now: float) -> bool:
        turn = self._turns.get(key)
        return turn is None or turn.about != about or now >= turn.due

    def looked(self, key: Key, *, about: Hashable, now: float, well: bool, again: float | None = None) -> None:
        """``well``: nothing failed. ``again``: look once more in so many seconds, whatever came of it."""
        before = self._turns.get(key)
        failures = 0 if well else (before.failures if before and before.about == about else 0) + 1
        wait = DRIFT_EVERY * (0.75 + zlib.crc32(str(key).encode()) / 2**33) if well else _backoff(failures)
        self._turns[key] = Turn(about, now + (wait if again is None else again), failures)

    def forget_unless(self, there: Callable[[Key], bool]) -> None:
        for key in [key for key in self._turns if not there(key)]:
            del self._turns[key]


def _backoff(failures: int) -> float:
    return float(min(FIRST_WAIT * 2.0 ** min(failures - 1, 10), LONGEST_WAIT))
