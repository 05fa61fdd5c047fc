"""What a plan says of dependencies: what each app could have of them, and whom a changed capacity would cut."""

from __future__ import annotations

from typing import Any

from sluicegate.cli.breaker_mode import STAND_BACK
from sluicegate.cli.plan import Section
from sluicegate.cli.plan_sharing import Sharing
from sluicegate.control.downstream import ledger
from sluicegate.control.downstream.offers import Found, Refused
from sluicegate.control.records import AppRecord
from sluicegate.decide.downstream.budget import Budget, units
from sluicegate.model.dependency import BreakerMode, DependencySpec
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.resource import Key

UNREAD = "what it can give is not known: the operator has not told of it yet"


def of_app(record: AppRecord, found: Sharing) -> Section:
    """A row for each entry of its `spec.dependencies`: there or not, and its share if it asked for its maximum."""
    assert record.spec is not None
    most = record.spec.scaling.max_replicas
    share = found.replicas({record.meta.key: most}).get(str(record.meta.key))
    rows, values, warnings = [], [], []
    for ref in record.spec.dependencies:
        meant = found.meant(record, ref)
        value: dict[str, Any] = {"name": ref.name, "kind": ref.kind.value}
        if isinstance(meant, Refused):
            value |= {"problem": meant.reason, "message": meant.message}
            words = f"{meant.reason}: what runs stands"
            warnings.append(meant.message)
        else:
            words, more, said = _use(record, ref, meant, found=found, share=share)
            value |= more
            warnings += said
        rows.append((f"dependency {ref.name}", words))
        values.append(value)
    return Section(name="dependencies", rows=tuple(rows), value=values, warnings=tuple(warnings))


def of_dependency(meant: Found, *, before: Sharing, after: Sharing) -> Section:
    """What it can give, and what each app on it would have of that, asking for what it asks for now."""
    assert meant.spec is not None
    key = meant.meta.key
    old, new = before.budgets.get(key), after.budgets[key]
    rows = [("capacity", _way(old, new, unit=meant.spec.unit))]
    cuts = []
    entitled_before, entitled = before.replicas({}), after.replicas({})
    for record, ref in after.users(key):
        app = str(record.meta.key)
        granted = after.granted(record, ref)
        has = entitled_before.get(app) if granted is None else granted
        gets = entitled.get(app) if new.allocatable is not None else None
        if has is not None and gets is not None and gets < has:
            words = f"cut from {has} to {gets} replicas"
        else:
            words = f"{_count(has)} → {_count(gets)} replicas"
        words += f" ({after.wanted(record)} wanted)"
        rows.append((f"app {app if not key.namespace else record.meta.key.name}", words))
        cuts.append({"app": app, "wanted": after.wanted(record), "before": has, "after": gets})
    rows += _breaker(before, after, key)
    value = {"before": _figures(old), "after": _figures(new), "apps": cuts}
    warnings = tuple(said for said in (new.overcommitted,) if said)
    return Section(name="capacity", rows=tuple(rows), value=value, warnings=warnings)


def _use(
    record: AppRecord, ref: DependencyRef, meant: Found, *, found: Sharing, share: int | None
) -> tuple[str, dict[str, Any], list[str]]:
    assert record.spec is not None
    assert meant.spec is not None
    surge, cost, unit = found.surge(record), ledger.one(ref), meant.spec.unit
    most = record.spec.scaling.max_replicas
    needed, room = (most + surge.pods(most)) * cost, found.budgets[meant.meta.key].allocatable
    value: dict[str, Any] = {
        "costPerReplica": cost / 1000,
        "atMaxReplicas": needed / 1000,
        "allocatable": None if room is None else room / 1000,
        "share": None if room is None else share,
        "apps": len(found.users(meant.meta.key)),
    }
    adds = f", {units((most + surge.pods(most)) * cost)} in a rolling update" if surge.pods(most) else ""
    takes = f"{most} replicas would take {units(most * cost)} {unit}{adds}"
    if room is None:
        return f"{takes}; {UNREAD}", value, []
    others = len(found.users(meant.meta.key)) - 1
    beside = f" beside {others} other {'app' if others == 1 else 'apps'}" if others else ""
    words = f"{takes}; it has {units(room)} to give: at most {share} of {most} replicas{beside}"
    return words, value, _tight(ref, room=room, height=ledger.one_and_surge(ref, surge), unit=unit)


def _tight(ref: DependencyRef, *, room: int, height: int, unit: str) -> list[str]:
    cost = ledger.one(ref)
    if cost > room:
        return [
            f"spec.dependencies[{ref.name}].costPerReplica is {units(cost)}, and {ref.name} has {units(room)} {unit} "
            "to give: not one replica fits; raise its capacity, or lower costPerReplica"
        ]
    if height > room:
        return [
            f"one replica with the pods of its rolling update takes {units(height)} {unit}, and {ref.name} has "
            f"{units(room)} to give: set maxSurge: 0 (and maxUnavailable: 1) in the strategy of the workload, or "
            f"lower spec.dependencies[{ref.name}].costPerReplica"
        ]
    return []


def _breaker(before: Sharing, after: Sharing, key: Key) -> list[tuple[str, str]]:
    old, new = _spec(before, key), _spec(after, key)
    if new is None or (old is not None and old.breaker.mode is new.breaker.mode):
        return []
    if new.breaker.mode is BreakerMode.FORCED_OPEN:
        return [("breaker", f"forced open: {STAND_BACK[new.breaker.when_open]}")]
    if old is None:
        return []
    return [("breaker", f"mode {old.breaker.mode.value} → {new.breaker.mode.value}")]


def _spec(found: Sharing, key: Key) -> DependencySpec | None:
    store = found.store
    record = store.dependencies.get(key) if key.namespace else store.cluster_dependencies.get(key)
    return record.spec if record else None


def _way(old: Budget | None, new: Budget, *, unit: str) -> str:
    if new.allocatable is None:
        return UNREAD
    now = f"{units(new.capacity or 0)} {unit}, {units(new.allocatable)} to give"
    if old is None or old.allocatable is None:
        return now
    if (old.capacity, old.allocatable) == (new.capacity, new.allocatable):
        return f"{now}, as now"
    return f"{units(old.capacity or 0)} {unit}, {units(old.allocatable)} to give → {now}"


def _figures(found: Budget | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    return {
        name: None if amount is None else amount / 1000
        for name, amount in (
            ("capacity", found.capacity),
            ("reserved", found.reserved),
            ("external", found.external),
            ("allocatable", found.allocatable),
        )
    }


def _count(replicas: int | None) -> str:
    return "unknown" if replicas is None else str(replicas)
