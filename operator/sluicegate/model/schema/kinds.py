"""The kinds that exist, each with its names, models and the columns that `kubectl get` shows."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.resource import Part
from sluicegate.model.status import AppStatus, ConnectionStatus


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `kubectl get`; ``wide`` ones only with `-o wide`."""

    name: str
    path: str
    type: str = "string"
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A namespaced kind. ``example`` is a small one for the reference: metadata and spec."""

    kind: str
    plural: str
    short: str
    about: str
    spec: type[Part]
    status: type[Part]
    columns: tuple[Column, ...]
    example: str

    @property
    def singular(self) -> str:
        return self.kind.lower()


_READY = Column("Ready", '.status.conditions[?(@.type=="Ready")].status')
_AGE = Column("Age", ".metadata.creationTimestamp", "date")

APP = Kind(
    kind="KafkaConsumerApp",
    plural="kafkaconsumerapps",
    short="kca",
    about="One consumer group run by one workload, scaled by lag, never past what its partitions can use.",
    spec=AppSpec,
    status=AppStatus,
    columns=(
        Column("Replicas", ".status.replicas.current", "integer"),
        Column("Wanted", ".status.replicas.wanted", "integer"),
        Column("Cap", ".status.replicas.cap", "integer"),
        Column("Limited-By", ".status.limitedBy"),
        Column("Lag", ".status.lag.records", "integer"),
        Column("Lag-Time", ".status.lag.time"),
        _READY,
        _AGE,
        Column("Group", ".spec.consumerGroup", wide=True),
        Column("Partitions", ".status.partitions.usable", "integer", wide=True),
        Column("Rate-In", ".status.rate.in", "number", wide=True),
        Column("Rate-Out", ".status.rate.out", "number", wide=True),
        Column("Mode", ".spec.mode", wide=True),
        Column("Reason", ".status.decision.reason", wide=True),
    ),
    example="""\
metadata: {name: orders}
spec:
  scaleTargetRef: {kind: Deployment, name: orders}
  kafka:
    connectionRef: {name: main}
  consumerGroup: orders-v1
  topics: [orders]
  scaling: {maxReplicas: 40, lagObjective: 60s}
""",
)

CONNECTION = Kind(
    kind="KafkaConnection",
    plural="kafkaconnections",
    short="kconn",
    about="How to reach a Kafka cluster; KafkaConsumerApps beside it refer to it by name.",
    spec=ConnectionSpec,
    status=ConnectionStatus,
    columns=(
        Column("Bootstrap", ".spec.bootstrapServers"),
        Column("Brokers", ".status.brokers", "integer"),
        Column("Apps", ".status.apps", "integer"),
        _READY,
        Column("Last-Sweep", ".status.lastSweep.at", "date"),
        _AGE,
        Column("Poll", ".spec.pollInterval", wide=True),
        Column("Cluster", ".status.clusterId", wide=True),
        Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', wide=True),
    ),
    example="""\
metadata: {name: main}
spec:
  bootstrapServers: kafka-0.kafka:9093,kafka-1.kafka:9093
  tls:
    caSecretRef: {name: kafka-ca}
  sasl:
    mechanism: SCRAM-SHA-512
    credentialsSecretRef: {name: kafka-user}
""",
)

KINDS = (APP, CONNECTION)
