"""What consumers read: names, and settings that lose nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluicegate.decide.client_config import KEYS, contents
from sluicegate.decide.topics.names import topics_of
from sluicegate.model.app import AppSpec
from sluicegate.model.resource import Key
from tests.support.specs import APP_SPEC

KEY = Key("shop", "orders")
RETRIES: dict[str, Any] = {"retry": {"delays": ["10s", "1m"]}}


def written(*, bootstrap: str = "kafka:9092", **changes: Any) -> dict[str, str]:
    spec = AppSpec.model_validate({**APP_SPEC, **changes})
    return contents(spec, key=KEY, bootstrap=bootstrap, named=topics_of(spec, key=KEY))


def settings(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def test_an_app_without_error_handling_gets_names_and_settings_and_no_empty_keys() -> None:
    found = written(bootstrap="a:9092, b:9092")
    assert set(found) == {"bootstrap.servers", "group.id", "topics", "java.properties", "librdkafka.properties"}
    assert (found["bootstrap.servers"], found["group.id"], found["topics"]) == ("a:9092,b:9092", "orders-v1", "orders")


def test_topics_that_are_not_named_are_left_out() -> None:
    spec = {name: value for name, value in APP_SPEC.items() if name != "topics"}
    found = contents(AppSpec.model_validate(spec), key=KEY, bootstrap="kafka:9092", named=topics_of(
        AppSpec.model_validate(spec), key=KEY
    ))  # fmt: skip
    assert "topics" not in found


@pytest.mark.parametrize("file", ["java.properties", "librdkafka.properties"])
def test_settings_commit_by_hand_and_write_what_is_not_lost(file: str) -> None:
    assert settings(written()[file]) == {
        "bootstrap.servers": "kafka:9092",
        "group.id": "orders-v1",
        "enable.auto.commit": "false",
        "acks": "all",
        "enable.idempotence": "true",
        "linger.ms": "5",
    }


@pytest.mark.parametrize("word", ["assign", "sasl", "password", "ssl", "security.protocol", "group.protocol"])
def test_neither_the_assignor_nor_anything_about_credentials_is_set(word: str) -> None:
    assert not [name for file in ("java.properties", "librdkafka.properties") for name in settings(written()[file])
                if word in name]  # fmt: skip


def test_retries_and_dead_letters_are_named_with_their_delays() -> None:
    found = written(errorHandling=RETRIES)
    assert found["retry.topics"] == "orders.orders-v1.retry-10s=10s,orders.orders-v1.retry-1m=1m"
    assert found["dead.letter.topic"] == "orders.orders-v1.dlq"
    assert set(found) == set(KEYS)


def test_attempts_that_share_a_topic_are_told_in_their_order() -> None:
    found = written(errorHandling={"retry": {"delays": ["10s", "1m", "10s"]}})
    steps = [step.partition(".retry-")[2] for step in found["retry.topics"].split(",")]
    assert steps == ["10s=10s", "1m=1m", "10s=10s"]


def test_several_topics_each_have_their_route() -> None:
    found = written(topics=["orders", "returns"], errorHandling=RETRIES)
    assert found["dead.letter.topic"] == "orders=orders.orders-v1.dlq,returns=returns.orders-v1.dlq"
    routes = json.loads(found["routes.json"])
    assert routes["returns"] == {
        "retries": [
            {"topic": "returns.orders-v1.retry-10s", "delayMs": 10_000},
            {"topic": "returns.orders-v1.retry-1m", "delayMs": 60_000},
        ],
        "deadLetter": "returns.orders-v1.dlq",
    }


def test_several_topics_that_share_theirs_are_told_once() -> None:
    shared = {
        "retry": {"delays": ["10s"], "nameTemplate": "{group}.retry"},
        "deadLetter": {"nameTemplate": "{group}.d"},
    }
    found = written(topics=["orders", "returns"], errorHandling=shared)
    assert (found["retry.topics"], found["dead.letter.topic"]) == ("orders-v1.retry=10s", "orders-v1.d")


def test_java_reads_a_group_with_backslashes_and_letters_of_all_scripts() -> None:
    found = written(consumerGroup="b\\ü😀")
    assert settings(found["java.properties"])["group.id"] == "b\\\\\\u00fc\\ud83d\\ude00"
    assert settings(found["librdkafka.properties"])["group.id"] == "b\\ü😀"
