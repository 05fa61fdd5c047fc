"""What the operator reports about each resource: the shape of `status`, for the API server and the reference.

Nothing here is parsed: act/ writes these fields, the API server prunes any that are not listed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from sluicegate.model.downstream import BreakerState
from sluicegate.model.moment import Moment
from sluicegate.model.resource import Part
from sluicegate.model.topic import Role, TopicState

Word = Annotated[str, Field(max_length=316)]
Sentence = Annotated[str, Field(max_length=4096)]
Span = Annotated[str, Field(max_length=32)]
Count = Annotated[int, Field(ge=0)]


class ConditionTruth(StrEnum):
    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class StatusCondition(Part):
    """One aspect of how things are, as the Kubernetes API conventions have it."""

    type: Word
    """Which aspect."""
    status: ConditionTruth
    """Whether it holds."""
    reason: Annotated[str, Field(max_length=1024)]
    """One CamelCase word for why."""
    message: Sentence
    """A sentence for people."""
    observed_generation: Count | None = None
    """The generation of the spec that this speaks about."""
    last_transition_time: Moment
    """Since when it has been so."""


Conditions = Annotated[
    tuple[StatusCondition, ...],
    Field(
        max_length=32,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    ),
]


class Replicas(Part):
    """How many run, and how many should."""

    current: Count | None = None
    """What the workload's spec says now."""
    desired: Count | None = None
    """What was decided."""
    wanted: Count | None = None
    """What the lag asks for, before any limit."""
    cap: Count | None = None
    """The lowest ceiling."""


class LastDecision(Part):
    """The last decision and why it was made."""

    id: Word | None = None
    """Found again in log lines and events."""
    action: Word | None = None
    """ScaleUp, ScaleDown or Hold."""
    reason: Word | None = None
    """One CamelCase word for why."""
    message: Sentence | None = None
    """A sentence for people."""
    at: Moment | None = None
    """When it was made."""


class LagStatus(Part):
    """How far the group is behind; absent while unknown."""

    records: Count | None = None
    """Messages not handled yet."""
    time: Span | None = None
    """Age of the oldest message not handled yet."""
    at: Moment | None = None
    """When it was read."""


class Rate(Part):
    """Messages a second."""

    in_: float | None = Field(default=None, alias="in")
    """Arriving."""
    out: float | None = None
    """Handled."""


class PartitionStatus(Part):
    """Partitions and who reads them."""

    usable: Count | None = None
    """How many replicas the partitions allow."""
    count: Count | None = None
    """Partitions of all topics."""
    members: Count | None = None
    """Members of the group that are pods of the workload."""
    foreign_members: Count | None = None
    """Members of the group that are not."""


class CapacityStatus(Part):
    """What one replica handles."""

    value: float | None = None
    """Messages a second."""
    source: Word | None = None
    """Declared, Learned or Probing."""


class Effective(Part):
    """Defaults that stand in code, where the spec says nothing."""

    lag_objective: Span | None = None
    """The objective in force."""


class ForeignStatus(Part):
    """Another autoscaler on the same workload."""

    kind: Word | None = None
    """HorizontalPodAutoscaler or ScaledObject."""
    name: Word | None = None
    """Its name."""
    desired: Count | None = None
    """The number it would have."""
    paused: bool | None = None
    """Whether it is paused."""


class AppDependencyStatus(Part):
    """What one dependency lets this app have."""

    name: Word
    """Its name, as in spec.dependencies."""
    replicas: Count | None = None
    """How many replicas its capacity gives; absent while nobody knows."""
    allowed: Count | None = None
    """How many replicas its breaker lets run; absent: as many as there is capacity for."""
    breaker: BreakerState | None = None
    """Closed: all is well. Open: consumers stand back. HalfOpen: one app tries."""
    problem: Word | None = None
    """One CamelCase word when something about it is wrong."""


class TopicStatus(Part):
    """One retry, dead-letter or parking topic of this app."""

    name: Word
    """Its name."""
    role: Role
    """Retry, DeadLetter or Parking."""
    delay: Span | None = None
    """How long what is in a retry topic waits; the shortest where several retries share it."""
    partitions: Count | None = None
    """How many it has."""
    state: TopicState
    """InSync, Missing, Creating, Drifted, Incompatible, Conflict, Refused or Waiting (for the source topic)."""
    id: Word | None = None
    """The broker's own name for it; another one when it is deleted and made again."""
    created: bool | None = None
    """Whether it was made for this app; only such topics are ever deleted or put right."""
    message: Annotated[str, Field(max_length=1024)] | None = None
    """A sentence for people."""


class DeadLetterStatus(Part):
    """The dead letters that nobody dealt with yet."""

    topic: Word | None = None
    """The dead-letter topic; where there are several, the one that holds most."""
    topics: Count | None = None
    """How many dead-letter topics the figures are of, where there are several."""
    records: Count | None = None
    """How many there are; absent while unknown."""
    oldest: Moment | None = None
    """When the oldest came; absent without any, and while unknown."""
    rate: float | None = None
    """How many come, a second; absent where none do, and while unknown."""


class AppStatus(Part):
    """What the operator knows and decided; live figures are in its metrics."""

    observed_generation: Count | None = None
    """The generation of the spec that this status speaks about."""
    replicas: Replicas | None = None
    """How many run, and how many should."""
    limited_by: Word | None = None
    """The last thing that changed the number."""
    decision: LastDecision | None = None
    """The last decision and why it was made."""
    lag: LagStatus | None = None
    """How far the group is behind; absent while unknown."""
    rate: Rate | None = None
    """Messages a second."""
    partitions: PartitionStatus | None = None
    """Partitions and who reads them."""
    capacity_per_replica: CapacityStatus | None = None
    """What one replica handles."""
    effective: Effective | None = None
    """Defaults that stand in code, where the spec says nothing."""
    dependencies: (
        Annotated[
            tuple[AppDependencyStatus, ...],
            Field(
                max_length=16,
                json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
            ),
        ]
        | None
    ) = None
    """What each dependency lets this app have."""
    topics: (
        Annotated[
            tuple[TopicStatus, ...],
            Field(
                max_length=128,
                json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
            ),
        ]
        | None
    ) = None
    """Retry and dead-letter topics, and how they stand."""
    dead_letter: DeadLetterStatus | None = None
    """The dead letters that nobody dealt with yet."""
    foreign: ForeignStatus | None = None
    """Another autoscaler on the same workload."""
    memory: Annotated[
        dict[str, Any],
        Field(max_length=64, json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}),
    ] = Field(default_factory=dict)
    """What a restart must not forget; for the operator only."""
    conditions: Conditions | None = None
    """Ready, Reconciling, Stalled, ScalingActive, ScalingLimited, LagKnown, PartitionsHealthy, DependenciesHealthy,
    TopicsInSync, ClientConfigKept, DeadLettering."""


class SweepStatus(Part):
    """The last look at the cluster that succeeded."""

    at: Moment | None = None
    """When it was."""
    time: Span | None = None
    """How long it took."""


class ConnectionStatus(Part):
    """Whether the cluster can be reached, and who uses it."""

    observed_generation: Count | None = None
    """The generation of the spec that this status speaks about."""
    reachable: bool | None = None
    """Whether the last look at the cluster succeeded."""
    cluster_id: Word | None = None
    """The cluster's own name for itself."""
    brokers: Count | None = None
    """Brokers that the cluster showed."""
    apps: Count | None = None
    """KafkaConsumerApps that use this connection."""
    last_sweep: SweepStatus | None = None
    """The last look at the cluster that succeeded."""
    conditions: Conditions | None = None
    """Ready."""
