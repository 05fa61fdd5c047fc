"""What a downstream dependency lets an app have: the words between sharing it out, deciding, and telling of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BreakerState(StrEnum):
    """Of the circuit breaker of one dependency."""

    CLOSED = "Closed"
    OPEN = "Open"
    HALF_OPEN = "HalfOpen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """Pods that a rolling update adds for its time: ``most`` of them, or ``percent`` of the replicas, rounded up. Both
    0: it adds none."""

    most: int = 0
    percent: int = 0

    def pods(self, replicas: int) -> int:
        """How many it adds to so many replicas; none where nothing runs."""
        return max(self.most, -(-replicas * self.percent // 100)) if replicas > 0 else 0


NO_SURGE = Surge()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one dependency lets one app have at one moment.

    ``name`` as the app's spec names it. ``replicas`` the most that its capacity gives; None: nobody knows what there
    is to give (it does not exist, or never told), so what runs stands. ``why`` the sentence for it: "orders-db gives
    110 of its 200 connections". ``room`` replicas of this app that all of it would be enough for.

    ``allowed`` the most replicas that its breaker lets run, None without a limit; ``holds``: while it is so, no step
    down may follow from demand. ``breaker_why`` the sentence for both.

    ``problem`` one CamelCase word when something about it is wrong (``NotFound``, ``NotOffered``, ``SignalLost``,
    ``SignalSuspect``, ``Overcommitted``, ``SurgeExceeds``, ``BreakerOpen``), empty when all is well; ``problem_why``
    the sentence.
    """

    name: str
    replicas: int | None
    why: str = ""
    room: int | None = None
    breaker: BreakerState = BreakerState.CLOSED
    allowed: int | None = None
    holds: bool = False
    breaker_why: str = ""
    problem: str = ""
    problem_why: str = ""
