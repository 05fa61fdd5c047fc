"""How much of a dependency may be shared out: its capacity, less what is reserved and what others use.

`allocatable = floor((capacity - reserved) * target / 100 - external)`. One wrong reading must move nobody: a capacity
that falls by more than half is believed at the third reading, what others use is the highest of the last three (when it
grows: the second highest), and it lowers what may be given by a tenth a minute at most. Amounts in thousandths of a
unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sluicegate.decide.fields import Fields
from sluicegate.model.dependency import DependencySpec, LossAction, UsageCount
from sluicegate.model.known import Maybe, Unknown
from sluicegate.model.quantity import show

MILLI = 1000
"""Thousandths of a unit: sums of integers are exact."""
SAMPLES = 3
"""Of what others use: a figure and our own pods are never of the same moment."""
BELIEVED = 3
"""Readings of a capacity that fell by more than half."""
LOWERED_A_MINUTE = 0.1
"""The part of what may be given by which others' use lowers it in a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The last readings, in units; Unknown where a signal failed. ``usage`` None: the spec declares none."""

    capacity: Maybe[float]
    usage: Maybe[float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetMemory:
    """``capacity`` last believed; ``low`` readings in a row far below it; ``others`` last samples of what others use;
    ``external`` in force since ``external_at`` (unix seconds); failures of each signal in a row."""

    capacity: int | None = None
    low: int = 0
    others: tuple[int, ...] = ()
    external: int | None = None
    external_at: float = 0.0
    capacity_failures: int = 0
    usage_failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """``allocatable`` None: nobody knows, so nobody is given more. ``suspect``, ``lost``, ``overcommitted``: sentences,
    empty when all is well."""

    capacity: int | None
    reserved: int
    external: int
    allocatable: int | None
    suspect: str = ""
    lost: str = ""
    overcommitted: str = ""


def budget(
    *,
    spec: DependencySpec,
    figures: Figures,
    ours: int,
    memory: BudgetMemory,
    now: float,
    fresh: bool,
    least: int | None = None,
) -> tuple[Budget, BudgetMemory]:
    """``ours`` what the live pods of its apps hold at most, ``least`` what they hold at least (the ready ones; absent:
    the same); ``fresh``: there is a new reading since the last time."""
    memory, suspect = _capacity(spec, figures.capacity, memory=memory, fresh=fresh)
    base = _base(spec, memory.capacity)
    held = (ours if least is None else min(least, ours), ours)
    memory = _external(spec, figures.usage, held=held, base=base, memory=memory, now=now, fresh=fresh)
    external = memory.external or 0
    lost = _lost(spec, figures, memory=memory)
    allocatable = None if base is None else max(0, base - external)
    if spec.usage is not None and memory.external is None:
        allocatable = None
    if lost:
        loss = spec.on_signal_loss
        allocatable = milli(loss.value or 0.0) if loss.action is LossAction.USE_RESERVED else None
    return (
        Budget(
            capacity=memory.capacity,
            reserved=milli(spec.capacity.reserved),
            external=external,
            allocatable=allocatable,
            suspect=suspect,
            lost=lost,
            overcommitted="" if lost else _overcommitted(spec, base=base, external=external, memory=memory),
        ),
        memory,
    )


def milli(units: float) -> int:
    return round(units * MILLI)


def persist(memory: BudgetMemory) -> dict[str, Any]:
    """What a restart must not forget; None and zeros are left out."""
    found = {
        "capacity": memory.capacity,
        "low": memory.low,
        "others": list(memory.others),
        "external": memory.external,
        "externalAt": round(memory.external_at, 1),
    }
    return {name: value for name, value in found.items() if value or (value == 0 and name in ("capacity", "external"))}


def restore(data: Mapping[str, Any] | None, *, now: float) -> BudgetMemory:
    """From what was stored, by anybody; what has the wrong form is absent. ``now`` unix seconds."""
    fields = Fields(data if isinstance(data, Mapping) else {}, now=now)
    others = tuple(int(one) for one in fields.numbers("others"))
    return BudgetMemory(
        capacity=fields.count("capacity"),
        low=fields.count("low") or 0,
        others=others[-SAMPLES:],
        external=fields.count("external"),
        external_at=fields.time("externalAt") or 0.0,
    )


def _capacity(
    spec: DependencySpec, found: Maybe[float], *, memory: BudgetMemory, fresh: bool
) -> tuple[BudgetMemory, str]:
    if spec.capacity.value is not None:
        return replace(memory, capacity=milli(spec.capacity.value), low=0, capacity_failures=0), ""
    if isinstance(found, Unknown):
        return replace(memory, capacity_failures=memory.capacity_failures + fresh), ""
    value, before = milli(found.value), memory.capacity
    if before is None or 2 * value >= before:
        return replace(memory, capacity=value, low=0, capacity_failures=0), ""
    low = memory.low + fresh
    if low >= BELIEVED:
        return replace(memory, capacity=value, low=0, capacity_failures=0), ""
    said = (
        f"the capacity reads {units(value)} {spec.unit} and was {units(before)}: believed once it was read {BELIEVED} "
        "times"
    )
    return replace(memory, low=low, capacity_failures=0), said


def _base(spec: DependencySpec, capacity: int | None) -> int | None:
    """What there would be to give, were there no others; below 0 when more is reserved than there is."""
    if capacity is None:
        return None
    return (capacity - milli(spec.capacity.reserved)) * spec.capacity.target_utilization_percent // 100


def _external(
    spec: DependencySpec,
    found: Maybe[float] | None,
    *,
    held: tuple[int, int],
    base: int | None,
    memory: BudgetMemory,
    now: float,
    fresh: bool,
) -> BudgetMemory:
    if spec.usage is None or found is None:
        return replace(memory, others=(), external=None, usage_failures=0)
    if isinstance(found, Unknown):
        return replace(memory, usage_failures=memory.usage_failures + fresh)
    others = memory.others
    if fresh or not others:
        counted = milli(found.value)
        if spec.usage.counts is UsageCount.TOTAL:
            counted = _without_ours(counted, held=held, before=memory.external)
        others = (*others, counted)[-SAMPLES:]
    before = memory.external
    external = believed = _believed(others, before=before)
    if before is not None and believed > before and base is not None:
        more = LOWERED_A_MINUTE * max(0, base) * max(0.0, now - memory.external_at) / 60
        external = min(believed, before + int(more))
    if external == before:
        # Time that passes while nothing changes must not add up to one big step.
        at = now if believed <= external else memory.external_at
        return replace(memory, others=others, external_at=at, usage_failures=0)
    return replace(memory, others=others, external=external, external_at=now, usage_failures=0)


def _believed(others: Sequence[int], *, before: int | None) -> int:
    """The highest sample; one alone that is higher than ``before`` is not believed, nor one alone that is lower."""
    highest = max(others)
    if before is None or highest <= before or len(others) == 1:
        return highest
    return max(before, sorted(others)[-2])


def _without_ours(total: int, *, held: tuple[int, int], before: int | None) -> int:
    """What others use of ``total``, when ours is between the two of ``held``: a pod that starts or ends may hold all of
    its units or none. Nearest to ``before`` within that, or pods that take long to start would hide what others use."""
    least, most = held
    low, high = max(0, total - most), max(0, total - least)
    return low if before is None else min(max(before, low), high)


def _lost(spec: DependencySpec, figures: Figures, *, memory: BudgetMemory) -> str:
    after = spec.on_signal_loss.after
    words = []
    if memory.capacity_failures >= after and isinstance(figures.capacity, Unknown):
        words.append(f"spec.capacity: {figures.capacity.message}")
    if memory.usage_failures >= after and isinstance(figures.usage, Unknown):
        words.append(f"spec.usage: {figures.usage.message}")
    return "; ".join(words)


def _overcommitted(spec: DependencySpec, *, base: int | None, external: int, memory: BudgetMemory) -> str:
    if base is None or memory.capacity is None or base > external:
        return ""
    has = f"{units(memory.capacity)} {spec.unit}"
    if base <= 0:
        reserved = show(spec.capacity.reserved)
        return (
            f"spec.capacity: of {has} {reserved} are reserved, so nothing can be given; raise the capacity, or lower "
            "spec.capacity.reserved"
        )
    return f"others use {units(external)} of {has}, so nothing can be given; look at who does (spec.usage)"


def units(amount: int) -> str:
    """Thousandths as people write units."""
    return show(amount / MILLI)
