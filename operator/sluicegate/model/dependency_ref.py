"""What one app takes of a downstream dependency: an entry of `spec.dependencies` of a `KafkaConsumerApp`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sluicegate.model.resource import ObjectName, Part
from sluicegate.model.rule import Rule
from sluicegate.model.units import Units, Weight

MOST_GUARANTEED = 10_000


class DependencyKind(StrEnum):
    DOWNSTREAM_DEPENDENCY = "DownstreamDependency"
    CLUSTER_DOWNSTREAM_DEPENDENCY = "ClusterDownstreamDependency"


class DependencyRef(Part):
    """Something the consumers use that has a limit, and what one replica takes of it."""

    kind: DependencyKind = DependencyKind.DOWNSTREAM_DEPENDENCY
    """DownstreamDependency (in the namespace of this resource) or ClusterDownstreamDependency."""
    name: ObjectName
    """Name of the dependency."""
    cost_per_replica: Units
    """Units that one replica takes, such as the connections of its pool; no replica takes more at any time."""
    weight: Weight = 1.0
    """How much of it this app gets beside the others: twice the weight, twice the units. 0: what they leave over."""
    guaranteed_replicas: int = Field(default=0, ge=0, le=MOST_GUARANTEED)
    """So many are given first, before weights count; never beyond the capacity."""
    priority: int = Field(default=0, ge=-1000, le=1000)
    """Higher ones get their guaranteed replicas first, and try first whether an ill dependency is well again."""


Dependencies = Annotated[
    tuple[DependencyRef, ...],
    Field(
        max_length=16,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    ),
    Rule(message="name each dependency once", holds=lambda refs: len({one.name for one in refs}) == len(refs)),
]
"""All that one app depends on, each by a name of its own."""
