"""How long retry and dead-letter topics keep their messages: none is lost before it is dealt with."""

from __future__ import annotations

from collections.abc import Sequence

from sluicegate.decide.topics.values import number
from sluicegate.model import duration
from sluicegate.model.topic import BrokerTopic, TopicName
from sluicegate.model.topic_policy import TopicPolicy

DAY_MS = 86_400_000
RETRY_KEEPS_MS = 7 * DAY_MS
DEAD_LETTERS_KEEP_MS = 14 * DAY_MS
UNLIMITED = -1
_LARGEST = 2**63 - 1
"""Kafka's settings are 64 bits wide."""
Kept = tuple[int, str, str]
"""Milliseconds or `UNLIMITED`; why that will not do; what it was bounded by."""


def of_retries(topic: TopicName, *, policy: TopicPolicy | None) -> Kept:
    """max(7 days, 10 x delay): a retry must not expire before it is due, nor while the app is down for some days."""
    delay = max(topic.delays, default=0.0) * 1000
    wanted = max(RETRY_KEEPS_MS, round(10 * delay))
    bounded = _bounded(wanted, policy)
    if bounded > delay:
        return bounded, "", _note(topic, wanted, bounded)
    return (
        bounded,
        f"spec.errorHandling.retry: the delay {duration.show(delay / 1000)} is not shorter than {topic.name} may keep "
        f"its messages: topicPolicy.maxRetention of the connection is {duration.show(bounded / 1000)}; shorten the "
        "delay, or raise maxRetention",
        "",
    )


def of_dead_letters(
    topic: TopicName, *, declared: float | None, sources: Sequence[BrokerTopic], policy: TopicPolicy | None
) -> Kept:
    """``declared`` seconds; else max(14 days, 2 x the source's), without end where the source keeps without end."""
    if declared is None:
        wanted = max((_twice(one) for one in sources), key=_length)
        bounded = _bounded(wanted, policy)
        return bounded, "", _note(topic, wanted, bounded)
    wanted = round(declared * 1000)
    bounded = _bounded(wanted, policy)
    if bounded == wanted:
        return wanted, "", ""
    less = bounded > wanted
    return (
        wanted,
        f"spec.errorHandling.deadLetter.retention: {duration.show(declared)} is {'less' if less else 'more'} than "
        f"topicPolicy.{'minRetention' if less else 'maxRetention'} of the connection, {show(bounded)}: write "
        f"{show(bounded)}, or change the policy",
        "",
    )


def enough(found: int, *, wanted: int) -> bool:
    """Whether a topic that keeps ``found`` keeps at least ``wanted``; both in milliseconds."""
    return _length(found) >= _length(wanted)


def show(kept: int) -> str:
    """As people write it; ``kept`` milliseconds."""
    return "without end" if kept < 0 else duration.show(kept / 1000)


def _twice(source: BrokerTopic) -> int:
    policy = source.config.get("cleanup.policy", "delete")
    # Only compacted: what stays has nothing to do with time, and retention.ms says nothing.
    if "delete" not in policy:
        return DEAD_LETTERS_KEEP_MS
    kept = number(source.config.get("retention.ms")) or DEAD_LETTERS_KEEP_MS // 2
    return UNLIMITED if kept < 0 or 2 * kept > _LARGEST else max(DEAD_LETTERS_KEEP_MS, 2 * kept)


def _bounded(wanted: int, policy: TopicPolicy | None) -> int:
    if policy is None:
        return wanted
    most = None if policy.max_retention is None else round(policy.max_retention * 1000)
    least = round((policy.min_retention or 0.0) * 1000)
    if most is not None and _length(wanted) > most:
        wanted = most
    return wanted if enough(wanted, wanted=least) else least


def _length(kept: int) -> int:
    return _LARGEST if kept < 0 else kept


def _note(topic: TopicName, wanted: int, bounded: int) -> str:
    if bounded == wanted:
        return ""
    bound = "minRetention" if enough(bounded, wanted=wanted) else "maxRetention"
    return f"{topic.name} keeps its messages {show(bounded)}, not {show(wanted)}: topicPolicy.{bound} of the connection"
