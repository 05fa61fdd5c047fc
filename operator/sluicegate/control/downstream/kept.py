"""What is remembered of one dependency from look to look, and taken up again from its status by a new process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluicegate.control.downstream.offers import Found
from sluicegate.control.downstream.readings import Readings
from sluicegate.decide.downstream import breaker as breakers
from sluicegate.decide.downstream import budget as budgets
from sluicegate.decide.downstream.breaker import Breaker, BreakerMemory, Transition
from sluicegate.decide.downstream.budget import Budget, BudgetMemory, Figures
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.downstream import BreakerState
from sluicegate.model.known import Known, Maybe, Unknown

FORM = 1
NOT_READ = Unknown("NotReadYet", "not read yet")


@dataclass(slots=True, kw_only=True)
class Kept:
    """Of one dependency (one uid). ``budget`` and ``breaker`` as of the last `turn`; ``untold`` transitions that
    nobody has been told of yet."""

    uid: str
    spec: DependencySpec
    budget_memory: BudgetMemory
    breaker_memory: BreakerMemory
    budget: Budget | None = None
    breaker: Breaker | None = None
    untold: list[Transition] = field(default_factory=list)

    def turn(self, *, readings: Readings, ours: int, ready: int, ordered: int, least: int, now: float) -> None:
        """``ours`` milli-units that live pods of its apps hold, ``ready`` those of ready ones alone, ``ordered`` those
        with replicas that are written but not there yet, ``least`` those of its cheapest replica."""
        spec = self.spec
        self.budget, self.budget_memory = budgets.budget(
            spec=spec,
            figures=_figures(spec, readings),
            ours=ours,
            least=ready,
            memory=self.budget_memory,
            now=now,
            fresh=readings.fresh,
        )
        readings.fresh = False
        self.breaker, self.breaker_memory, found = breakers.turn(
            spec=spec,
            results=tuple(readings.results.values()),
            used=ordered,
            allocatable=self.budget.allocatable,
            least_step=least,
            memory=self.breaker_memory,
            now=now,
        )
        self.untold += found

    @property
    def room(self) -> int | None:
        """Milli-units to share out now; None: nobody is given more than it has."""
        assert self.budget is not None
        assert self.breaker is not None
        if self.breaker.allowed is None or not self.breaker.active or self.budget.allocatable is None:
            return self.budget.allocatable
        return min(self.budget.allocatable, self.breaker.allowed)

    @property
    def stands_back(self) -> bool:
        """Whether the breaker keeps consumers back."""
        return self.breaker is not None and self.breaker.active and self.breaker.state is not BreakerState.CLOSED

    def persist(self, *, grants: Mapping[str, int]) -> dict[str, Any]:
        """What a new process needs, small."""
        return {
            "v": FORM,
            "budget": budgets.persist(self.budget_memory),
            "breaker": breakers.persist(self.breaker_memory),
            "grants": dict(grants),
        }


def kept(record: Found, *, now: float) -> tuple[Kept, Mapping[str, int]]:
    """From the status of ``record``, and what had been granted by app when that was written."""
    assert record.spec is not None
    memory = record.status.get("memory")
    memory = memory if isinstance(memory, Mapping) and memory.get("v") == FORM else {}
    grants = memory.get("grants")
    found = Kept(
        uid=record.meta.uid,
        spec=record.spec,
        budget_memory=budgets.restore(memory.get("budget"), now=now),
        breaker_memory=breakers.restore(memory.get("breaker"), now=now),
    )
    return found, _counts(grants) if isinstance(grants, Mapping) else {}


def _counts(found: Mapping[Any, Any]) -> dict[str, int]:
    return {
        app: count
        for app, count in found.items()
        if isinstance(app, str) and isinstance(count, int) and not isinstance(count, bool) and count >= 0
    }


def _figures(spec: DependencySpec, readings: Readings) -> Figures:
    capacity: Maybe[float] = NOT_READ
    if spec.capacity.value is not None:
        capacity = Known(spec.capacity.value)
    elif readings.capacity is not None:
        capacity = readings.capacity.value
    usage: Maybe[float] | None = None
    if spec.usage is not None:
        usage = readings.usage.value if readings.usage is not None else NOT_READ
    return Figures(capacity=capacity, usage=usage)
