"""The status of a dependency as a value, and when it is worth a write.

A transition (a condition, the breaker, who is given how much) is written at once or within seconds: a new process goes
on from it. Figures wait as those of apps do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluicegate.act.conditions import rendered
from sluicegate.act.figures import known, moment, near
from sluicegate.model.account import Account, Grant

Status = Mapping[str, Any]
GRANTS_EVERY = 5.0
FIGURES_EVERY = 30.0
MEMORY_EVERY = 300.0
MOST_GRANTS = 512
"""As the schema allows: of more apps than that only the first by name are listed."""


def render(account: Account, *, generation: int, previous: Status, now: float) -> dict[str, Any]:
    """The whole status; ``previous`` is the one before: conditions that did not change keep their transition time."""
    return known(
        {
            "observedGeneration": generation,
            "capacity": account.capacity,
            "reserved": account.reserved,
            "external": account.external,
            "allocatable": account.allocatable,
            "granted": account.granted,
            "free": account.free,
            "apps": len(account.grants),
            "grants": [_grant(one) for one in account.grants[:MOST_GRANTS]],
            "breaker": known(
                {
                    "state": account.state.value,
                    "since": moment(account.since),
                    "reason": account.reason,
                    "trips": account.trips,
                    "nextTransition": None if account.next_at is None else moment(account.next_at),
                }
            ),
            "memory": dict(account.memory),
            "conditions": rendered(account.conditions, generation=generation, previous=previous, now=now),
        }
    )


def worth_writing(previous: Status, new: Status, *, last_written: float, now: float) -> bool:
    """Whether ``new`` should be written over ``previous``; times in unix seconds, ``last_written`` by this process."""
    if not previous or _urgent(previous) != _urgent(new):
        return True
    age = now - last_written
    if age >= GRANTS_EVERY and _given(previous) != _given(new):
        return True
    if age >= FIGURES_EVERY and not near(_figures(previous), _figures(new)):
        return True
    return age >= MEMORY_EVERY and previous.get("memory") != new.get("memory")


def _grant(one: Grant) -> dict[str, Any]:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "replicas": one.replicas,
        "cost": one.cost,
        "wanted": one.wanted,
        "weight": one.weight,
        **({"limitedBy": one.limited_by} if one.limited_by else {}),
    }


def _urgent(status: Status) -> object:
    breaker = status.get("breaker") or {}
    said = sorted(
        tuple(str(one.get(name)) for name in ("type", "status", "reason")) for one in status.get("conditions") or ()
    )
    return status.get("observedGeneration"), breaker.get("state"), breaker.get("trips"), said


def _given(status: Status) -> object:
    return [(one.get("namespace"), one.get("name"), one.get("replicas")) for one in status.get("grants") or ()]


def _figures(status: Status) -> object:
    names = ("capacity", "reserved", "external", "allocatable", "granted", "free")
    return {name: status.get(name) for name in names}
