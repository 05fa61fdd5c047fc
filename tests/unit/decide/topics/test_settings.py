"""The table of settings: what a retry and a dead-letter topic gets of its source, the app and the policy."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.topics.names import topics_of
from sluicegate.decide.topics.settings import LARGEST_BYTES, MARKS, SHARE_GROUPS_KEY, Wish, for_replicas, wish
from sluicegate.model.topic import BrokerTopic
from tests.support.topics import DEFAULTS, DLQ, RETRY, ask, topic

KNOWN = frozenset(DEFAULTS)
DAYS_7, DAYS_14 = "604800000", "1209600000"


def wished(
    name: str = DLQ,
    *,
    sources: tuple[BrokerTopic, ...] = (),
    keys: frozenset[str] = KNOWN,
    policy: dict[str, Any] | None = None,
    **handling: Any,
) -> Wish:
    there = sources or (topic(),)
    asked = ask(handling, sources=tuple(one.name for one in there), policy=policy)
    assert asked.spec.error_handling is not None
    named = topics_of(asked.spec, key=asked.key).topics
    return wish(
        next(one for one in named if one.name == name),
        handling=asked.spec.error_handling,
        sources=there,
        policy=asked.policy,
        config_keys=keys,
    )


@pytest.mark.parametrize(("name", "kept"), [(RETRY, DAYS_7), (DLQ, DAYS_14)])
def test_topics_are_as_their_source_but_deleted_by_append_time_with_room_for_headers(name: str, kept: str) -> None:
    source = topic(replication=3, own={"min.insync.replicas": "2", "max.message.bytes": "2000000"})
    found = wished(name, sources=(source,))
    assert (found.partitions, found.replication) == (12, 3)
    assert found.config == {
        "cleanup.policy": "delete",
        "retention.ms": kept,
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(2_000_000 + 262_144),
        "min.insync.replicas": "2",
    }
    assert set(found.config) >= MARKS
    assert (found.problem, found.lacking, found.note) == (None, "", "")


def test_a_compacted_source_has_a_dead_letter_topic_that_is_not_and_nothing_is_said() -> None:
    found = wished(sources=(topic(own={"cleanup.policy": "compact"}),))
    assert found.config["cleanup.policy"] == "delete"
    assert (found.problem, found.lacking, found.note) == (None, "", "")


def test_share_groups_are_told_that_they_may_write_where_the_brokers_know_of_it() -> None:
    keys = KNOWN | {SHARE_GROUPS_KEY}
    assert wished(keys=keys).config[SHARE_GROUPS_KEY] == "true"
    assert SHARE_GROUPS_KEY not in wished(RETRY, keys=keys).config
    assert SHARE_GROUPS_KEY not in wished().config


def test_the_largest_message_that_kafka_can_have_is_not_exceeded() -> None:
    found = wished(sources=(topic(own={"max.message.bytes": str(LARGEST_BYTES)}),))
    assert found.config["max.message.bytes"] == str(LARGEST_BYTES)


def test_a_source_that_tells_no_settings_has_those_that_kafka_gives() -> None:
    bare = BrokerTopic(name="orders", id="1", partitions=3, replication=1)
    found = wished(sources=(bare,))
    assert found.config["max.message.bytes"] == str(1_048_588 + 262_144)
    assert (found.config["min.insync.replicas"], found.config["retention.ms"]) == ("1", DAYS_14)


def test_of_several_sources_the_greatest_counts() -> None:
    small = topic("orders", partitions=3, replication=1)
    large = topic(
        "returns", partitions=9, replication=3, own={"min.insync.replicas": "2", "max.message.bytes": "9000000"}
    )
    found = wished("orders-v1.dlq", sources=(small, large), deadLetter={"nameTemplate": "{group}.dlq"})
    assert (found.partitions, found.replication, found.message_bytes) == (9, 3, 9_000_000)
    assert found.config["min.insync.replicas"] == "2"


def test_what_the_app_asks_for_its_dead_letters_does_not_touch_its_retries() -> None:
    asked = {
        "partitions": 24,
        "replicationFactor": 2,
        "retention": "48h",
        "config": {"compression.type": "zstd", "min.insync.replicas": "2"},
    }
    found, retry = wished(deadLetter=asked), wished(RETRY, deadLetter=asked)
    assert (found.partitions, found.replication, found.config["retention.ms"]) == (24, 2, "172800000")
    assert (found.config["compression.type"], found.config["min.insync.replicas"]) == ("zstd", "2")
    assert (retry.partitions, retry.replication, retry.config["retention.ms"]) == (12, 3, DAYS_7)
    assert "compression.type" not in retry.config


def test_no_more_replicas_are_required_in_sync_than_there_are() -> None:
    source = topic(replication=3, own={"min.insync.replicas": "2"})
    assert wished(sources=(source,), deadLetter={"replicationFactor": 1}).config["min.insync.replicas"] == "1"
    assert for_replicas({"min.insync.replicas": "3"}, replication=2) == {"min.insync.replicas": "2"}
    for config, replication in (({"min.insync.replicas": "2"}, 2), ({"min.insync.replicas": "2"}, 0), ({}, 1)):
        assert for_replicas(config, replication=replication) == config


def test_fewer_partitions_than_the_source_are_given_where_the_app_asks_for_them_and_that_is_said() -> None:
    found = wished(deadLetter={"partitions": 3})
    assert (found.partitions, found.problem, found.lacking) == (3, None, "")
    assert f"{DLQ} gets 3 partitions as asked for, its source has 12" in found.note
    assert wished(deadLetter={"partitions": 12}).note == ""


def test_the_policy_bounds_partitions_and_says_what_that_costs() -> None:
    for name in (RETRY, DLQ):
        found = wished(name, policy={"maxPartitions": 4})
        assert (found.partitions, found.problem) == (4, None)
        assert f"{name} gets 4 partitions, its source has 12: topicPolicy.maxPartitions" in found.lacking
    assert wished(policy={"maxPartitions": 12}).lacking == ""


def test_two_bounds_are_both_told() -> None:
    found = wished(deadLetter={"partitions": 3}, policy={"maxRetention": "24h"})
    assert "as asked for" in found.note
    assert "topicPolicy.maxRetention" in found.note


@pytest.mark.parametrize(
    ("handling", "policy", "reason", "said"),
    [
        (
            {"deadLetter": {"partitions": 24}},
            {"maxPartitions": 12},
            "TopicPolicy",
            "deadLetter.partitions: 24 is more than topicPolicy.maxPartitions of the connection, 12: write 12 or less",
        ),
        (
            {"deadLetter": {"retention": "48h"}},
            {"maxRetention": "24h"},
            "TopicPolicy",
            "deadLetter.retention: 48h is more than topicPolicy.maxRetention",
        ),
        (
            {},
            {"allowedPrefixes": ["team-", "shop."]},
            "TopicPolicy",
            f"deadLetter.nameTemplate: '{DLQ}' begins with none of topicPolicy.allowedPrefixes of the connection "
            "(team-, shop.): begin the template with one of them",
        ),
        (
            {"deadLetter": {"config": {"local.retention.ms": "1"}}},
            None,
            "BrokerRefused",
            "deadLetter.config: these brokers do not know local.retention.ms: remove it",
        ),
        (
            {"deadLetter": {"config": {"min.insync.replicas": "4"}}},
            None,
            "TopicIncompatible",
            "min.insync.replicas 4 is more than the 3 replicas of each partition",
        ),
        (
            {"deadLetter": {"config": {"max.message.bytes": "1000"}}},
            None,
            "TopicIncompatible",
            "max.message.bytes 1000 is less than the 1048588 of the source",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_field_value_and_remedy(
    handling: dict[str, Any], policy: dict[str, Any] | None, reason: str, said: str
) -> None:
    found = wished(policy=policy, **handling)
    assert found.problem is not None
    assert found.problem.reason == reason
    assert said in found.problem.words
    assert found.problem.words.startswith("spec.errorHandling.deadLetter.")


def test_a_retry_topic_is_refused_by_its_own_field() -> None:
    found = wished(RETRY, policy={"allowedPrefixes": ["team-"]})
    assert found.problem is not None
    assert found.problem.words.startswith("spec.errorHandling.retry.nameTemplate")
    assert wished(RETRY, policy={"allowedPrefixes": ["team-", "orders."]}).problem is None


def test_settings_are_not_doubted_while_nobody_told_what_the_brokers_know() -> None:
    asked = {"config": {"local.retention.ms": "1", "max.message.bytes": "1048588"}}
    assert wished(keys=frozenset(), deadLetter=asked).problem is None
