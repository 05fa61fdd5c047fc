"""The limits in the order in which they bind: floor first, then ceilings, so ceilings beat floors.

Each clamp takes a number and gives a number, the name for `limitedBy` when it changed it, and a sentence.
A new limit is one more clamp in `clamps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sluicegate.decide.assignment import Shape
from sluicegate.model.app import PartitionCap, Scaling
from sluicegate.model.decision import BREAKER, DEPENDENCY, Limit
from sluicegate.model.downstream import Share

FIRST = "minReplicas"
"""Name of the first limit: what comes before it is demand, and what holds demand back."""
SHARE, STANDING_BACK = "dependency ", "breaker "
"""Before a dependency's name: what comes before the first of these is what an app asks of its dependencies. A breaker
that lets run no more than the share gives speaks alone."""


@dataclass(frozen=True, slots=True)
class Clamped:
    """``value`` replicas; ``name`` of the limit; ``sentence`` says what it did, or could have done."""

    value: int
    name: str
    sentence: str


Clamp = Callable[[int], Clamped]


def usable(*, shape: Shape, foreign: int, consumers: int) -> int:
    """Replicas that can each have a partition for every consumer, beside members that are not ours; at least 1."""
    return max(1, (shape.assignable - foreign) // consumers)


def clamps(
    *, scaling: Scaling, usable: int | None, foreign: int, shares: Sequence[Share] = (), replicas: int = 0
) -> Sequence[tuple[str, Clamp]]:
    """(step's name, clamp) in the order in which they are applied. ``usable`` None: the partitions were never known.
    ``replicas`` what runs now."""
    found: list[tuple[str, Clamp]] = [
        (FIRST, lambda value: _floor(value, scaling.min_replicas)),
        ("maxReplicas", lambda value: _ceiling(value, scaling.max_replicas)),
    ]
    if usable is not None and scaling.partition_cap is PartitionCap.ENFORCE:
        found.append(("partitions", lambda value: _partitions(value, usable, scaling.consumers_per_replica, foreign)))
    for one in shares:
        most = gives(one, scaling=scaling, replicas=replicas)
        if one.allowed is None or most < one.allowed:
            found.append((f"{SHARE}{one.name}", partial(_share, share=one, most=most)))
    for one in shares:
        if one.allowed is not None:
            found.append((f"{STANDING_BACK}{one.name}", partial(_breaker, share=one, most=one.allowed)))
    return found


def gives(share: Share, *, scaling: Scaling, replicas: int) -> int:
    """The most replicas that a share lets run. Where nobody knows, what runs stands; one replica stays, unless none may
    be what there is: 0 is for those who asked for it."""
    if share.replicas is None:
        return replicas
    return share.replicas if scaling.min_replicas == 0 else max(1, share.replicas)


def cap(*, scaling: Scaling, usable: int | None, shares: Sequence[Share] = (), replicas: int = 0) -> int:
    """The lowest ceiling."""
    found = scaling.max_replicas
    if usable is not None and scaling.partition_cap is PartitionCap.ENFORCE:
        found = min(found, usable)
    for share in shares:
        found = min(found, gives(share, scaling=scaling, replicas=replicas))
        found = found if share.allowed is None else min(found, share.allowed)
    return found


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


def _share(value: int, *, share: Share, most: int) -> Clamped:
    return Clamped(min(value, most), f"{DEPENDENCY}{share.name}", share.why)


def _breaker(value: int, *, share: Share, most: int) -> Clamped:
    return Clamped(min(value, most), f"{BREAKER}{share.name}", share.breaker_why)
