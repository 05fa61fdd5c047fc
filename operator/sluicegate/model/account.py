"""How one dependency stands at one moment: the value from which its status and its metrics come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sluicegate.model.decision import Condition
from sluicegate.model.downstream import BreakerState


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one app is given. ``cost`` units of one replica; ``limited_by`` the dependency that bounds it."""

    namespace: str
    name: str
    replicas: int
    cost: float
    wanted: int
    weight: float
    limited_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One dependency at one moment, in units; None: not known. ``free`` can be given to somebody at once."""

    capacity: float | None
    reserved: float
    external: float | None
    allocatable: float | None
    granted: float
    free: float | None
    grants: Sequence[Grant]
    state: BreakerState
    since: float
    reason: str
    trips: int
    next_at: float | None
    conditions: Sequence[Condition]
    memory: Mapping[str, Any]
