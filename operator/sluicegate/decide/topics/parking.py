"""The topic for dead letters that have come back too often: made only when a redrive needs one, like its DLQ."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.decide.topics.bounds import prefix
from sluicegate.decide.topics.names import parking_of
from sluicegate.decide.topics.settings import MARKS, for_replicas
from sluicegate.model.error_handling import TOPIC_CONFIGS
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Role, TopicName
from sluicegate.model.topic_policy import TopicPolicy

KEPT = MARKS | TOPIC_CONFIGS
"""Settings that it takes over; others that a person set on the DLQ may be meant for its partitions only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parking:
    """``change`` that makes the topic; None with a ``problem``: field, value and remedy."""

    name: str
    change: Change | None = None
    problem: str = ""


def parking(dead_letter: BrokerTopic, *, policy: TopicPolicy | None) -> Parking:
    """As the DLQ is now, whoever made it; never compacted. Making one that exists says so and harms nothing."""
    name = parking_of(dead_letter.name)
    refused = prefix(TopicName(role=Role.PARKING, name=name, sources=()), policy=policy)
    if refused is not None:
        return Parking(name=name, problem=refused.words)
    most = policy.max_partitions if policy else None
    config = {
        **{one: dead_letter.config[one] for one in sorted(KEPT & dead_letter.own) if one in dead_letter.config},
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
    }
    change = Change(
        kind=ChangeKind.CREATE,
        topic=name,
        partitions=min(dead_letter.partitions, most or dead_letter.partitions),
        replication=dead_letter.replication or None,
        config=dict(for_replicas(config, replication=dead_letter.replication)),
    )
    return Parking(name=name, change=change)
