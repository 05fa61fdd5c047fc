"""What the API server refuses, and the words with which it does: the CRDs' rules, on a real one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from sluicegate.errors import Invalid
from sluicegate.model.parse import (
    parse_app,
    parse_cluster_dependency,
    parse_connection,
    parse_dependency,
    parse_redrive,
)
from tests.support.bad_apps import BAD_APPS
from tests.support.bad_connections import BAD_CONNECTIONS
from tests.support.bad_dependencies import BAD_DEPENDENCIES
from tests.support.bad_error_handling import BAD_ERROR_HANDLING
from tests.support.bad_redrives import BAD_REDRIVES
from tests.support.bad_references import BAD_REFERENCES
from tests.support.near_specs import NEAR
from tests.support.specs import (
    APP_SPEC,
    CLUSTER_DEPENDENCY_SPEC,
    CONNECTION_SPEC,
    DEPENDENCY_SPEC,
    GOOD_SPECS,
    REDRIVE_SPEC,
    BadSpec,
    Body,
    changed,
    resource,
)
from tests.support.wait import eventually

GROUP, VERSION = "sluicegate.dev", "v1alpha1"
PLURALS = {
    "KafkaConsumerApp": "kafkaconsumerapps",
    "KafkaConnection": "kafkaconnections",
    "DownstreamDependency": "downstreamdependencies",
    "ClusterDownstreamDependency": "clusterdownstreamdependencies",
    "DeadLetterRedrive": "deadletterredrives",
}
CLUSTERWIDE = frozenset({"ClusterDownstreamDependency"})
PARSERS: dict[str, Callable[[Body], object]] = {
    "KafkaConsumerApp": parse_app,
    "KafkaConnection": parse_connection,
    "DownstreamDependency": parse_dependency,
    "ClusterDownstreamDependency": parse_cluster_dependency,
    "DeadLetterRedrive": parse_redrive,
}
BAD = BAD_APPS + BAD_CONNECTIONS + BAD_DEPENDENCIES + BAD_REFERENCES + BAD_ERROR_HANDLING + BAD_REDRIVES
CRDS = Path(__file__).resolve().parents[2] / "crds"


@pytest.fixture(scope="module")
def api() -> Iterator[client.ApiClient]:
    """A client of KUBECONFIG's cluster, with the CRDs of this tree in force there; those that were missing go again."""
    config.load_kube_config()
    with client.ApiClient() as one:
        definitions = client.ApiextensionsV1Api(one)
        made = []
        for path in sorted(CRDS.glob("*.yaml")):
            body = yaml.safe_load(path.read_text())
            name = body["metadata"]["name"]
            try:
                definitions.create_custom_resource_definition(body)
                made.append(name)
            except ApiException as error:
                if error.status != 409:
                    raise
                definitions.patch_custom_resource_definition(name, {"spec": body["spec"]})
        customs = client.CustomObjectsApi(one)
        for plural in PLURALS.values():
            eventually(lambda plural=plural: _served(customs, plural), within=30, what=f"{plural} are served")
        yield one
        for name in made:
            definitions.delete_custom_resource_definition(name)
        for plural in PLURALS.values() if made else ():
            eventually(lambda plural=plural: not _served(customs, plural), within=60, what=f"{plural} are gone")


@pytest.fixture(scope="module")
def namespace(api: client.ApiClient) -> Iterator[str]:
    name = f"admission-{uuid.uuid4().hex[:8]}"
    core = client.CoreV1Api(api)
    core.create_namespace({"metadata": {"name": name}})
    yield name
    core.delete_namespace(name)


@pytest.fixture
def customs(api: client.ApiClient) -> client.CustomObjectsApi:
    return client.CustomObjectsApi(api)


def _served(customs: client.CustomObjectsApi, plural: str) -> bool:
    try:
        customs.list_cluster_custom_object(GROUP, VERSION, plural)
    except ApiException as error:
        if error.status == 404:
            return False
        raise
    return True


def _create(customs: client.CustomObjectsApi, namespace: str, body: Body, *, dry: bool = True) -> Body:
    """What the API server made of ``body``; with ``dry`` nothing is kept."""
    how: dict[str, Any] = {"dry_run": "All"} if dry else {}
    how["field_validation"] = "Strict"
    plural = PLURALS[body["kind"]]
    made: Body = (
        customs.create_cluster_custom_object(GROUP, VERSION, plural, body, **how)
        if body["kind"] in CLUSTERWIDE
        else customs.create_namespaced_custom_object(GROUP, VERSION, namespace, plural, body, **how)
    )
    return made


