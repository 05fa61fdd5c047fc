"""`KafkaConsumerApp`: one consumer group run by one workload. The single source of schema, docs and parsing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from sluicegate.model.address import BootstrapServers, ConsumerGroup, TopicName
from sluicegate.model.dependency_ref import Dependencies
from sluicegate.model.duration import Duration, between
from sluicegate.model.error_handling import MOST_TOPICS, ClientConfig, ErrorHandling
from sluicegate.model.moment import GivenMoment
from sluicegate.model.quantity import Quantity
from sluicegate.model.resource import ObjectName, Part
from sluicegate.model.rule import Rule

MOST_REPLICAS = 10_000


class TargetKind(StrEnum):
    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"


class ConnectionKind(StrEnum):
    KAFKA_CONNECTION = "KafkaConnection"


class Isolation(StrEnum):
    """Which end of a partition counts as its end."""

    AUTO = "Auto"
    READ_COMMITTED = "ReadCommitted"
    READ_UNCOMMITTED = "ReadUncommitted"


class OffsetReset(StrEnum):
    EARLIEST = "Earliest"
    LATEST = "Latest"


class Mode(StrEnum):
    ACTIVE = "Active"
    RECOMMEND = "Recommend"


class PartitionCap(StrEnum):
    ENFORCE = "Enforce"
    IGNORE = "Ignore"


class UnknownAction(StrEnum):
    HOLD = "Hold"
    RUN_AT_LEAST = "RunAtLeast"


class TargetRef(Part):
    """The workload whose replicas belong to the operator."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="scaleTargetRef cannot be changed: delete this resource and create one for the other workload",
            cel="self == oldSelf",
        ),
    )

    kind: TargetKind = TargetKind.DEPLOYMENT
    """Deployment or StatefulSet."""
    name: ObjectName
    """Name of the workload, in the namespace of this resource."""


class ConnectionRef(Part):
    """A connection beside this resource."""

    kind: ConnectionKind = ConnectionKind.KAFKA_CONNECTION
    """KafkaConnection."""
    name: ObjectName
    """Name of the connection, in the namespace of this resource."""


class Kafka(Part):
    """Where the topics are and how their ends are read."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="set exactly one of connectionRef and bootstrapServers",
            cel="has(self.connectionRef) != has(self.bootstrapServers)",
            holds=lambda kafka: (kafka.connection_ref is None) != (kafka.bootstrap_servers is None),
        ),
    )

    connection_ref: ConnectionRef | None = None
    """The connection to use. Exactly one of this and bootstrapServers."""
    bootstrap_servers: BootstrapServers | None = None
    """host:port pairs of a plaintext cluster, for first steps. Exactly one of this and connectionRef."""
    isolation_level: Isolation = Isolation.AUTO
    """Which end counts: ReadCommitted the last stable offset, ReadUncommitted the high watermark; Auto finds out."""
    offset_reset: OffsetReset | None = None
    """What a partition without a committed offset means: Earliest counts everything in it as lag, Latest what arrived
    since it was first seen. Absent: its lag is unknown (NeverCommitted)."""


class Override(Part):
    """Run exactly this many for a time; hard caps still hold."""

    replicas: int = Field(ge=0, le=MOST_REPLICAS)
    """How many replicas to run."""
    until: GivenMoment
    """When the override ends (RFC 3339), such as 2030-01-31T08:00:00Z."""
    reason: str = Field(default="", max_length=256)
    """Why, for people who wonder."""


class ScaleDown(Part):
    """How carefully replicas are taken away."""

    stabilization: Annotated[Duration, between("0s", "24h")] = 600.0
    """How long replicas are kept: with lagPerReplica this window; with lagObjective 0.7 of it times the day's average
    replicas over those that a step saves, from 0.35 to 4 times as long."""
    max_per_hour: int = Field(default=8, ge=1, le=3600)
    """At most so many demand-driven steps down in an hour."""
    outage_hold: Annotated[Duration, between("0s", "24h")] = 900.0
    """When all arrivals stop at once, wait this long before taking replicas away; not where that is usual."""


class ScaleToZero(Part):
    """When nothing at all needs to run; needs minReplicas 0."""

    after: Annotated[Duration, between("0s", "168h")] = 300.0
    """So long without arrivals before the last replica goes."""
    lag_threshold: int = Field(default=0, ge=0, le=1_000_000_000)
    """A lag up to this many messages does not keep a replica running."""


class OnLagUnknown(Part):
    """What to do when the lag has been unknown for more than three polls."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="say how many: set replicas beside action RunAtLeast",
            cel="!has(self.action) || self.action != 'RunAtLeast' || has(self.replicas)",
            holds=lambda part: part.action is not UnknownAction.RUN_AT_LEAST or part.replicas is not None,
        ),
    )

    action: UnknownAction = UnknownAction.HOLD
    """Hold what runs, or run at least so many replicas."""
    replicas: int | None = Field(default=None, ge=0, le=MOST_REPLICAS)
    """With RunAtLeast: how many."""


