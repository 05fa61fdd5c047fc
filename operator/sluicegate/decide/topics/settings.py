"""What a retry or dead-letter topic should be, worked out from its source and the app's wishes.

A table in code: each setting has its reason beside it (docs/topics.md says the same to users).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sluicegate.decide.topics import retention
from sluicegate.decide.topics.bounds import Partitions, Problem, partitions, prefix, unfit
from sluicegate.decide.topics.values import number
from sluicegate.model.error_handling import ErrorHandling
from sluicegate.model.topic import BrokerTopic, Role, TopicName
from sluicegate.model.topic_policy import TopicPolicy

HEADERS_BYTES = 256 * 1024
"""Room for the headers that tell of the error."""
LARGEST_BYTES = 2**31 - 1
MESSAGE_BYTES = 1_048_588
"""Kafka's own default of max.message.bytes."""
SHARE_GROUPS_KEY = "errors.deadletterqueue.group.enable"
"""Share groups write dead letters only where this is true; known to brokers from Kafka 4.4 on."""
MARKS = frozenset(
    {"cleanup.policy", "retention.ms", "message.timestamp.type", "max.message.bytes", "min.insync.replicas"}
)
"""Settings that are set on every topic that is made here: a topic without one of them was made by somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one topic should be. ``config``: settings that must have these values; ``message_bytes`` the largest
    record of its sources. ``problem``: why it cannot be as asked; None when it can. ``lacking``: what it will lack
    for a bound that the app did not choose. ``note``: what was bounded without harm, and by what."""

    topic: TopicName
    partitions: int
    replication: int
    config: Mapping[str, str]
    message_bytes: int
    problem: Problem | None = None
    lacking: str = ""
    note: str = ""


def wish(
    topic: TopicName,
    *,
    handling: ErrorHandling,
    sources: Sequence[BrokerTopic],
    policy: TopicPolicy | None,
    config_keys: frozenset[str],
) -> Wish:
    """``sources`` as they are, at least one; ``config_keys`` the topic settings that the brokers know (empty: not
    known)."""
    dead = topic.role is not Role.RETRY
    own = handling.dead_letter if dead else None
    if own is None:
        kept, too_long, bounded = retention.of_retries(topic, policy=policy)
    else:
        kept, too_long, bounded = retention.of_dead_letters(
            topic, declared=own.retention, sources=sources, policy=policy
        )
    largest = max(number(one.config.get("max.message.bytes")) or MESSAGE_BYTES for one in sources)
    count = partitions(topic, declared=own.partitions if own else None, sources=sources, policy=policy)
    replication = (own.replication_factor if own else None) or max(one.replication for one in sources)
    config = {
        # Compaction would eat dead letters: many have the same key, or none.
        "cleanup.policy": "delete",
        "retention.ms": str(kept),
        # Frameworks keep the original time of a record: by that, retention would delete a late failure at once.
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(min(largest + HEADERS_BYTES, LARGEST_BYTES)),
        "min.insync.replicas": str(min(_in_sync(sources), max(replication, 1))),
        **({SHARE_GROUPS_KEY: "true"} if dead and SHARE_GROUPS_KEY in config_keys else {}),
        **(own.config if own else {}),
    }
    problems: Iterable[Problem | None] = (
        Problem("TopicPolicy", too_long) if too_long else None,
        count.problem,
        prefix(topic, policy=policy),
        unfit(own.config, replication=replication, largest=largest, config_keys=config_keys) if own else None,
    )
    return Wish(
        topic=topic,
        partitions=count.count,
        replication=replication,
        config=config,
        message_bytes=largest,
        problem=next((one for one in problems if one is not None), None),
        lacking=count.lacking,
        note=_joined(count, bounded),
    )


def for_replicas(config: Mapping[str, str], *, replication: int) -> Mapping[str, str]:
    """``config`` for a topic that has so many replicas: with more required in sync than there are, nothing could be
    written with acks=all."""
    wanted = number(config.get("min.insync.replicas"))
    if wanted is None or wanted <= replication or replication < 1:
        return config
    return {**config, "min.insync.replicas": str(replication)}


def _in_sync(sources: Sequence[BrokerTopic]) -> int:
    """acks=all shall mean as much as in the source."""
    return max(number(one.config.get("min.insync.replicas")) or 1 for one in sources)


def _joined(count: Partitions, bounded: str) -> str:
    return "; ".join(one for one in (count.note, bounded) if one)