def _refusal(error: ApiException) -> tuple[str, list[tuple[str, str]]]:
    """The whole message, and (field, message) of each cause."""
    status = json.loads(error.body)
    causes = status.get("details", {}).get("causes", [])
    return status["message"], [(cause.get("field", ""), cause["message"]) for cause in causes]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_the_api_server_refuses_with_the_field_and_the_remedy(
    customs: client.CustomObjectsApi, namespace: str, bad: BadSpec
) -> None:
    with pytest.raises(ApiException) as caught:
        _create(customs, namespace, bad.body)
    assert caught.value.status == 422
    message, causes = _refusal(caught.value)
    assert any(field.startswith(bad.field) and bad.said_by_api in words for field, words in causes), message
    assert "rule evaluation error" not in message
    assert "no such key" not in message


def test_a_small_app_is_taken_and_shows_its_defaults(customs: client.CustomObjectsApi, namespace: str) -> None:
    spec = _create(customs, namespace, resource("KafkaConsumerApp", APP_SPEC))["spec"]
    assert spec["mode"] == "Active"
    assert spec["suspend"] is False
    assert spec["scaling"]["minReplicas"] == 1
    assert spec["scaling"]["partitionCap"] == "Enforce"
    assert spec["kafka"]["connectionRef"]["kind"] == "KafkaConnection"
    assert "scaleToZero" not in spec["scaling"]
    assert "bootstrapServers" not in spec["kafka"]


def test_neither_objective_is_taken_and_stays_absent(customs: client.CustomObjectsApi, namespace: str) -> None:
    spec = changed(APP_SPEC, {"scaling.lagObjective": ...})
    made = _create(customs, namespace, resource("KafkaConsumerApp", spec))
    assert "lagObjective" not in made["spec"]["scaling"]
    assert "lagPerReplica" not in made["spec"]["scaling"]


def test_an_app_with_every_field_at_its_limit_is_taken(customs: client.CustomObjectsApi, namespace: str) -> None:
    servers = ",".join(f"broker-{n:03}.kafka-headless.messaging.svc.cluster.local:65535" for n in range(34))
    assert 2000 < len(servers) <= 2048
    spec = {
        "scaleTargetRef": {"kind": "StatefulSet", "name": "n" * 253},
        "kafka": {"bootstrapServers": servers, "isolationLevel": "ReadCommitted", "offsetReset": "Latest"},
        "consumerGroup": "é" * 249,
        "topics": [f"{n:03}".ljust(249, "t") for n in range(64)],
        "mode": "Recommend",
        "suspend": True,
        "override": {"replicas": 10_000, "until": "2030-12-31T23:59:59.999999999+14:00", "reason": "г" * 256},
        "scaling": {
            "minReplicas": 0,
            "maxReplicas": 10_000,
            "lagPerReplica": 1_000_000_000,
            "capacityPerReplica": "999999999.999999G",
            "partitionCap": "Ignore",
            "consumersPerReplica": 256,
            "scaleDown": {"stabilization": "24h", "maxPerHour": 3600, "outageHold": "23h59m59s999ms"},
            "scaleToZero": {"after": "168h", "lagThreshold": 1_000_000_000},
            "onLagUnknown": {"action": "RunAtLeast", "replicas": 10_000},
        },
    }
    assert _create(customs, namespace, resource("KafkaConsumerApp", spec))["spec"]["topics"] == spec["topics"]


def test_a_connection_with_every_field_is_taken(customs: client.CustomObjectsApi, namespace: str) -> None:
    spec = changed(
        CONNECTION_SPEC,
        {
            "bootstrapServers": "[2001:db8::1]:9093, kafka_1.example.com:9093",
            "tls": {"caSecretRef": {"name": "ca"}, "clientCertificateSecretRef": {"name": "user"}},
            "sasl": {"mechanism": "SCRAM-SHA-512", "credentialsSecretRef": {"name": "user"}},
            "pollInterval": "2s",
            "properties": {"socket.timeout.ms": "3000", "broker.address.family": "v4"},
        },
    )
    assert _create(customs, namespace, resource("KafkaConnection", spec))["spec"] == spec


