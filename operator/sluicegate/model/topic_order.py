"""What is asked of a cluster about topics, and what came of it: crosses the pipe to the process that talks to Kafka."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sluicegate.model.kafka import Fault
from sluicegate.model.topic import BrokerTopic, Change, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicOrder:
    """``changes`` are validated first, then made; after that the topics ``read`` are described. ``readers_of``: topics
    of which it is wanted to be known which groups have offsets on them; that asks every group there is."""

    read: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    readers_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicAnswer:
    """``topics`` by name: None where there is none of that name, a Fault where it could not be read. ``outcomes`` in
    the order of the changes. ``config_keys``: topic settings that the brokers know. ``fault``: nobody answered, or who
    reads a topic could not be found out; nothing else is to be relied on then, and what was to be changed may have
    been. ``readers`` the groups with offsets on a topic, by topic, without those that may not be read. ``requests``
    how many of each API. ``at`` unix seconds."""

    topics: Mapping[str, BrokerTopic | Fault | None] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    config_keys: frozenset[str] = frozenset()
    fault: Fault | None = None
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    at: float = 0.0
