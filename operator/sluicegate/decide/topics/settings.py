"""What settings a retry or dead-letter topic must have, worked out from its source and the app's wishes.

A table in code: each rule has its reason beside it (docs/topics.md says the same to users).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sluicegate.model import duration
from sluicegate.model.error_handling import ErrorHandling
from sluicegate.model.topic import BrokerTopic, Role, TopicName
from sluicegate.model.topic_policy import TopicPolicy

DAY_MS = 86_400_000
RETRY_KEEPS_MS = 7 * DAY_MS
DEAD_LETTERS_KEEP_MS = 14 * DAY_MS
LONGEST_MS = 366 * DAY_MS
"""A retention of the source beyond this, or none at all, does not lengthen ours."""
HEADERS_BYTES = 256 * 1024
"""Room for the headers that tell of the error."""
LARGEST_BYTES = 2**31 - 1
DEFAULT_MESSAGE_BYTES = 1_048_588
"""Kafka's own default of max.message.bytes."""
SHARE_GROUPS_KEY = "errors.deadletterqueue.group.enable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one topic should be. ``config``: settings that must have these values. ``problem``: why it cannot be made
    as asked, with field, value and remedy; empty when it can. ``note``: what was bounded, and by what."""

    topic: TopicName
    partitions: int
    replication: int | None
    config: Mapping[str, str]
    problem: str = ""
    note: str = ""


def wish(
    topic: TopicName,
    *,
    handling: ErrorHandling,
    sources: Iterable[BrokerTopic],
    policy: TopicPolicy | None,
    config_keys: frozenset[str],
) -> Wish:
    """``sources`` as they are, at least one; ``config_keys`` the topic settings that the brokers know."""
    known = tuple(sources)
    dead = topic.role is not Role.RETRY
    retention, problem = _retention_ms(topic, handling=handling, sources=known, policy=policy)
    config = {
        "cleanup.policy": "delete",
        "retention.ms": str(retention),
        # Frameworks keep the original time of a record: by that, retention would delete a late failure at once.
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(min(max(map(_message_bytes, known)) + HEADERS_BYTES, LARGEST_BYTES)),
        "min.insync.replicas": str(max(int(one.config.get("min.insync.replicas", "1")) for one in known)),
        **({SHARE_GROUPS_KEY: "true"} if dead and SHARE_GROUPS_KEY in config_keys else {}),
        **(handling.dead_letter.config if dead else {}),
    }
    partitions, note = _partitions(topic, handling=handling, sources=known, policy=policy)
    declared = handling.dead_letter.replication_factor if dead else None
    replication = declared or max(one.replication for one in known)
    problem = problem or _prefix(topic, policy)
    return Wish(topic=topic, partitions=partitions, replication=replication, config=config, problem=problem, note=note)


def _message_bytes(source: BrokerTopic) -> int:
    return int(source.config.get("max.message.bytes", DEFAULT_MESSAGE_BYTES))


def _partitions(
    topic: TopicName, *, handling: ErrorHandling, sources: tuple[BrokerTopic, ...], policy: TopicPolicy | None
) -> tuple[int, str]:
    """As many as the source has: clients publish to the same partition number, fewer would lose messages."""
    declared = handling.dead_letter.partitions if topic.role is not Role.RETRY else None
    wanted = declared or max(one.partitions for one in sources)
    most = policy.max_partitions if policy else None
    if most is None or wanted <= most:
        return wanted, ""
    return most, f"{topic.name} gets {most} partitions instead of {wanted}: topicPolicy.maxPartitions of the connection"


def _retention_ms(
    topic: TopicName, *, handling: ErrorHandling, sources: tuple[BrokerTopic, ...], policy: TopicPolicy | None
) -> tuple[int, str]:
    """Milliseconds, and why it will not do."""
    if topic.role is Role.RETRY:
        delay = max(topic.delays, default=0.0) * 1000
        wanted = max(RETRY_KEEPS_MS, round(10 * delay))
        bounded = _bounded(wanted, policy)
        if bounded < delay:
            return bounded, (
                f"spec.errorHandling.retry: a delay of {duration.show(delay / 1000)} is longer than {topic.name} may "
                f"keep its messages ({duration.show(bounded / 1000)}, topicPolicy.maxRetention of the connection); "
                "shorten the delay or raise maxRetention"
            )
        return bounded, ""
    declared = handling.dead_letter.retention
    if declared is None:
        longest = max(_source_retention(one) for one in sources)
        return _bounded(max(DEAD_LETTERS_KEEP_MS, min(2 * longest, LONGEST_MS)), policy), ""
    wanted = round(declared * 1000)
    bounded = _bounded(wanted, policy)
    if bounded == wanted:
        return wanted, ""
    bound = "minRetention" if bounded > wanted else "maxRetention"
    return wanted, (
        f"spec.errorHandling.deadLetter.retention: {duration.show(declared)} is "
        f"{'less' if bounded > wanted else 'more'} than topicPolicy.{bound} of the connection, "
        f"{duration.show(bounded / 1000)}; write that, or change the policy"
    )


def _source_retention(source: BrokerTopic) -> int:
    kept = int(source.config.get("retention.ms", DEAD_LETTERS_KEEP_MS // 2))
    compacted = "delete" not in source.config.get("cleanup.policy", "delete")
    return 0 if kept < 0 or compacted else kept


def _bounded(wanted: int, policy: TopicPolicy | None) -> int:
    if policy is None:
        return wanted
    least = round((policy.min_retention or 0.0) * 1000)
    most = round(policy.max_retention * 1000) if policy.max_retention is not None else wanted
    return min(max(wanted, least), max(most, least))


def _prefix(topic: TopicName, policy: TopicPolicy | None) -> str:
    allowed = policy.allowed_prefixes if policy else None
    if allowed is None or topic.name.startswith(allowed):
        return ""
    field = "retry" if topic.role is Role.RETRY else "deadLetter"
    return (
        f"spec.errorHandling.{field}.nameTemplate: {topic.name!r} begins with none of topicPolicy.allowedPrefixes of "
        f"the connection ({', '.join(allowed)}); change the template, or have the prefix allowed"
    )
