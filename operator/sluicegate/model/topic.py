"""Retry and dead-letter topics as values: what should be, what is, and what would have to change.

Shared by the pure plan (decide/topics), the hands that apply it (observe/kafka) and the control room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sluicegate.model.kafka import Fault


class Role(StrEnum):
    RETRY = "Retry"
    DEAD_LETTER = "DeadLetter"
    PARKING = "Parking"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicName:
    """A topic that an app's error handling asks for. ``delays`` seconds, those of the retries that share it (empty for
    others); ``index`` of the first of them, from 0; ``sources`` the topics whose failures it takes."""

    role: Role
    name: str
    sources: tuple[str, ...]
    delays: tuple[float, ...] = ()
    index: int = 0

    @property
    def delay(self) -> float | None:
        """Seconds; None for topics that nothing waits in."""
        return self.delays[0] if self.delays else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTopic:
    """A topic as the broker described it. ``config`` the values in force, by name; ``own`` those of them that were set
    on the topic itself; ``replication`` of its first partition; ``id`` changes when it is made again."""

    name: str
    id: str
    partitions: int
    replication: int
    config: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()


class ChangeKind(StrEnum):
    CREATE = "Create"
    GROW = "Grow"
    CONFIGURE = "Configure"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do to one topic. Create: ``partitions``, ``replication`` (None: the broker's own) and ``config``;
    Grow: ``partitions``, the new total; Configure: ``config``, the settings to set (others stay); Delete: ``id``, and
    ``force`` to delete one that is not empty."""

    kind: ChangeKind
    topic: str
    partitions: int = 0
    replication: int | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one change. ``fault`` None: it is done; ``id`` of the topic, where it was created.
    ``exists``: it was there already (Create), or is gone already (Delete). ``kept``: not deleted, since it is not
    empty."""

    change: Change
    fault: Fault | None = None
    id: str = ""
    exists: bool = False
    kept: bool = False


class TopicState(StrEnum):
    """How one topic stands, as told in status."""

    IN_SYNC = "InSync"
    MISSING = "Missing"
    CREATING = "Creating"
    DRIFTED = "Drifted"
    INCOMPATIBLE = "Incompatible"
    CONFLICT = "Conflict"
    REFUSED = "Refused"
    """The connection's policy, the broker or Kafka's rules do not allow it."""
    WAITING = "Waiting"
    """The source does not exist yet, or could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStanding:
    """One topic of an app, as remembered in `status.topics`. ``id`` and ``created``: made here, and which one it was
    (a topic of the same name made later by others is not ours)."""

    topic: TopicName
    state: TopicState
    partitions: int | None = None
    id: str = ""
    created: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsView:
    """All topics of one app at a moment, with the one reason and sentence that `TopicsInSync` shows. ``reason``
    empty: all is in sync."""

    topics: tuple[TopicStanding, ...] = ()
    reason: str = ""
    message: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPartition:
    """One partition of a retry topic. ``due_end`` offset of the first record that is not due yet (the end, where all
    are); ``committed`` None: never; ``start`` log start, what came before it is gone; ``fault`` why something could not
    be had."""

    topic: str
    partition: int
    due_end: int | None
    committed: int | None
    start: int = 0
    fault: Fault | None = None

    @property
    def due(self) -> int | None:
        """Records that wait although they are due; None where that could not be had."""
        if self.fault is not None or self.due_end is None:
            return None
        return max(0, self.due_end - max(self.start, self.committed or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """The dead letters that nobody dealt with yet. ``records`` between what was settled and the end; ``ends`` sum of
    the end offsets of all partitions (what ever arrived); ``oldest`` unix seconds, None without any or unknown;
    ``fault`` why nothing could be read (the numbers are None then)."""

    topic: str
    records: int | None
    ends: int | None
    oldest: float | None = None
    fault: Fault | None = None