class Scaling(Part):
    """How many replicas, and by what they are chosen."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="lower minReplicas to maxReplicas or less, or raise maxReplicas",
            cel="!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",
            holds=lambda scaling: scaling.min_replicas <= scaling.max_replicas,
            field="minReplicas",
        ),
        Rule(
            message="set at most one of lagObjective and lagPerReplica",
            cel="!has(self.lagObjective) || !has(self.lagPerReplica)",
            holds=lambda scaling: scaling.lag_objective is None or scaling.lag_per_replica is None,
        ),
        Rule(
            message="set minReplicas to 0, or remove scaleToZero",
            cel="!has(self.scaleToZero) || (has(self.minReplicas) && self.minReplicas == 0)",
            holds=lambda scaling: "scale_to_zero" not in scaling.model_fields_set or scaling.min_replicas == 0,
            field="scaleToZero",
        ),
    )

    min_replicas: int = Field(default=1, ge=0, le=MOST_REPLICAS)
    """Never fewer, unless a ceiling is lower; 0 allows scale to zero."""
    max_replicas: int = Field(ge=1, le=MOST_REPLICAS)
    """Never more."""
    lag_objective: Annotated[Duration, between("1s", "24h")] | None = None
    """Every message is handled within this time; 60s when neither this nor lagPerReplica is given."""
    lag_per_replica: int | None = Field(default=None, ge=1, le=1_000_000_000)
    """Instead of an objective: ceil(lag / this) replicas."""
    capacity_per_replica: Quantity | None = None
    """Messages a second that one replica handles, until it has been seen what it does; absent: learned."""
    partition_cap: PartitionCap = PartitionCap.ENFORCE
    """Enforce: never more consumers than partitions."""
    consumers_per_replica: int = Field(default=1, ge=1, le=256)
    """Consumers (threads) in one pod."""
    scale_down: ScaleDown = ScaleDown()
    """How carefully replicas are taken away."""
    scale_to_zero: ScaleToZero = ScaleToZero()
    """When nothing at all needs to run; only with minReplicas 0."""
    on_lag_unknown: OnLagUnknown = OnLagUnknown()
    """What to do when the lag stays unknown."""


DEFAULT_OBJECTIVE = 60.0


class AppSpec(Part):
    """One consumer group run by one workload."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="lower guaranteedReplicas to scaling.maxReplicas or less, or raise maxReplicas",
            cel=(
                "!has(self.dependencies) || self.dependencies.all(one,"
                " !has(one.guaranteedReplicas) || one.guaranteedReplicas <= self.scaling.maxReplicas)"
            ),
            holds=lambda spec: all(one.guaranteed_replicas <= spec.scaling.max_replicas for one in spec.dependencies),
            field="dependencies",
        ),
        Rule(
            message="name the topics that errorHandling is for in topics",
            cel="!has(self.errorHandling) || has(self.topics)",
            holds=lambda spec: spec.error_handling is None or spec.topics is not None,
            field="errorHandling",
        ),
        Rule(
            message=f"name fewer topics or fewer delays: each topic times (delays + 1) may be {MOST_TOPICS} at most",
            cel=(
                "!has(self.errorHandling) || !has(self.topics) || !has(self.errorHandling.retry)"
                " || self.topics.size() * (1 + (has(self.errorHandling.retry.delays)"
                " ? self.errorHandling.retry.delays.size() : has(self.errorHandling.retry.backoff)"
                f" ? self.errorHandling.retry.backoff.attempts : 0)) <= {MOST_TOPICS}"
            ),
            holds=lambda spec: (
                spec.error_handling is None
                or spec.error_handling.retry is None
                or len(spec.topics or ()) * (1 + len(spec.error_handling.retry.seconds)) <= MOST_TOPICS
            ),
            field="errorHandling",
        ),
    )

    scale_target_ref: TargetRef
    """The workload that runs the consumers; immutable."""
    kafka: Kafka
    """Where the topics are."""
    consumer_group: ConsumerGroup
    """The consumer group (group.id) of the workload."""
    topics: (
        Annotated[
            tuple[TopicName, ...],
            Field(min_length=1, max_length=64, json_schema_extra={"x-kubernetes-list-type": "set"}),
            Rule(message="name each topic once", holds=lambda topics: len(set(topics)) == len(topics)),
        ]
        | None
    ) = None
    """The topics it consumes; absent: those the group has offsets on."""
    mode: Mode = Mode.ACTIVE
    """Recommend decides and reports, and writes no replicas."""
    suspend: bool = False
    """True: nothing is written, as on Job and CronJob."""
    override: Override | None = None
    """Run exactly this many for a time."""
    scaling: Scaling
    """How many replicas."""
    dependencies: Dependencies = ()
    """What the consumers use that has a limit; they never run beyond their share of it."""
    error_handling: ErrorHandling | None = None
    """Retry topics and the dead-letter topic; absent: none are made, none are watched."""
    client_config: ClientConfig | None = None
    """A ConfigMap with topic names and recommended client settings; absent: none."""

    @property
    def lag_objective(self) -> float | None:
        """Seconds; None in lagPerReplica mode. The default stands here since one-of members take none in CRDs."""
        if self.scaling.lag_per_replica is not None:
            return None
        return DEFAULT_OBJECTIVE if self.scaling.lag_objective is None else self.scaling.lag_objective
