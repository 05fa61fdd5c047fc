"""What becomes of specs, good and bad: the frozen value, or the sentence that a user reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from sluicegate.errors import Invalid
from sluicegate.model.app import Isolation, Mode, TargetKind
from sluicegate.model.parse import (
    parse_app,
    parse_cluster_dependency,
    parse_connection,
    parse_dependency,
    parse_meta,
    parse_redrive,
    read_app,
    read_connection,
    read_redrive,
)
from sluicegate.model.resource import Key
from tests.support.bad_apps import BAD_APPS
from tests.support.bad_connections import BAD_CONNECTIONS
from tests.support.bad_dependencies import BAD_DEPENDENCIES
from tests.support.bad_error_handling import BAD_ERROR_HANDLING
from tests.support.bad_redrives import BAD_REDRIVES
from tests.support.bad_references import BAD_REFERENCES
from tests.support.specs import APP_SPEC, CONNECTION_SPEC, REDRIVE_SPEC, BadSpec, Body, changed, resource

PARSERS: dict[str, Callable[[Body], object]] = {
    "KafkaConsumerApp": parse_app,
    "KafkaConnection": parse_connection,
    "DownstreamDependency": parse_dependency,
    "ClusterDownstreamDependency": parse_cluster_dependency,
    "DeadLetterRedrive": parse_redrive,
}
BAD = BAD_APPS + BAD_CONNECTIONS + BAD_DEPENDENCIES + BAD_REFERENCES + BAD_ERROR_HANDLING + BAD_REDRIVES


def app(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return resource("KafkaConsumerApp", changed(APP_SPEC, changes or {}))


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_bad_spec_is_refused_with_field_and_remedy_in_one_short_sentence(bad: BadSpec) -> None:
    with pytest.raises(Invalid) as caught:
        PARSERS[bad.kind](bad.body)
    assert caught.value.field == bad.field
    assert str(caught.value).startswith(bad.field)
    assert bad.words in str(caught.value)
    assert len(str(caught.value)) < 600
    assert "pydantic" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"scaling.minReplicas": 41},
            "spec.scaling.minReplicas is 41: lower minReplicas to maxReplicas or less, or raise maxReplicas",
        ),
        (
            {"scaling.lagObjective": "5h100h"},
            'spec.scaling.lagObjective is "5h100h": '
            "write a number with a unit (h, m, s or ms), such as 60s, 10m or 1h30m",
        ),
        (
            {"scaling.lagObjective": "25h"},
            'spec.scaling.lagObjective is "25h": '
            "write a duration from 1s to 24h, each number with its unit (h, m, s or ms)",
        ),
        (
            {"topics": ["__consumer_offsets"]},
            'spec.topics[0] is "__consumer_offsets": '
            "name a topic of your own: those that start with '__' are internal to Kafka",
        ),
        (
            {"kafka.bootstrapServers": "kafka:9092"},
            "spec.kafka: set exactly one of connectionRef and bootstrapServers",
        ),
        ({"mode": None}, "spec.mode is null: write Active or Recommend"),
    ],
)
def test_the_sentence_names_field_value_and_remedy(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_app(app(changes))
    assert str(caught.value) == sentence


def test_every_problem_is_told_at_once_but_no_more_than_five() -> None:
    with pytest.raises(Invalid) as caught:
        parse_app(app({"topics": [f"a/{n}" for n in range(9)]}))
    assert str(caught.value).count("write a topic name") == 5
    assert str(caught.value).endswith("; and 4 more")


def test_a_refused_member_of_a_list_does_not_make_the_list_too_short() -> None:
    with pytest.raises(Invalid) as caught:
        parse_app(app({"topics": ["a/b"]}))
    assert "at least" not in str(caught.value)


def test_a_small_app_gets_the_documented_defaults() -> None:
    spec = parse_app(app())
    assert spec.scale_target_ref.kind is TargetKind.DEPLOYMENT
    assert spec.mode is Mode.ACTIVE
    assert spec.kafka.isolation_level is Isolation.AUTO
    assert spec.scaling.min_replicas == 1
    assert spec.scaling.scale_down.stabilization == 600
    assert spec.scaling.scale_down.outage_hold == 900
    assert spec.scaling.scale_to_zero.after == 300
    assert spec.lag_objective == 60


def test_the_objective_stands_in_code_and_gives_way_to_lag_per_replica() -> None:
    assert parse_app(app({"scaling.lagObjective": ...})).lag_objective == 60
    assert parse_app(app({"scaling.lagObjective": ..., "scaling.lagPerReplica": 5})).lag_objective is None


def test_a_full_app_is_read_field_by_field() -> None:
    spec = parse_app(
        app(
            {
                "kafka": {"bootstrapServers": "[::1]:9092, kafka_1.svc:9092", "offsetReset": "Latest"},
                "override": {"replicas": 3, "until": "2030-01-31T08:00:00+02:00"},
                "scaling.minReplicas": 0,
                "scaling.capacityPerReplica": "1.5k",
                "scaling.scaleToZero": {"after": "1m30s"},
                "scaling.onLagUnknown": {"action": "RunAtLeast", "replicas": 2},
                "consumerGroup": "группа-1",
            }
        )
    )
    assert spec.override is not None
    assert spec.override.until == datetime(2030, 1, 31, 6, tzinfo=UTC)
    assert spec.scaling.capacity_per_replica == 1500
    assert spec.scaling.scale_to_zero.after == 90
    assert spec.scaling.on_lag_unknown.replicas == 2
    assert spec.consumer_group == "группа-1"


def test_a_field_of_a_newer_version_does_not_stop_this_one() -> None:
    assert parse_app(app({"scaling.telepathy": True})) == parse_app(app())


def test_a_spec_that_is_not_there_is_said_so() -> None:
    for spec, words in ((None, "spec is missing"), ("x", "spec is not a map"), ([], "spec is not a map")):
        with pytest.raises(Invalid, match=words):
            parse_app({"metadata": {"name": "orders"}, "spec": spec})


def test_a_value_as_large_as_the_api_allows_is_refused_in_a_short_sentence() -> None:
    with pytest.raises(Invalid) as caught:
        parse_app(app({"topics": ["t" * 300] * 10_000}))
    assert len(str(caught.value)) < 600


def test_a_day_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(Invalid, match=r"spec\.override\.until is .*: write a time with its zone"):
        parse_app(app({"override": {"replicas": 1, "until": "2030-02-30T08:00:00Z"}}))


def test_metadata_becomes_key_and_unix_seconds() -> None:
    meta = parse_meta(
        {
            "metadata": {
                "name": "orders",
                "namespace": "shop",
                "uid": "u-1",
                "generation": 3,
                "resourceVersion": "77",
                "creationTimestamp": "2030-01-31T08:00:00Z",
                "finalizers": ["sluicegate.dev/topics"],
            }
        }
    )
    assert meta.finalizers == ("sluicegate.dev/topics",)
    assert meta.key == Key("shop", "orders")
    assert (meta.uid, meta.generation, meta.resource_version) == ("u-1", 3, "77")
    assert meta.created == datetime(2030, 1, 31, 8, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "body", [{}, {"metadata": None}, {"metadata": {"namespace": "shop"}}, {"metadata": {"name": ""}}]
)
def test_a_resource_without_a_name_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"metadata\.name is missing: name the resource"):
        parse_meta(body)


def test_a_file_is_read_with_the_namespace_of_the_caller() -> None:
    meta, spec = read_app(app(), namespace="shop")
    assert meta.key == Key("shop", "orders")
    assert spec == parse_app(app())
    assert read_connection(resource("KafkaConnection", CONNECTION_SPEC))[0].key == Key("default", "orders")
    meta, again = read_redrive(resource("DeadLetterRedrive", REDRIVE_SPEC), namespace="shop")
    assert meta.key == Key("shop", "orders")
    assert again == parse_redrive(resource("DeadLetterRedrive", REDRIVE_SPEC))


def test_a_time_that_yaml_turned_into_a_datetime_is_read_as_written() -> None:
    body = yaml.safe_load(json.dumps(app()))
    body["spec"]["override"] = yaml.safe_load("{replicas: 1, until: 2030-01-31T08:00:00Z}")
    _, spec = read_app(body)
    assert spec.override is not None
    assert spec.override.until == datetime(2030, 1, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scaling.maxReplica": 3}, "spec.scaling.maxReplica is not a field: write maxReplicas"),
        ({"consumergroup": "x"}, "spec.consumergroup is not a field: write consumerGroup"),
        ({"kafka.connectionRef.namespace": "shop"}, "spec.kafka.connectionRef.namespace is not a field: "),
        ({"min_replicas": 1}, "spec.min_replicas is not a field: "),
    ],
)
def test_a_file_with_an_unknown_field_is_refused_with_the_one_meant(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_app(app(changes))
    assert words in str(caught.value)


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="kind is 'KafkaConnection': write KafkaConsumerApp"):
        read_app(resource("KafkaConnection", CONNECTION_SPEC))
    with pytest.raises(Invalid, match=r"apiVersion is missing: write sluicegate\.dev/v1alpha1"):
        read_app({"kind": "KafkaConsumerApp"})