def test_a_connection_polls_every_ten_seconds_unless_told(customs: client.CustomObjectsApi, namespace: str) -> None:
    made = _create(customs, namespace, resource("KafkaConnection", CONNECTION_SPEC))
    assert made["spec"]["pollInterval"] == "10s"


def test_a_small_dependency_is_taken_and_shows_its_defaults(customs: client.CustomObjectsApi, namespace: str) -> None:
    body = resource("DownstreamDependency", {"capacity": {"value": 200}, "breaker": {}, "onSignalLoss": {}})
    spec = _create(customs, namespace, body)["spec"]
    assert spec["unit"] == "connections"
    assert spec["capacity"] == {"value": 200, "reserved": "0", "targetUtilizationPercent": 100}
    assert spec["breaker"]["openFor"] == "1m"
    assert spec["breaker"]["whenOpen"] == "Hold"
    assert spec["onSignalLoss"] == {"after": 3, "action": "Hold"}


def test_a_dependency_with_every_kind_of_source_is_taken(customs: client.CustomObjectsApi, namespace: str) -> None:
    for kind, spec in (
        ("DownstreamDependency", DEPENDENCY_SPEC),
        ("ClusterDownstreamDependency", CLUSTER_DEPENDENCY_SPEC),
    ):
        made = _create(customs, namespace, resource(kind, spec, name=f"{namespace}-db"))
        assert [check["name"] for check in made["spec"]["health"]] == ["ping", "errors", "pg"]
        assert made["metadata"].get("namespace") == (None if kind in CLUSTERWIDE else namespace)


def test_a_dependency_with_every_field_at_its_limit_is_taken(customs: client.CustomObjectsApi, namespace: str) -> None:
    source = {
        "url": "https://" + "p" * 2040,
        "query": "é" * 4096,
        "timeout": "30s",
        "interval": "1h",
        "caSecretRef": {"name": "n" * 253},
        "bearerTokenSecretRef": {"name": "n" * 253, "key": "k" * 253},
    }
    check = {name: value for name, value in source.items() if name != "interval"}
    spec = {
        "unit": "é" * 63,
        "capacity": {"prometheus": source, "reserved": "999999999.999G", "targetUtilizationPercent": 1},
        "usage": {"counts": "Others", "prometheus": source},
        "health": [
            {
                "name": f"c{n}".ljust(63, "c"),
                "prometheus": {**check, "failWhen": ">= -999999999999.999999999"},
                "interval": "1h",
                "failureThreshold": 100,
                "successThreshold": 100,
                "onError": "Fail",
            }
            for n in range(8)
        ],
        "breaker": {
            "mode": "MetricsOnly",
            "openFor": "24h",
            "maxOpenFor": "24h",
            "recovery": {"stepPercent": 100, "every": "24h"},
            "whenOpen": "Zero",
        },
        "onSignalLoss": {"after": 100, "action": "UseReserved", "value": "999999999.999G"},
        "allowedNamespaces": [f"{n:03}".ljust(63, "n") for n in range(256)],
    }
    made = _create(customs, namespace, resource("ClusterDownstreamDependency", spec, name=f"{namespace}-full"))
    assert made["spec"] == spec
    refs = [
        {
            "kind": "ClusterDownstreamDependency",
            "name": f"{n:02}".ljust(253, "n"),
            "costPerReplica": "999999999.999G",
            "weight": "999.999",
            "guaranteedReplicas": 40,
            "priority": -1000,
        }
        for n in range(16)
    ]
    app = _create(customs, namespace, resource("KafkaConsumerApp", changed(APP_SPEC, {"dependencies": refs})))
    assert app["spec"]["dependencies"] == refs


def test_error_handling_shows_its_defaults_and_none_for_templates(
    customs: client.CustomObjectsApi, namespace: str
) -> None:
    asked = {"retry": {"backoff": {"initial": "1s", "attempts": 5}}, "deadLetter": {}, "topics": {}, "storm": {}}
    spec = _create(customs, namespace, resource("KafkaConsumerApp", changed(APP_SPEC, {"errorHandling": asked})))[
        "spec"
    ]
    assert spec["errorHandling"] == {
        "preset": "Sluicegate",
        "ordering": "Relaxed",
        "retry": {"backoff": {"initial": "1s", "attempts": 5, "multiplier": 2}},
        "deadLetter": {},
        "topics": {"provisioner": "Admin", "adoption": "Check", "drift": "Revert", "deletion": "Retain"},
        "storm": {"maxPercent": 50, "window": "2m", "action": "Freeze"},
    }


