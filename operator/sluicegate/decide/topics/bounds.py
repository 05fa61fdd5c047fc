"""Where an app's wishes end: the connection's policy, what the brokers know, and what would lose messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sluicegate.decide.topics.values import number
from sluicegate.model.topic import BrokerTopic, Role, TopicName
from sluicegate.model.topic_policy import TopicPolicy


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a topic cannot be as asked: the reason for `TopicsInSync`, and field, value and remedy."""

    reason: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitions:
    """``lacking``: the policy leaves fewer than the source has; ``note``: the app itself chose fewer."""

    count: int
    problem: Problem | None = None
    lacking: str = ""
    note: str = ""


def partitions(
    topic: TopicName, *, declared: int | None, sources: Sequence[BrokerTopic], policy: TopicPolicy | None
) -> Partitions:
    """As many as the source has: clients write to the same partition number, fewer would lose messages."""
    needed = max(one.partitions for one in sources)
    most = policy.max_partitions if policy else None
    if declared is not None:
        if most is not None and declared > most:
            words = (
                f"spec.errorHandling.deadLetter.partitions: {declared} is more than topicPolicy.maxPartitions of the "
                f"connection, {most}: write {most} or less, or change the policy"
            )
            return Partitions(count=most, problem=Problem("TopicPolicy", words))
        few = f"{topic.name} gets {declared} partitions as asked for, its source has {needed}: {_LOST}"
        return Partitions(count=declared, note=few if declared < needed else "")
    if most is None or needed <= most:
        return Partitions(count=needed)
    few = (
        f"{topic.name} gets {most} partitions, its source has {needed}: topicPolicy.maxPartitions of the connection is "
        f"{most}; {_LOST}; raise maxPartitions"
    )
    return Partitions(count=most, lacking=few)


_LOST = "clients that write to the partition number of the source fail for the others"


def prefix(topic: TopicName, *, policy: TopicPolicy | None) -> Problem | None:
    """Names that the connection does not allow."""
    allowed = policy.allowed_prefixes if policy else None
    if allowed is None or topic.name.startswith(allowed):
        return None
    field = "retry" if topic.role is Role.RETRY else "deadLetter"
    return Problem(
        "TopicPolicy",
        f"spec.errorHandling.{field}.nameTemplate: {topic.name!r} begins with none of topicPolicy.allowedPrefixes of "
        f"the connection ({', '.join(allowed)}): begin the template with one of them, or have the prefix allowed",
    )


def unfit(config: Mapping[str, str], *, replication: int, largest: int, config_keys: frozenset[str]) -> Problem | None:
    """Settings in `deadLetter.config` that no dead letter would survive. ``largest`` bytes of a record in the
    source."""
    field = "spec.errorHandling.deadLetter.config"
    unknown = sorted(set(config) - config_keys) if config_keys else []
    if unknown:
        return Problem("BrokerRefused", f"{field}: these brokers do not know {', '.join(unknown)}: remove it")
    in_sync = number(config.get("min.insync.replicas"))
    if in_sync is not None and in_sync > replication:
        return Problem(
            "TopicIncompatible",
            f"{field}: min.insync.replicas {in_sync} is more than the {replication} replicas of each partition, so "
            f"that nothing could be written: write {replication} or less, or raise deadLetter.replicationFactor",
        )
    room = number(config.get("max.message.bytes"))
    if room is not None and room < largest:
        return Problem(
            "TopicIncompatible",
            f"{field}: max.message.bytes {room} is less than the {largest} of the source, whose largest messages could "
            f"not be handed over: write {largest} or more, or remove it",
        )
    return None
