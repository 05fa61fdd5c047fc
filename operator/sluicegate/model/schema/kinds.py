"""The kinds that exist, each with its names, models and the columns that `kubectl get` shows."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.dependency import ClusterDependencySpec, DependencySpec
from sluicegate.model.dependency_status import DependencyStatus
from sluicegate.model.redrive import RedriveSpec, RedriveStatus
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
    """A kind; ``clusterwide``: its objects live in no namespace. ``example`` is a small one for the reference."""

    kind: str
    plural: str
    short: str
    about: str
    spec: type[Part]
    status: type[Part]
    columns: tuple[Column, ...]
    example: str
    clusterwide: bool = False

    @property
    def singular(self) -> str:
        return self.kind.lower()


_READY = Column("Ready", '.status.conditions[?(@.type=="Ready")].status')
_AGE = Column("Age", ".metadata.creationTimestamp", "date")
_DEPENDENCY_COLUMNS = (
    Column("Unit", ".spec.unit"),
    Column("Capacity", ".status.capacity", "number"),
    Column("Granted", ".status.granted", "number"),
    Column("Free", ".status.free", "number"),
    Column("Breaker", ".status.breaker.state"),
    Column("Apps", ".status.apps", "integer"),
    _READY,
    _AGE,
    Column("Reserved", ".status.reserved", "number", wide=True),
    Column("External", ".status.external", "number", wide=True),
    Column("Allocatable", ".status.allocatable", "number", wide=True),
    Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', wide=True),
)

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
        Column("DLQ", ".status.deadLetter.records", "integer"),
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
  dependencies:
  - {name: orders-db, costPerReplica: 10}
  errorHandling:
    retry: {delays: [10s, 1m, 10m]}
    deadLetter: {}
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

DEPENDENCY = Kind(
    kind="DownstreamDependency",
    plural="downstreamdependencies",
    short="dsd",
    about="Something consumers use that has a limit. Apps beside it that name it never run beyond their share of it.",
    spec=DependencySpec,
    status=DependencyStatus,
    columns=_DEPENDENCY_COLUMNS,
    example="""\
metadata: {name: orders-db}
spec:
  unit: connections
  capacity:
    postgres:
      connectionSecretRef: {name: orders-db, key: uri}
    reserved: 40
  usage:
    postgres:
      connectionSecretRef: {name: orders-db, key: uri}
  health:
  - name: connects
    postgres:
      connectionSecretRef: {name: orders-db, key: uri}
""",
)

CLUSTER_DEPENDENCY = Kind(
    kind="ClusterDownstreamDependency",
    plural="clusterdownstreamdependencies",
    short="cdsd",
    about=(
        "Something consumers of several namespaces use that has a limit, offered to the apps of those namespaces. "
        "Its Secrets live in the operator's namespace."
    ),
    spec=ClusterDependencySpec,
    status=DependencyStatus,
    columns=_DEPENDENCY_COLUMNS,
    example="""\
metadata: {name: warehouse}
spec:
  unit: requests a second
  capacity: {value: 500}
  allowedNamespaces: [shop, billing]
""",
    clusterwide=True,
)

REDRIVE = Kind(
    kind="DeadLetterRedrive",
    plural="deadletterredrives",
    short="dlr",
    about="A run, like a Job, that moves dead letters of an app beside it back to where they can be handled.",
    spec=RedriveSpec,
    status=RedriveStatus,
    columns=(
        Column("Phase", ".status.phase"),
        Column("App", ".spec.appRef.name"),
        Column("Redriven", ".status.redriven", "integer"),
        Column("Total", ".status.total", "integer"),
        Column("Rate", ".status.rate", "number"),
        _AGE,
        Column("Parked", ".status.parked", "integer", wide=True),
        Column("Skipped", ".status.skipped", "integer", wide=True),
        Column("Destination", ".status.destination", wide=True),
        Column("Message", ".status.message", wide=True),
    ),
    example="""\
metadata: {name: orders-after-the-fix}
spec:
  appRef: {name: orders}
  to: Retry
  select: {since: 24h, errorClass: Timeout}
  rate: {recordsPerSecond: 50}
  canary: {records: 100}
""",
)

KINDS = (APP, CONNECTION, DEPENDENCY, CLUSTER_DEPENDENCY, REDRIVE)
