"""`plan` beside a real broker: what it says of topics is what the broker has, and nothing is written."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from sluicegate.cli.main import cli
from tests.support.broker import Broker
from tests.support.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def source(broker: Broker) -> Iterator[str]:
    """A topic of six partitions; with it goes what carries its name."""
    name = f"plan-{uuid.uuid4().hex[:8]}"
    broker.create(name, partitions=6)
    yield name
    broker.drop(topics=[topic for topic in broker.admin.list_topics(timeout=10).topics if topic.startswith(name)])


def run(desk: Desk, broker: Broker, source: str, *arguments: str, servers: str = "") -> Result:
    app: dict[str, Any] = {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConsumerApp",
        "metadata": {"name": "billing", "namespace": "shop"},
        "spec": {
            "scaleTargetRef": {"name": "billing"},
            "kafka": {"bootstrapServers": broker.bootstrap},
            "consumerGroup": "billing",
            "topics": [source],
            "scaling": {"maxReplicas": 6},
            "errorHandling": {"retry": {"delays": ["10s"]}},
        },
    }
    env = {"KUBECONFIG": str(desk.kubeconfig), "NO_PROXY": "*"}
    asked = ("plan", "-f", "-", "--bootstrap-servers", servers or broker.bootstrap, *arguments)
    return CliRunner().invoke(cli, asked, prog_name="kubectl kca", env=env, input=yaml.safe_dump(app))


def topics(done: Result) -> dict[str, dict[str, Any]]:
    (app,) = json.loads(done.stdout)["resources"]
    return {one["name"]: one for one in app["topics"]["topics"]}


def test_what_is_missing_is_told_as_it_would_be_made_and_not_made(desk: Desk, broker: Broker, source: str) -> None:
    done = run(desk, broker, source, "-o", "json")
    assert done.exit_code == 3, done.output
    dlq = topics(done)[f"{source}.billing.dlq"]
    assert (dlq["action"], dlq["partitions"], dlq["replication"]) == ("create", 6, 1)
    assert int(dlq["config"]["max.message.bytes"]) == 1_048_588 + 256 * 1024
    assert [topic for topic in broker.admin.list_topics(timeout=10).topics if topic.startswith(source)] == [source]


def test_a_topic_of_somebody_else_that_does_not_fit_is_told_with_what_does_not(
    desk: Desk, broker: Broker, source: str
) -> None:
    broker.create(f"{source}.billing.dlq", partitions=2)
    done = run(desk, broker, source, "-o", "json")
    assert topics(done)[f"{source}.billing.dlq"]["action"] == "unchanged"
    (app,) = json.loads(done.stdout)["resources"]
    (said,) = [one for one in app["warnings"] if "does not fit" in one]
    assert "2 partitions instead of at least 6" in said


def test_strimzi_s_manifests_have_the_source_s_partitions_and_replicas(desk: Desk, broker: Broker, source: str) -> None:
    done = run(desk, broker, source, "-o", "strimzi", "--strimzi-cluster", "main")
    found = list(yaml.safe_load_all(done.stdout))
    assert [(one["spec"]["topicName"], one["spec"]["partitions"], one["spec"]["replicas"]) for one in found] == [
        (f"{source}.billing.retry-10s", 6, 1),
        (f"{source}.billing.dlq", 6, 1),
    ]


def test_a_source_that_does_not_exist_is_waited_for(desk: Desk, broker: Broker) -> None:
    done = run(desk, broker, "plan-nobody-has-this")
    assert "the source topic plan-nobody-has-this does not exist yet" in done.stdout
    assert "! not made" in done.stdout


def test_brokers_that_do_not_answer_leave_what_the_status_tells(desk: Desk, broker: Broker) -> None:
    done = run(desk, broker, "orders", servers="127.0.0.1:1")
    assert done.exit_code == 3, done.output
    assert "topics    from the status: the brokers could not be asked: " in done.stdout
    assert "+ create  orders.billing.dlq" in done.stdout
