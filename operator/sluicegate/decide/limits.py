"""The limits in the order in which they bind: floor first, then ceilings, so ceilings beat floors.

Each clamp takes a number and gives a number, the name for `limitedBy` when it changed it, and a sentence.
A new limit is one more clamp in `clamps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sluicegate.decide.assignment import Shape
from sluicegate.model.app import PartitionCap, Scaling
from sluicegate.model.decision import Limit

FIRST = "minReplicas"
"""Name of the first limit: what comes before it is demand, and what holds demand back."""


@dataclass(frozen=True, slots=True)
class Clamped:
    """``value`` replicas; ``name`` of the limit; ``sentence`` says what it did, or could have done."""

    value: int
    name: Limit
    sentence: str


Clamp = Callable[[int], Clamped]


def usable(*, shape: Shape, foreign: int, consumers: int) -> int:
    """Replicas that can each have a partition for every consumer, beside members that are not ours; at least 1."""
    return max(1, (shape.assignable - foreign) // consumers)


def clamps(*, scaling: Scaling, usable: int | None, foreign: int) -> Sequence[tuple[str, Clamp]]:
    """(step's name, clamp) in the order in which they are applied. ``usable`` None: the partitions were never known."""
    found: list[tuple[str, Clamp]] = [
        (FIRST, lambda value: _floor(value, scaling.min_replicas)),
        ("maxReplicas", lambda value: _ceiling(value, scaling.max_replicas)),
    ]
    if usable is not None and scaling.partition_cap is PartitionCap.ENFORCE:
        found.append(("partitions", lambda value: _partitions(value, usable, scaling.consumers_per_replica, foreign)))
    return found


def cap(*, scaling: Scaling, usable: int | None) -> int:
    """The lowest ceiling."""
    if usable is None or scaling.partition_cap is PartitionCap.IGNORE:
        return scaling.max_replicas
    return min(scaling.max_replicas, usable)


def _floor(value: int, least: int) -> Clamped:
    if value < least:
        return Clamped(least, Limit.MIN, f"minReplicas is {least}")
    return Clamped(value, Limit.MIN, f"minReplicas {least} is met")


def _ceiling(value: int, most: int) -> Clamped:
    if value > most:
        return Clamped(most, Limit.MAX, f"maxReplicas is {most}")
    return Clamped(value, Limit.MAX, f"maxReplicas {most} leaves room")


def _partitions(value: int, usable: int, consumers: int, foreign: int) -> Clamped:
    each = "" if consumers == 1 else f" with {consumers} consumers each"
    others = "" if foreign == 0 else f", beside {foreign} members that are not this workload's"
    said = f"the partitions are enough for {usable} replicas{each}{others}"
    return Clamped(min(value, usable), Limit.PARTITIONS, said)
