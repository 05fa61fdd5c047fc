"""How more is allowed after a breaker has closed: in steps, or the whole backlog would meet a database that has only
just come back."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.dependency import Recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """``allowed`` thousandths of units for all apps together, None when all is allowed again; ``next_at`` the next
    step in unix seconds."""

    allowed: int | None
    next_at: float | None


ALL = Steps(allowed=None, next_at=None)


def steps(
    *, rule: Recovery, base: int, closed_at: float, allocatable: int | None, least_step: int, now: float
) -> Steps:
    """``base`` and one step for each `every` since ``closed_at``, until ``allocatable`` is reached.

    A step is `stepPercent` of ``allocatable``, at least ``least_step`` (one replica). All amounts are
    thousandths of a unit. While ``allocatable`` is unknown the steps are the least, and do not end.
    """
    taken = int(max(0.0, now - closed_at) // rule.every)
    share = 0 if allocatable is None else allocatable * rule.step_percent // 100
    allowed = base + taken * max(share, least_step, 1)
    if allocatable is not None and allowed >= allocatable:
        return ALL
    return Steps(allowed=allowed, next_at=closed_at + (taken + 1) * rule.every)
