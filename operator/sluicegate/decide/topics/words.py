"""The one reason and sentence that tell how all topics of an app stand, and the rights to paste where some lack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sluicegate.decide.topics.told import Told, unread
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, TopicName, TopicStanding, TopicState

ORDER = (
    "InvalidName",
    "TopicConflict",
    "TopicPolicy",
    "NotAuthorized",
    "BrokerRefused",
    "TopicIncompatible",
    "TopicDrifted",
    "SourceMissing",
    "Unknown",
    "Provisioning",
)
"""Reasons for `TopicsInSync=False`: the first that a topic has is told."""
MOST = 5
"""Sentences in one message."""
LONGEST = 800
"""Characters of topics in one command."""
OPERATIONS = {
    ChangeKind.CREATE: "Create",
    ChangeKind.GROW: "Alter",
    ChangeKind.CONFIGURE: "AlterConfigs",
    ChangeKind.DELETE: "Delete",
}
"""What Kafka calls the right to make a change."""


def summary(told: Sequence[Told]) -> tuple[str, str]:
    """Reason and sentences, the gravest first; ("", what is well) when all is in sync."""
    ill = sorted((one for one in told if one.reason), key=lambda one: ORDER.index(one.reason))
    said = list(dict.fromkeys(one.standing.message for one in (ill or told) if one.standing.message))
    if len(said) > MOST:
        said = [*said[:MOST], f"and {len(said) - MOST} more"]
    if not ill:
        well = "the topic is as it should be" if len(told) == 1 else f"{len(told)} topics are as they should be"
        return "", "; ".join(said) or well
    # A status has an end: what is to be pasted stands before the sentences that may be lost there.
    return ill[0].reason, "; ".join([said[0], *rights(ill), *said[1:]])


def rights(told: Iterable[Told]) -> list[str]:
    """One command for all topics that lack the same; the operator's own name in Kafka is not known here."""
    lacking: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for one in told:
        if one.lacks:
            lacking[one.lacks].add(one.lacks_on)
    return [f"to allow it: {acl(operations, sorted(topics))}" for operations, topics in sorted(lacking.items())]


def acl(operations: Iterable[str], topics: Iterable[str]) -> str:
    """The command that gives rights on topics."""
    asked = " ".join(f"--operation {one}" for one in operations)
    named = _within(f"--topic {one}" for one in topics)
    return (
        "kafka-acls.sh --bootstrap-server <brokers> --add "
        f'--allow-principal "User:<operator\'s principal>" {asked} {named}'
    )


def _within(texts: Iterable[str]) -> str:
    """As many as fit into a status; the others lack the same right at the next look, and come then."""
    taken: list[str] = []
    for text in texts:
        if len(text) + sum(map(len, taken)) > LONGEST:
            break
        taken.append(text)
    return " ".join(taken)


def refusal(change: Change, fault: Fault) -> tuple[str, str]:
    """Reason and sentence for a change that came to nothing, in the broker's words."""
    did = {
        ChangeKind.CREATE: "could not be created",
        ChangeKind.GROW: f"could not be grown to {change.partitions} partitions",
        ChangeKind.CONFIGURE: f"could not be given {', '.join(sorted(change.config))}",
        ChangeKind.DELETE: "could not be deleted",
    }[change.kind]
    said = f"{change.topic} {did}: {fault.message}"
    if fault.kind is FaultKind.DENIED:
        return "NotAuthorized", said
    # Kafka's INVALID_TOPIC_EXCEPTION, which clients take for a topic that is not there.
    if fault.kind is FaultKind.UNKNOWN_TOPIC and change.kind is ChangeKind.CREATE:
        return "InvalidName", f"{said}; change the nameTemplate"
    return "BrokerRefused", said


def refused(change: Change, fault: Fault) -> str:
    """The sentence of a refusal, with the command that gives a missing right."""
    reason, said = refusal(change, fault)
    right = f"; to allow it: {acl((OPERATIONS[change.kind],), (change.topic,))}" if reason == "NotAuthorized" else ""
    return said + right


def unreadable(
    topic: TopicName, *, fault: Fault, of: str, seen: BrokerTopic | Fault | None, before: TopicStanding | None
) -> Told:
    """``topic`` waits, since ``of`` (itself, or a source of it) could not be read."""
    standing = unread(topic, seen=seen, before=before, state=TopicState.WAITING, message=fault.message)
    if fault.kind is FaultKind.DENIED:
        return Told(standing=standing, reason="NotAuthorized", lacks=("Describe", "DescribeConfigs"), lacks_on=of)
    return Told(standing=standing, reason="Unknown")
