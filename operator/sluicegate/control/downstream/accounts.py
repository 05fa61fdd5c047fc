"""One dependency as its status tells it: figures in its unit, grants by app, conditions."""

from __future__ import annotations

from collections.abc import Iterator

from sluicegate.control.downstream.kept import Kept
from sluicegate.control.downstream.steward import View
from sluicegate.decide.downstream.budget import MILLI, milli
from sluicegate.decide.explain import listed
from sluicegate.model.account import Account, Grant
from sluicegate.model.decision import Condition, Truth
from sluicegate.model.downstream import BreakerState


def account(view: View) -> Account:
    """What is told of ``view``, which has been settled at least once."""
    kept = view.kept
    budget, breaker = kept.budget, kept.breaker
    assert budget is not None
    assert breaker is not None
    grants = tuple(_grants(view))
    granted = sum(milli(one.cost) * one.replicas for one in grants)
    busy = max(granted, view.in_use)
    return Account(
        capacity=_units(budget.capacity),
        reserved=budget.reserved / MILLI,
        external=budget.external / MILLI,
        allocatable=_units(budget.allocatable),
        granted=granted / MILLI,
        free=None if budget.allocatable is None else max(0, budget.allocatable - busy) / MILLI,
        grants=grants,
        state=breaker.state,
        since=breaker.since,
        reason=breaker.reason,
        trips=breaker.trips,
        next_at=breaker.next_at,
        conditions=conditions(view),
        memory=kept.persist(grants={f"{one.namespace}/{one.name}": one.replicas for one in grants}),
    )


def conditions(view: View) -> tuple[Condition, ...]:
    """Ready, SignalsAvailable, BreakerClosed, Saturated, Overcommitted, RolloutsFit; in this order."""
    kept = view.kept
    signals, closed = _signals(kept), _closed(kept)
    over = _overcommitted(view)
    return (_ready(view, signals, closed), signals, closed, _saturated(view), over, _rollouts(view))


def _ready(view: View, signals: Condition, closed: Condition) -> Condition:
    if view.record.refusal is not None:
        said = f"{view.record.refusal}; the last good spec stands"
        return Condition(type="Ready", status=Truth.FALSE, reason="InvalidSpec", message=said)
    bad = next((one for one in (closed, signals) if one.status is not Truth.TRUE), None)
    if bad is not None:
        return Condition(type="Ready", status=bad.status, reason=bad.reason, message=bad.message)
    return Condition(type="Ready", status=Truth.TRUE, reason="Sharing", message="its capacity is known and shared out")


def _signals(kept: Kept) -> Condition:
    budget = kept.budget
    assert budget is not None
    if budget.lost:
        return Condition(type="SignalsAvailable", status=Truth.FALSE, reason="SignalLost", message=budget.lost)
    if budget.suspect:
        return Condition(type="SignalsAvailable", status=Truth.FALSE, reason="SignalSuspect", message=budget.suspect)
    if budget.allocatable is None:
        said = "capacity or usage has not been read yet"
        return Condition(type="SignalsAvailable", status=Truth.UNKNOWN, reason="NotReadYet", message=said)
    return Condition(type="SignalsAvailable", status=Truth.TRUE, reason="Read")


def _closed(kept: Kept) -> Condition:
    breaker = kept.breaker
    assert breaker is not None
    status = Truth.TRUE if breaker.state is BreakerState.CLOSED else Truth.FALSE
    return Condition(type="BreakerClosed", status=status, reason=breaker.reason, message=breaker.message)


def _saturated(view: View) -> Condition:
    """Abnormal when true: somebody would run more if there were more of it."""
    here = str(view.record.meta.key)
    short = [app for app, one in view.grants.items() if one.limited_by == here and one.replicas < one.wanted]
    if not short:
        return Condition(type="Saturated", status=Truth.FALSE, reason="RoomLeft")
    said = f"{listed(short)} would run more replicas than it has room for"
    return Condition(type="Saturated", status=Truth.TRUE, reason="AllGiven", message=said)


def _overcommitted(view: View) -> Condition:
    """Abnormal when true."""
    budget = view.kept.budget
    assert budget is not None
    if budget.overcommitted:
        said = budget.overcommitted
        return Condition(type="Overcommitted", status=Truth.TRUE, reason="NothingToGive", message=said)
    if budget.allocatable is not None and view.in_use > budget.allocatable:
        said = (
            f"the live pods of its apps hold up to {view.in_use / MILLI:g} {view.kept.spec.unit}, of which "
            f"{budget.allocatable / MILLI:g} may be given; nobody is given more until they are gone"
        )
        return Condition(type="Overcommitted", status=Truth.TRUE, reason="MoreRunsThanFits", message=said)
    return Condition(type="Overcommitted", status=Truth.FALSE, reason="WithinCapacity")


def _rollouts(view: View) -> Condition:
    if not view.surge:
        return Condition(type="RolloutsFit", status=Truth.TRUE, reason="Reserved")
    said = (
        f"a rolling update of {listed(view.surge)} runs more pods at once than there is room for: set maxSurge: 0 "
        "(and maxUnavailable: 1) in the strategy of the workload"
    )
    return Condition(type="RolloutsFit", status=Truth.FALSE, reason="SurgeExceeds", message=said)


def _grants(view: View) -> Iterator[Grant]:
    for user in view.users:
        found = view.grants.get(str(user.record.meta.key))
        if found is not None:
            yield Grant(
                namespace=user.record.meta.key.namespace,
                name=user.record.meta.key.name,
                replicas=found.replicas,
                cost=user.ref.cost_per_replica,
                wanted=found.wanted,
                weight=user.ref.weight,
                limited_by=found.limited_by,
            )


def _units(amount: int | None) -> float | None:
    return None if amount is None else amount / MILLI
