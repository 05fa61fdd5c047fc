"""What one dependency lets one app have, with the sentences that people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.control.downstream.kept import Kept
from sluicegate.decide.downstream.breaker import allowance
from sluicegate.decide.downstream.budget import milli, units
from sluicegate.decide.downstream.grants import Granted
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.downstream import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where an app stands at a dependency. ``replicas`` run now, ``minimum`` of its spec; ``canary``: it is the one
    that tries whether the dependency is well again; ``surging``: its rolling update would hold more than there is."""

    replicas: int
    minimum: int
    canary: bool
    surging: bool


def share_of(ref: DependencyRef, kept: Kept, *, granted: Granted | None, seat: Seat) -> Share:
    """What it may have now. Before the first budget, or without a grant, nobody knows."""
    budget, breaker = kept.budget, kept.breaker
    if budget is None or breaker is None or granted is None or budget.allocatable is None:
        said = budget.lost if budget and budget.lost else f"what {ref.name} can give has not been read yet"
        return Share(name=ref.name, replicas=None, why=said, problem="SignalLost", problem_why=said)
    allowed, holds = allowance(
        breaker=breaker,
        when_open=kept.spec.breaker.when_open,
        replicas=seat.replicas,
        minimum=seat.minimum,
        canary=seat.canary,
    )
    problem, problem_why = _problem(ref, kept, seat=seat)
    return Share(
        name=ref.name,
        replicas=granted.replicas,
        why=_gives(ref, kept, granted=granted),
        room=budget.allocatable // milli(ref.cost_per_replica),
        breaker=breaker.state,
        allowed=allowed,
        holds=holds,
        breaker_why=breaker.message,
        problem=problem,
        problem_why=problem_why,
    )


def _gives(ref: DependencyRef, kept: Kept, *, granted: Granted) -> str:
    budget = kept.budget
    assert budget is not None
    given = units(granted.replicas * milli(ref.cost_per_replica))
    capacity = units(budget.capacity) if budget.capacity is not None else "?"
    said = f"{ref.name} gives {given} of its {capacity} {kept.spec.unit}"
    if kept.breaker is not None and kept.breaker.allowed is not None and kept.breaker.active:
        return f"{said}: it was ill, and gets its consumers back step by step"
    return said


def _problem(ref: DependencyRef, kept: Kept, *, seat: Seat) -> tuple[str, str]:
    budget, breaker = kept.budget, kept.breaker
    assert budget is not None
    assert breaker is not None
    found: Sequence[tuple[str, str]] = (
        ("BreakerOpen", breaker.message if kept.stands_back else ""),
        ("Overcommitted", budget.overcommitted or _too_dear(ref, kept)),
        ("SignalLost", budget.lost),
        ("SignalSuspect", budget.suspect),
        ("SurgeExceeds", _surge(ref) if seat.surging else ""),
    )
    return next(((reason, words) for reason, words in found if words), ("", ""))


def _surge(ref: DependencyRef) -> str:
    return (
        f"a rolling update runs more pods at once than {ref.name} has room for: set maxSurge: 0 (and maxUnavailable: 1)"
        " in the strategy of the workload, or lower spec.dependencies[].costPerReplica"
    )


def _too_dear(ref: DependencyRef, kept: Kept) -> str:
    room = kept.budget.allocatable if kept.budget else None
    if room is None or milli(ref.cost_per_replica) <= room:
        return ""
    return (
        f"one replica takes {units(milli(ref.cost_per_replica))} {kept.spec.unit} of {ref.name}, which has "
        f"{units(room)} to give: raise its capacity, or lower spec.dependencies[].costPerReplica"
    )
