"""What the operator reports about each dependency: how much there is, who has it, and how the breaker stands.

Nothing here is parsed by the schema's rules; the grants and ``memory`` are taken up again by a restarted operator.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sluicegate.model.downstream import BreakerState
from sluicegate.model.moment import Moment
from sluicegate.model.resource import Part
from sluicegate.model.status import Conditions, Count, Word

Amount = float
"""Without a bound: a figure that surprises must not cost the whole status."""


class GrantStatus(Part):
    """What one app may have of it."""

    namespace: Annotated[str, Field(max_length=63)]
    """Namespace of the app."""
    name: Annotated[str, Field(max_length=253)]
    """Name of the app."""
    replicas: Count | None = None
    """How many replicas it may run."""
    cost: Amount | None = None
    """Units that one replica takes."""
    wanted: Count | None = None
    """How many it would run, were it not for its dependencies."""
    weight: Amount | None = None
    """How much of it the app gets beside the others."""
    limited_by: Word | None = None
    """The dependency that gives it no more; empty when it has what it wants."""


class BreakerStatus(Part):
    """Whether consumers stand back."""

    state: BreakerState | None = None
    """Closed: all is well. Open: consumers stand back. HalfOpen: one app tries."""
    since: Moment | None = None
    """Since when it has been so."""
    reason: Word | None = None
    """One CamelCase word for why."""
    trips: Count | None = None
    """How often it has opened; 0 again once it has been well for as long as breaker.maxOpenFor."""
    next_transition: Moment | None = None
    """When it moves on at the earliest."""


class DependencyStatus(Part):
    """How much there is, who has it, and how the breaker stands. Amounts are in spec.unit."""

    observed_generation: Count | None = None
    """The generation of the spec that this status speaks about."""
    capacity: Amount | None = None
    """All there is; absent while it has never been known."""
    reserved: Amount | None = None
    """Kept for others."""
    external: Amount | None = None
    """What others use now beyond that."""
    allocatable: Amount | None = None
    """What may be shared out."""
    granted: Amount | None = None
    """What apps have, pods that are on their way out included."""
    free: Amount | None = None
    """What nobody has."""
    apps: Count | None = None
    """KafkaConsumerApps that name it and may use it."""
    grants: Annotated[
        tuple[GrantStatus, ...],
        Field(
            max_length=512,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["namespace", "name"],
            },
        ),
    ] = ()
    """Who has how much, by app."""
    breaker: BreakerStatus | None = None
    """Whether consumers stand back."""
    memory: Annotated[
        dict[str, Any],
        Field(max_length=64, json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}),
    ] = Field(default_factory=dict)
    """What a restart must not forget; for the operator only."""
    conditions: Conditions | None = None
    """Ready, SignalsAvailable, BreakerClosed, Saturated, Overcommitted, RolloutsFit."""
