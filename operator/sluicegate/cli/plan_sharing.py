"""Who would get how many replicas of the dependencies, by the operator's own sharing, from what the cluster shows.

What a dependency's signals told last is in its status, and so is what each app asks for: the same budget and the same
arbitration are made from these. What is entitled is told, not the way there: pods that still hold their connections,
and how long a move for fairness waits, are the operator's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluicegate.control.downstream import ledger
from sluicegate.control.downstream.offers import Found, Refused, all_of, find
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.decide.downstream.arbitrate import Claim, arbitrate, need
from sluicegate.decide.downstream.budget import Budget, BudgetMemory, Figures, budget, milli
from sluicegate.model.app import Mode
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.downstream import NO_SURGE, Surge
from sluicegate.model.known import Unknown
from sluicegate.model.resource import Key

NOT_ASKED = Unknown("NotAsked", "only the operator asks signals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Of one state of the cluster. ``budgets`` by key of the dependency; amounts in thousandths of a unit."""

    store: Store
    budgets: Mapping[Key, Budget]

    def replicas(self, wanted: Mapping[Key, int]) -> Mapping[str, int]:
        """What each app (as ``namespace/name``) would have, where those in ``wanted`` ask for so many and the others
        for what they ask now. Apps on none but dependencies of which nobody knows what they can give are left out."""
        claims = [claim for record in self.apps() if (claim := self._claim(record, wanted)) is not None]
        known = {str(key): one.allocatable for key, one in self.budgets.items() if one.allocatable is not None}
        return arbitrate(claims, room=known)

    def apps(self) -> tuple[AppRecord, ...]:
        """Those that name a dependency."""
        return tuple(one for one in self.store.apps.all() if one.spec is not None and one.spec.dependencies)

    def users(self, pool: Key) -> tuple[tuple[AppRecord, DependencyRef], ...]:
        """Apps that name ``pool`` and may use it, by name."""
        found = []
        for record in sorted(self.apps(), key=lambda one: one.meta.key):
            for ref in record.spec.dependencies if record.spec else ():
                meant = self.meant(record, ref)
                if not isinstance(meant, Refused) and meant.meta.key == pool:
                    found.append((record, ref))
        return tuple(found)

    def meant(self, record: AppRecord, ref: DependencyRef) -> Found | Refused:
        """The dependency behind ``ref``, or why there is none."""
        return find(self.store, record, ref)

    def surge(self, record: AppRecord) -> Surge:
        """Of the target's rolling update."""
        found = self.store.workload_of(record)
        return found.surge if found else NO_SURGE

    def wanted(self, record: AppRecord) -> int:
        """What it asks of its dependencies, as last told: in their status, else in its own; else what it runs."""
        assert record.spec is not None
        runs = self.store.workload_of(record)
        desired = runs.desired if runs else 0
        if record.spec.suspend or record.spec.mode is Mode.RECOMMEND:
            return desired
        told = [self._grant(record, ref).get("wanted") for ref in record.spec.dependencies]
        own = (record.status.get("replicas") or {}).get("wanted")
        asked = max((one for one in told if isinstance(one, int)), default=own if isinstance(own, int) else desired)
        return max(record.spec.scaling.min_replicas, min(asked, record.spec.scaling.max_replicas))

    def granted(self, record: AppRecord, ref: DependencyRef) -> int | None:
        """Replicas that the dependency's status grants it now."""
        found = self._grant(record, ref).get("replicas")
        return found if isinstance(found, int) else None

    def _grant(self, record: AppRecord, ref: DependencyRef) -> Mapping[str, Any]:
        meant = self.meant(record, ref)
        grants = () if isinstance(meant, Refused) else meant.status.get("grants") or ()
        mine = (record.meta.key.namespace, record.meta.key.name)
        return next((one for one in grants if (one.get("namespace"), one.get("name")) == mine), {})

    def _claim(self, record: AppRecord, wanted: Mapping[Key, int]) -> Claim | None:
        assert record.spec is not None
        needs, surge = [], self.surge(record)
        for ref in record.spec.dependencies:
            meant = self.meant(record, ref)
            if isinstance(meant, Refused):
                continue
            room = self.budgets[meant.meta.key].allocatable
            if room is None:
                continue
            needs.append(need(ref, pool=str(meant.meta.key)))
            if ledger.one(ref) <= room < ledger.one_and_surge(ref, self.surge(record)):
                surge = NO_SURGE
        asked = wanted.get(record.meta.key, self.wanted(record))
        return Claim(app=str(record.meta.key), wanted=asked, needs=tuple(needs), surge=surge) if needs else None


def sharing(store: Store, *, now: float) -> Sharing:
    """Of the state that ``store`` holds, at ``now`` in unix seconds."""
    found = {
        key: _budget(record.spec, record.status, now=now)
        for key, record in all_of(store).items()
        if record.spec is not None
    }
    return Sharing(store=store, budgets=found)


def _budget(spec: DependencySpec, status: Mapping[str, Any], *, now: float) -> Budget:
    """By what its signals told last."""
    capacity, external = _amount(status.get("capacity")), _amount(status.get("external"))
    memory = BudgetMemory(
        capacity=capacity, external=external, others=() if external is None else (external,), external_at=now
    )
    usage = None if spec.usage is None else NOT_ASKED
    figures = Figures(capacity=NOT_ASKED, usage=usage)
    return budget(spec=spec, figures=figures, ours=0, memory=memory, now=now, fresh=False)[0]


def _amount(value: object) -> int | None:
    return milli(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
