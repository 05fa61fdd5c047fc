"""Deleting an app lets go of the workload as it is, and never waits for the operator."""

from __future__ import annotations

import time

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import POLL, App
from tests.support.cluster import Body
from tests.support.install import Release, wait_a_poll
from tests.support.recorder import Recorder
from tests.support.wait import eventually


def test_an_app_deleted_in_mid_burst_leaves_the_workload_as_it_is_and_nothing_is_written_afterwards(
    still_app: StillApp, release: Release
) -> None:
    app = still_app()
    app.start(scaling=by_lag())
    app.owe(30)
    app.reaches(3)
    assert "finalizers" not in app.body()["metadata"]
    with Recorder("deployment", app.name, namespace=app.namespace, path=".spec.replicas") as seen:
        app.owe(60)
        began = time.monotonic()
        app.cluster.delete("kca", app.name, namespace=app.namespace)
        assert time.monotonic() - began < POLL, "the deletion waited for something"
        version = app.workload()["metadata"]["generation"]
        wait_a_poll(4)
        assert seen.numbers == [3]
    assert app.workload()["metadata"]["generation"] == version
    eventually(
        lambda: (
            f'app="{app.name}",namespace="{app.namespace}"' not in release.get("/metrics")
            and f'namespace="{app.namespace}",app="{app.name}"' not in release.get("/metrics")
        ),
        within=5,
        what="the app's metrics end with it",
    )


def test_an_app_made_again_under_the_same_name_starts_afresh(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag())
    app.owe(30)
    app.reaches(3)
    app.cluster.delete("kca", app.name, namespace=app.namespace)
    app.owe(60)
    app.apply(scaling=by_lag(highest=5))
    app.reaches(5, within=3 * POLL)


DELETES = {"errorHandling": {"retry": {"delays": ["10s"]}, "topics": {"deletion": "Delete"}}}


def letting(app: App) -> Body:
    """The app's connection, which lets it delete its topics."""
    body = app.connection_body()
    return {**body, "spec": {**body["spec"], "topicPolicy": {"mayDelete": True}}}


def made_here(app: App) -> list[str]:
    found = app.body().get("status", {}).get("topics", ())
    return [one["name"] for one in found if one.get("created")]


def holding(app: App) -> list[str]:
    """Starts ``app``; its topics, once they are there, remembered as made here, and the app holds the finalizer."""
    app.start(scaling=by_lag(), spec=DELETES)
    app.cluster.apply(letting(app), namespace=app.namespace)
    topics = [f"{app.topic}.{app.group}.{ending}" for ending in ("dlq", "retry-10s")]
    eventually(lambda: made_here(app) == topics, within=30, what="the topics are remembered as made here")
    eventually(lambda: app.body()["metadata"].get("finalizers"), within=30, what="the app holds the finalizer")
    return topics


def test_topics_go_with_the_app_where_both_sides_say_so_but_for_those_with_messages(still_app: StillApp) -> None:
    app = still_app()
    dead_letters, retries = holding(app)
    app.broker.produce(dead_letters, 3)
    app.cluster.delete("kca", app.name, namespace=app.namespace)
    assert app.broker.partitions(dead_letters), "there are messages in it"
    assert not app.broker.partitions(retries)
    assert app.broker.partitions(app.topic), "the source is nobody's to delete"


def test_an_app_whose_connection_is_gone_is_deleted_and_its_topics_stay(still_app: StillApp) -> None:
    app = still_app()
    topics = holding(app)
    app.cluster.delete("kafkaconnection", "main", namespace=app.namespace)
    app.cluster.delete("kca", app.name, namespace=app.namespace)
    assert all(app.broker.partitions(topic) for topic in topics)


def test_a_namespace_with_such_an_app_does_not_wait_for_ever(still_app: StillApp) -> None:
    app = still_app()
    holding(app)
    app.cluster.run("delete", "namespace", app.namespace, "--timeout=90s", limit=120)
    app.cluster.run("create", "namespace", app.namespace)
