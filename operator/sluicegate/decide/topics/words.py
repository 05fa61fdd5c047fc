"""The one reason and sentence that tell how all topics of an app stand."""

from __future__ import annotations

from collections.abc import Sequence

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import Change, ChangeKind, TopicStanding, TopicState

REASONS = {
    TopicState.CONFLICT: "TopicConflict",
    TopicState.REFUSED: "TopicPolicy",
    TopicState.INCOMPATIBLE: "TopicIncompatible",
    TopicState.MISSING: "TopicMissing",
    TopicState.DRIFTED: "TopicDrifted",
    TopicState.WAITING: "SourceMissing",
    TopicState.CREATING: "Provisioning",
}
"""The first of these states that a topic is in is the one that is told first."""


def summary(topics: Sequence[TopicStanding]) -> tuple[str, str]:
    """Reason and sentence; ("", what is well) when all is in sync."""
    for state, reason in REASONS.items():
        told = [one.message for one in topics if one.state is state and one.message]
        if any(one.state is state for one in topics):
            return reason, "; ".join(dict.fromkeys(told)) or reason
    notes = [one.message for one in topics if one.message]
    return "", "; ".join(notes) or f"{len(topics)} topics are as they should be"


def refusal(change: Change, fault: Fault) -> tuple[str, str]:
    """Reason and sentence for a change that the broker refused, with what would let it."""
    if fault.kind is FaultKind.DENIED:
        return "NotAuthorized", f"{change.topic}: {fault.message}; allow it: {acl(change)}"
    return "BrokerRefused", f"{change.topic}: {fault.message}"


def acl(change: Change) -> str:
    """The command that gives the right which the change lacked; the principal is the connection's own user."""
    operation = {
        ChangeKind.CREATE: "Create",
        ChangeKind.GROW: "Alter",
        ChangeKind.CONFIGURE: "AlterConfigs",
        ChangeKind.DELETE: "Delete",
    }[change.kind]
    return (
        "kafka-acls.sh --bootstrap-server SERVERS --add --allow-principal User:SLUICEGATE "
        f"--operation {operation} --operation Describe --operation DescribeConfigs --topic {change.topic}"
    )