def test_error_handling_with_every_field_at_its_limit_is_taken(
    customs: client.CustomObjectsApi, namespace: str
) -> None:
    configs = ("compression.type", "max.message.bytes", "min.insync.replicas", "segment.ms")
    handling = {
        "preset": "ShareGroup",
        "ordering": "Relaxed",
        "retry": {
            "delays": [f"{n}h{59}m{59}s{999}ms" for n in range(15)],
            "nameTemplate": "{topic}{group}{index}{delay}{delayMs}{app}{namespace}".ljust(249, "x"),
        },
        "deadLetter": {
            "nameTemplate": "{group}".ljust(249, "-"),
            "partitions": 10_000,
            "replicationFactor": 32,
            "retention": "8784h",
            "config": dict.fromkeys(configs, "é" * 256),
        },
        "topics": {"provisioner": "None", "adoption": "Never", "drift": "Report", "deletion": "Delete"},
        "storm": {"maxPercent": 100, "window": "1h", "action": "Floor"},
    }
    changes = {
        "topics": [f"{n}".ljust(249, "t") for n in range(8)],
        "errorHandling": handling,
        "clientConfig": {"configMapName": "n" * 253},
    }
    made = _create(customs, namespace, resource("KafkaConsumerApp", changed(APP_SPEC, changes)))
    assert made["spec"]["errorHandling"] == handling
    assert _accepted_here(made)


def test_a_connection_with_every_bound_is_taken(customs: client.CustomObjectsApi, namespace: str) -> None:
    policy = {
        "allowedPrefixes": [f"{n:02}".ljust(249, "p") for n in range(64)],
        "maxPartitions": 10_000,
        "minRetention": "8784h",
        "maxRetention": "8784h",
        "mayDelete": True,
    }
    targets = [f"{n:02}".ljust(249, "t") for n in range(64)]
    spec = changed(CONNECTION_SPEC, {"topicPolicy": policy, "redriveTargets": targets})
    made = _create(customs, namespace, resource("KafkaConnection", spec))["spec"]
    assert (made["topicPolicy"], made["redriveTargets"]) == (policy, targets)


def test_a_small_redrive_is_taken_and_shows_its_defaults(customs: client.CustomObjectsApi, namespace: str) -> None:
    asked = changed(REDRIVE_SPEC, {"canary": {}, "guards": {}, "rate": {}})
    spec = _create(customs, namespace, resource("DeadLetterRedrive", asked))["spec"]
    assert spec == {
        "appRef": {"name": "orders"},
        "to": "Retry",
        "partitioner": "Murmur2",
        "allowOtherGroups": False,
        "rate": {"recordsPerSecond": 50},
        "canary": {"records": 100, "maxReturnPercent": 5, "soak": "2m"},
        "guards": {"maxRedrives": 3, "onLoop": "Park", "pauseWhenLagAbove": 10_000, "pauseWhenBreakerOpen": True},
        "dryRun": False,
        "suspend": False,
        "ttlSecondsAfterFinished": 86_400,
    }


def test_a_redrive_with_every_field_at_its_limit_is_taken(customs: client.CustomObjectsApi, namespace: str) -> None:
    spec = {
        "appRef": {"name": "n" * 253},
        "to": "Topic",
        "topic": "t" * 249,
        "select": {
            "since": "8784h",
            "until": "8783h59m59s999ms",
            "errorClass": "é" * 256,
            "headers": {f"h{n}": "x" * 256 for n in range(16)},
            "key": "^" + "k" * 255,
            "offsets": {str(n): 10**15 + n for n in range(10_000)},
            "maxRecords": 1_000_000_000,
        },
        "partitioner": "Crc32",
        "allowOtherGroups": True,
        "rate": {"recordsPerSecond": 1_000_000, "percentOfConsumeRate": 100},
        "canary": {"records": 1_000_000, "maxReturnPercent": 100, "soak": "24h"},
        "guards": {"maxRedrives": 1000, "onLoop": "Fail", "pauseWhenLagAbove": 0, "pauseWhenBreakerOpen": False},
        "dryRun": True,
        "suspend": True,
        "ttlSecondsAfterFinished": 31_536_000,
    }
    made = _create(customs, namespace, resource("DeadLetterRedrive", spec))
    assert made["spec"] == spec
    assert _accepted_here(made)


