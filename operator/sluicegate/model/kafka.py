"""What one look at a Kafka cluster found: the sweep's question and its answer.

These values cross a process boundary (the sweep runs in a child), so they are plain, frozen and picklable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sluicegate.model.topic import DeadLetters, RetryPartition


class FaultKind(StrEnum):
    """Why something could not be read, as condition reasons."""

    UNREACHABLE = "BrokerUnreachable"
    TIMED_OUT = "TimedOut"
    DENIED = "NotAuthorized"
    AUTHENTICATION = "AuthenticationFailed"
    TLS = "TlsFailed"
    UNKNOWN_TOPIC = "TopicNotFound"
    COORDINATOR = "CoordinatorUnavailable"
    LEADER = "LeaderUnavailable"
    CRASHED = "SweepCrashed"
    QUARANTINED = "SweepQuarantined"
    CONFIGURATION = "InvalidConfiguration"
    OTHER = "KafkaError"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure in the broker's (or the client's) own words; never holds a credential."""

    kind: FaultKind
    message: str
    retriable: bool = True


@dataclass(frozen=True, slots=True, order=True)
class TopicPartition:
    topic: str
    partition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One partition as one sweep saw it. Offsets are None when they could not be had; ``fault`` says why.

    ``start`` log start, ``end`` high watermark, ``stable`` last stable offset. ``committed`` None with
    ``fault`` None means: the group never committed here. ``at`` is when the committed offset was read
    (unix seconds). ``topic_id`` changes when a topic is deleted and made again. ``earlier`` (offset, unix seconds)
    where the partition ended some minutes ago, by the times of its messages; asked for at the first look only.
    """

    topic: str
    partition: int
    start: int | None
    end: int | None
    stable: int | None
    committed: int | None
    fault: Fault | None = None
    at: float
    topic_id: str | None = None
    earlier: tuple[int, float] | None = None

    @property
    def key(self) -> TopicPartition:
        return TopicPartition(self.topic, self.partition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A consumer in the group. ``host`` is its address as the broker sees it, without a leading slash."""

    id: str
    instance_id: str | None
    client_id: str
    host: str
    partitions: tuple[TopicPartition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A consumer group. ``state`` as Kafka names it: Stable, PreparingRebalance, CompletingRebalance, Empty, Dead,
    Assigning, Reconciling; ``type`` Classic or Consumer; ``assignor`` empty while the group is empty.
    ``described_at`` unix seconds: a description may be older than the offsets beside it.
    """

    state: str
    type: str
    assignor: str
    generation: int | None
    members: tuple[Member, ...]
    described_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQuestion:
    """What one app wants to know. ``topics`` None: those the group has offsets on.

    ``describe``: the caller believes that the assignment may have changed (its Deployment did, for instance);
    the sweeper describes on its own where offsets say so. ``urgent``: do not treat as quiet. ``history``: the caller
    has none of the group yet, and wants `Partition.earlier`. ``retry`` topics in which the group waits for what is due,
    each with its delay in seconds; ``dead_letters`` topics whose depth is asked for.
    """

    group: str
    topics: tuple[str, ...] | None
    describe: bool = False
    urgent: bool = False
    history: bool = False
    retry: tuple[tuple[str, float], ...] = ()
    dead_letters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAnswer:
    """What was found for one question. ``fault`` set: nothing is known about the group as a whole
    (single partitions carry their own faults). ``group`` None: it could not be described; the offsets may
    still be good. ``topic_faults``: topics that could not be read, with the reason. Those of ``retry`` and
    ``dead_letters`` are never among them: what cannot be had there is told there.
    """

    question: GroupQuestion
    partitions: tuple[Partition, ...]
    group: Group | None
    group_fault: Fault | None = None
    topic_faults: tuple[tuple[str, Fault], ...] = ()
    fault: Fault | None = None
    at: float
    """Unix seconds at which the group's offsets were read (or were known not to have moved)."""
    retry: tuple[RetryPartition, ...] = ()
    dead_letters: tuple[DeadLetters, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One look at everything on one connection. ``seconds`` is how long it took; ``requests`` how many of each API."""

    at: float
    seconds: float
    brokers: int
    answers: tuple[GroupAnswer, ...]
    cluster_id: str | None = None
    """The cluster's own id, where the broker told it: two addresses of one cluster are one cluster."""
    fault: Fault | None = None
    requests: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """A connection with everything resolved: librdkafka settings, credentials among them.

    Equal values are one cluster access and share one sweep. ``settings`` sorted pairs; the repr shows names only.
    """

    settings: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"ClientConfig({', '.join(name for name, _ in self.settings)})"
