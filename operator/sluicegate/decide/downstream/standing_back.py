"""What one app may run while the breaker of a dependency is not closed, and which app tries first."""

from __future__ import annotations

from collections.abc import Iterable

from sluicegate.decide.downstream.breaker_words import Breaker
from sluicegate.model.dependency import WhenOpen
from sluicegate.model.downstream import BreakerState

NO_LIMIT = (None, False)


def allowance(
    *, breaker: Breaker, when_open: WhenOpen, replicas: int, minimum: int, canary: bool
) -> tuple[int | None, bool]:
    """(the most replicas, whether demand may take none away). ``replicas`` run now, ``minimum`` is the app's own.

    The canary is one replica: the only one with Zero, one above the minimum with Floor.
    """
    if not breaker.active or breaker.state is BreakerState.CLOSED:
        return NO_LIMIT
    tries = canary and breaker.state is BreakerState.HALF_OPEN
    if when_open is WhenOpen.HOLD:
        return replicas, True
    if when_open is WhenOpen.FLOOR:
        return (minimum + 1 if tries else min(replicas, minimum)), True
    return (1 if tries else 0), True


def canary_of(apps: Iterable[tuple[str, int]]) -> str | None:
    """Of (name, priority) the highest priority, then the first by name; None without apps."""
    return min(apps, key=lambda app: (-app[1], app[0]), default=(None, 0))[0]
