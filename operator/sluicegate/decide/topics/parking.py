"""The topic for dead letters that have come back too often: made only when a redrive needs one, like its DLQ."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.decide.topics.bounds import prefix
from sluicegate.decide.topics.names import parking_of
from sluicegate.decide.topics.settings import HEADERS_BYTES, LARGEST_BYTES, MARKS, MESSAGE_BYTES, for_replicas
from sluicegate.decide.topics.values import number
from sluicegate.model.error_handling import TOPIC_CONFIGS
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Role, TopicName
from sluicegate.model.topic_policy import TopicPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Parking:
    """``change`` that makes the topic; None with a ``problem``: field, value and remedy."""

    name: str
    change: Change | None = None
    problem: str = ""


def parking(dead_letter: BrokerTopic, *, policy: TopicPolicy | None) -> Parking:
    """As the DLQ is now, whoever made it; never compacted. Settings in force, and from the app's allow-list those that
    are set on it: others may be meant for its partitions only. Making one that exists says so and harms nothing."""
    name = parking_of(dead_letter.name)
    refused = prefix(TopicName(role=Role.PARKING, name=name, sources=()), policy=policy)
    if refused is not None:
        return Parking(name=name, problem=refused.words)
    most = policy.max_partitions if policy else None
    room = number(dead_letter.config.get("max.message.bytes")) or MESSAGE_BYTES
    config = {
        **{one: dead_letter.config[one] for one in sorted(dead_letter.own & TOPIC_CONFIGS)},
        **{one: dead_letter.config[one] for one in sorted(MARKS) if one in dead_letter.config},
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
        # A record that has come back carries more headers than it left with.
        "max.message.bytes": str(min(room + HEADERS_BYTES, LARGEST_BYTES)),
    }
    change = Change(
        kind=ChangeKind.CREATE,
        topic=name,
        partitions=min(dead_letter.partitions, most or dead_letter.partitions),
        replication=dead_letter.replication or None,
        config=dict(for_replicas(config, replication=dead_letter.replication)),
    )
    return Parking(name=name, change=change)