FIXED = "cannot be changed: delete this resource and create another"


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({"appRef": {"name": "payments"}}, False),
        ({"to": "Source"}, False),
        ({"to": "Topic", "topic": "orders-again"}, False),
        ({"select": {"since": "1h"}}, False),
        ({"select": None}, False),
        ({"partitioner": "Crc32"}, False),
        ({"dryRun": True}, False),
        ({"suspend": True, "rate": {"recordsPerSecond": 5}, "guards": {"maxRedrives": 9}}, True),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_a_redrive_can_be_held_and_slowed_but_moves_the_same_to_the_same_place(
    customs: client.CustomObjectsApi, namespace: str, change: Body, taken: bool
) -> None:
    name = f"fixed-{uuid.uuid4().hex[:8]}"
    spec = changed(REDRIVE_SPEC, {"select": {"since": "24h"}})
    _create(customs, namespace, resource("DeadLetterRedrive", spec, name=name), dry=False)
    refusal = ""
    try:
        customs.patch_namespaced_custom_object(
            GROUP, VERSION, namespace, "deadletterredrives", name, {"spec": change}, dry_run="All"
        )
    except ApiException as error:
        refusal = _refusal(error)[0]
    assert (FIXED in refusal) != taken, refusal
    assert bool(refusal) != taken


def test_an_unknown_field_is_refused_by_name(customs: client.CustomObjectsApi, namespace: str) -> None:
    with pytest.raises(ApiException) as caught:
        _create(customs, namespace, resource("KafkaConsumerApp", changed(APP_SPEC, {"scaling.maxReplica": 5})))
    assert caught.value.status == 400
    assert 'unknown field "spec.scaling.maxReplica"' in _refusal(caught.value)[0]


def test_the_target_of_an_app_cannot_be_changed(customs: client.CustomObjectsApi, namespace: str) -> None:
    _create(customs, namespace, resource("KafkaConsumerApp", APP_SPEC, name="fixed"), dry=False)
    with pytest.raises(ApiException) as caught:
        customs.patch_namespaced_custom_object(
            GROUP, VERSION, namespace, "kafkaconsumerapps", "fixed", {"spec": {"scaleTargetRef": {"name": "payments"}}}
        )
    assert caught.value.status == 422
    assert "delete this resource and create one for the other workload" in _refusal(caught.value)[0]


def test_status_is_a_subresource_that_keeps_all_of_memory(customs: client.CustomObjectsApi, namespace: str) -> None:
    _create(customs, namespace, resource("KafkaConsumerApp", APP_SPEC, name="remembering"), dry=False)
    memory = {"v": 1, "downs": [1.5, 2.5], "capacity": {"best": 58, "at": None}}
    patch = {"status": {"memory": memory}, "spec": {"mode": "Recommend"}}
    customs.patch_namespaced_custom_object_status(GROUP, VERSION, namespace, "kafkaconsumerapps", "remembering", patch)
    kept = customs.get_namespaced_custom_object(GROUP, VERSION, namespace, "kafkaconsumerapps", "remembering")
    memory["capacity"] = {"best": 58}
    assert kept["status"]["memory"] == memory
    assert kept["spec"]["mode"] == "Active"


@pytest.mark.parametrize(("kind", "field"), NEAR)
def test_the_operator_and_the_api_server_come_to_the_same_verdict(
    customs: client.CustomObjectsApi, namespace: str, kind: str, field: str
) -> None:
    verdicts: set[bool] = set()

    @settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(NEAR[kind, field])
    def check(value: Any) -> None:
        body = resource(kind, changed(GOOD_SPECS[kind], {field: value}))
        try:
            _create(customs, namespace, body)
            accepted_there, words = True, ""
        except ApiException as error:
            if error.status != 422:
                raise
            accepted_there, words = False, str(error.body)
        assert "evaluation error" not in words
        assert _accepted_here(body) == accepted_there, (value, words)
        verdicts.add(accepted_there)

    check()
    assert verdicts == {True, False}, "the generated values are all good or all bad: they prove nothing"


def _accepted_here(body: Body) -> bool:
    try:
        PARSERS[body["kind"]](body)
    except Invalid:
        return False
    return True
