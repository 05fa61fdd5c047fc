"""An app at rest: it says how it is as every Kubernetes tool expects, and then keeps quiet."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.e2e.kubernetes.conftest import by_lag
from tests.support.app import POLL, SLEEP, App
from tests.support.broker import Broker
from tests.support.cluster import Cluster
from tests.support.install import ROOT, Release, wait_a_poll
from tests.support.wait import eventually

QUIET = 40.0
COLUMNS = ["NAME", "REPLICAS", "WANTED", "CAP", "LIMITED-BY", "LAG", "LAG-TIME", "DLQ", "READY", "AGE"]
WIDE = ["GROUP", "PARTITIONS", "RATE-IN", "RATE-OUT", "MODE", "REASON"]


@pytest.fixture(scope="module")
def home(cluster: Cluster, broker: Broker, release: Release) -> Iterator[str]:
    """One namespace for all tests of this file."""
    namespace = f"e2e-{uuid.uuid4().hex[:8]}"
    cluster.run("create", "namespace", namespace)
    yield namespace
    cluster.run("delete", "namespace", namespace, "--wait=false")
    broker.drop(topics=[topic for topic in broker.admin.list_topics(timeout=10).topics if topic.startswith(namespace)])


@pytest.fixture(scope="module")
def idle(cluster: Cluster, broker: Broker, home: str) -> App:
    """An app with nothing to do, started before all else so that it is at rest when it is looked at."""
    app = App(cluster=cluster, broker=broker, namespace=home, name="idle")
    app.start(scaling=by_lag(highest=5))
    app.shows("Reconciling", "False", within=30)
    eventually(lambda: broker.members(app.group) == 1, within=30, what="its consumer is a member")
    wait_a_poll(4)
    app.apply(scaling=by_lag())  # its status is written once more, now with rates: these take two looks
    eventually(lambda: app.status()["observedGeneration"] == 2, within=3 * POLL, what="the change is seen")
    assert "rate" in app.status()
    return app


@pytest.fixture(scope="module")
def resting(cluster: Cluster, broker: Broker, home: str, idle: App) -> App:
    """An app with a steady lag of 33 and the four replicas that this takes."""
    app = App(cluster=cluster, broker=broker, namespace=home, command=SLEEP)
    app.start(scaling=by_lag())
    app.owe(33)
    app.reaches(4)
    app.shows("Ready", "True", within=20)
    app.shows("Reconciling", "False", within=30)
    return app


@pytest.fixture(scope="module")
def calm(idle: App, resting: App) -> tuple[float, str, list[str]]:
    """When the idle app had come to rest, its resourceVersion and its Events by then."""
    return time.monotonic(), idle.body()["metadata"]["resourceVersion"], told(idle)


def told(app: App) -> list[str]:
    return sorted(f"{event['metadata']['name']} x{event.get('count', 1)}" for event in app.events())


def test_conditions_are_as_kstatus_reads_them(resting: App, calm: object) -> None:
    body = resting.body()
    status = body["status"]
    assert status["observedGeneration"] == body["metadata"]["generation"]
    conditions = {one["type"]: one for one in status["conditions"]}
    assert {type_: conditions[type_]["status"] for type_ in ("Ready", "Reconciling", "Stalled")} == {
        "Ready": "True",
        "Reconciling": "False",
        "Stalled": "False",
    }
    for one in conditions.values():
        assert one["observedGeneration"] == body["metadata"]["generation"], one
        assert one["reason"], one
        assert datetime.fromisoformat(one["lastTransitionTime"]), one
    waited = resting.cluster.run(
        "wait", "--for=condition=Ready", "kca", resting.name, "-n", resting.namespace, "--timeout=1s"
    )
    assert "condition met" in waited
    assert len(json.dumps(status["memory"])) <= 2048


def test_kubectl_get_shows_the_line_that_is_promised(resting: App, calm: object) -> None:
    head, row = resting.cluster.run("get", "kca", resting.name, "-n", resting.namespace).splitlines()
    assert head.split() == COLUMNS
    columns = dict(zip(head.split(), cells(head, row), strict=True))
    shown = {name: columns[name] for name in ("NAME", "REPLICAS", "WANTED", "CAP", "LIMITED-BY", "LAG", "READY")}
    assert shown == {
        "NAME": "orders",
        "REPLICAS": "4",
        "WANTED": "4",
        "CAP": "6",
        "LIMITED-BY": "None",
        "LAG": "33",
        "READY": "True",
    }
    wide = resting.cluster.run("get", "kca", resting.name, "-n", resting.namespace, "-o", "wide").splitlines()[0]
    assert wide.split() == [*head.split(), *WIDE]
    assert resting.name in resting.cluster.run("get", "sluicegate", "-n", resting.namespace)


def cells(head: str, row: str) -> list[str]:
    """The cells of ``row`` under the columns of ``head``; an empty one is empty."""
    starts = [index for index, letter in enumerate(head) if letter != " " and (index == 0 or head[index - 1] == " ")]
    return [row[start:end].strip() for start, end in zip(starts, [*starts[1:], len(row)], strict=True)]


def test_kubectl_kca_status_and_explain_tell_why(resting: App, calm: object) -> None:
    plugin = Cluster(env={"PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"})
    here = ("-n", resting.namespace)
    table = plugin.run("kca", "status", *here)
    assert "REPLICAS" in table
    assert resting.name in table
    page = plugin.run("kca", "status", resting.name, *here)
    for words in (resting.group, resting.topic, "Deployment orders", "Ready", "LagKnown"):
        assert words in page, page
    machine = json.loads(plugin.run("kca", "status", resting.name, *here, "-o", "json"))
    assert machine["status"]["replicas"] == {"current": 4, "desired": 4, "wanted": 4, "cap": 6}
    why = plugin.run("kca", "explain", resting.name, *here)
    for words in ("33 messages", "10 messages of lag a replica", "minReplicas 1, maxReplicas 6", "Hold"):
        assert words in why, why
    assert "\x1b[" not in table + page + why, "colour, although piped"


def test_an_idle_app_causes_no_write_and_no_event(idle: App, calm: tuple[float, str, list[str]]) -> None:
    since, version, events = calm
    time.sleep(max(0.0, since + QUIET - time.monotonic()))
    now = idle.body()
    assert now["metadata"]["resourceVersion"] == version, f"a status write without news: {now['status']}"
    assert told(idle) == events, "an Event without news"
    assert idle.replicas() == 1
