"""Redrives as resources: one at a time, through a killed operator, suspended and resumed, gone when they are old."""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import App
from tests.support.cluster import Body
from tests.support.install import Release
from tests.support.wait import eventually

HANDLING: dict[str, Any] = {"errorHandling": {"retry": {"delays": ["10s"]}, "deadLetter": {}}}
PARTITIONS = 3


def started(still_app: StillApp, *, letters: int) -> App:
    """An app with its topics, and so many dead letters."""
    app = still_app(partitions=PARTITIONS)
    app.start(scaling=by_lag(), spec=HANDLING)
    app.shows("TopicsInSync", "True", within=30)
    producer = Producer({"bootstrap.servers": app.broker.bootstrap, "acks": "all"})
    for number in range(letters):
        headers = {"sluicegate.original.topic": app.topic, "sluicegate.original.offset": str(number)}
        producer.produce(
            f"{app.topic}.{app.group}.dlq",
            key=str(number),
            value=str(number),
            partition=number % PARTITIONS,
            headers={name: value.encode() for name, value in headers.items()},
        )
        producer.poll(0)
    assert producer.flush(15) == 0
    return app


def redrive(app: App, name: str, **spec: Any) -> None:
    body = {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DeadLetterRedrive",
        "metadata": {"name": name},
        "spec": {"appRef": {"name": app.name}, **spec},
    }
    app.cluster.apply(body, namespace=app.namespace)


def status(app: App, name: str) -> Body:
    found = app.cluster.find("dlr", name, namespace=app.namespace) or {}
    told: Body = found.get("status", {})
    return told


def phase(app: App, name: str, wanted: str, *, within: float = 30.0) -> Body:
    eventually(
        lambda: status(app, name).get("phase") == wanted,
        within=within,
        what=f"{name} is {wanted} (now {json.dumps(status(app, name))[:300]})",
    )
    return status(app, name)


def arrived(app: App) -> list[str]:
    """The values in the retry topic."""
    topic = f"{app.topic}.{app.group}.retry-10s"
    settings = {"bootstrap.servers": app.broker.bootstrap, "group.id": "e2e-reading", "enable.auto.commit": False}
    reader = Consumer(settings | {"enable.partition.eof": True})
    reader.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
    found, ended = [], 0
    while ended < PARTITIONS:
        message = reader.poll(10.0)
        assert message is not None, f"{topic} cannot be read"
        if message.error() is None:
            found.append((message.value() or b"").decode())
        else:
            ended += 1
    reader.close()
    return found


def test_a_redrive_survives_a_killed_operator_while_the_next_one_waits(still_app: StillApp, release: Release) -> None:
    app = started(still_app, letters=900)
    redrive(app, "first", rate={"recordsPerSecond": 60}, ttlSecondsAfterFinished=5)
    phase(app, "first", "Running")
    redrive(app, "second", to="Park")
    waits = phase(app, "second", "Pending")
    assert "'first'" in waits["message"]
    eventually(lambda: (status(app, "first").get("redriven") or 0) > 100, within=15, what="a part is moved")
    release.kill9()
    done = phase(app, "first", "Succeeded", within=90)
    assert done["redriven"] >= 900
    values = arrived(app)
    assert set(values) == {str(number) for number in range(900)}, "a record was lost"
    assert len(values) - 900 <= 120, "more was repeated than is moved between two commits"
    assert phase(app, "second", "Succeeded", within=60)["total"] == 0, "what was dealt with was looked at again"
    eventually(
        lambda: app.cluster.find("dlr", "first", namespace=app.namespace) is None,
        within=30,
        what="the first is deleted when its time is over",
    )


def test_a_suspended_redrive_stands_still_and_goes_on_where_it_was(still_app: StillApp) -> None:
    app = started(still_app, letters=300)
    redrive(app, "slow", rate={"recordsPerSecond": 50})
    eventually(lambda: (status(app, "slow").get("redriven") or 0) > 20, within=30, what="a part is moved")
    redrive(app, "slow", rate={"recordsPerSecond": 50}, suspend=True)
    stood = phase(app, "slow", "Paused")
    assert "spec.suspend" in stood["message"]
    moved = len(arrived(app))
    assert moved < 300
    redrive(app, "slow", rate={"recordsPerSecond": 0}, suspend=False)
    phase(app, "slow", "Succeeded")
    assert sorted(arrived(app), key=int) == [str(number) for number in range(300)]


def test_what_cannot_be_done_fails_with_a_remedy_and_what_may_still_come_is_waited_for(still_app: StillApp) -> None:
    app = started(still_app, letters=0)
    redrive(app, "elsewhere", to="Topic", topic="elsewhere")
    failed = phase(app, "elsewhere", "Failed")
    assert "redriveTargets" in failed["message"]
    app.cluster.apply(
        {
            "apiVersion": "sluicegate.dev/v1alpha1",
            "kind": "DeadLetterRedrive",
            "metadata": {"name": "early"},
            "spec": {"appRef": {"name": "not-there-yet"}},
        },
        namespace=app.namespace,
    )
    waits = phase(app, "early", "Pending")
    assert "not-there-yet" in waits["message"]
