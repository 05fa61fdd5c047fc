"""The topic for dead letters that came back too often: as the DLQ is, and safe."""

from __future__ import annotations

from sluicegate.decide.topics.parking import parking
from sluicegate.model.topic import BrokerTopic, ChangeKind
from sluicegate.model.topic_policy import TopicPolicy
from tests.support.topics import DLQ, Brokers, topic


def test_it_is_as_its_dead_letter_topic_is_now() -> None:
    own = {"retention.ms": "-1", "max.message.bytes": "2000000", "min.insync.replicas": "2", "compression.type": "zstd"}
    found = parking(topic(DLQ, own=own), policy=None)
    assert found.name == f"{DLQ}.parked"
    change = found.change
    assert change is not None
    assert (change.kind, change.topic, change.partitions, change.replication) == (
        ChangeKind.CREATE,
        f"{DLQ}.parked",
        12,
        3,
    )
    assert change.config == {
        **own,
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(2_000_000 + 262_144),
    }


def test_it_is_never_compacted_and_takes_over_nothing_that_is_meant_for_the_other_alone() -> None:
    own = {"cleanup.policy": "compact", "leader.replication.throttled.replicas": "0:1"}
    change = parking(topic(DLQ, own=own), policy=None).change
    assert change is not None
    assert change.config == {
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(1_048_588 + 262_144),
        "retention.ms": "604800000",
        "min.insync.replicas": "1",
    }


def test_a_dead_letter_topic_that_tells_no_settings_is_followed_in_what_it_tells() -> None:
    bare = BrokerTopic(name=DLQ, id="1", partitions=3, replication=0)
    change = parking(bare, policy=None).change
    assert change is not None
    assert (change.partitions, change.replication) == (3, None)
    assert change.config["max.message.bytes"] == str(1_048_588 + 262_144)


def test_it_requires_no_more_in_sync_than_there_are_and_no_more_partitions_than_the_policy_allows() -> None:
    there = topic(DLQ, replication=1, own={"min.insync.replicas": "2"})
    change = parking(there, policy=TopicPolicy.model_validate({"maxPartitions": 4})).change
    assert change is not None
    assert (change.partitions, change.config["min.insync.replicas"]) == (4, "1")
    assert [one.fault for one in Brokers.having().apply([change])] == [None]


def test_a_name_that_the_connection_does_not_allow_is_refused() -> None:
    found = parking(topic(DLQ), policy=TopicPolicy.model_validate({"allowedPrefixes": ["team-"]}))
    assert found.change is None
    assert f"'{DLQ}.parked' begins with none of topicPolicy.allowedPrefixes" in found.problem
