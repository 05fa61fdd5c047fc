"""Retry and dead-letter topics as the operator keeps them: made, grown with their source, remembered, let go."""

from __future__ import annotations

from typing import Any

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import App
from tests.support.cluster import Cluster
from tests.support.install import Release
from tests.support.wait import eventually

HANDLING: dict[str, Any] = {"errorHandling": {"retry": {"delays": ["10s"]}, "deadLetter": {}}}
WITHIN = 30


def own(app: App) -> tuple[str, str]:
    return f"{app.topic}.{app.group}.retry-10s", f"{app.topic}.{app.group}.dlq"


def in_sync(app: App) -> dict[str, dict[str, Any]]:
    """Entries of status.topics by name, once all is well."""

    def look() -> dict[str, dict[str, Any]] | None:
        found = {one["name"]: one for one in app.status().get("topics", [])}
        well = found and all(one["state"] == "InSync" and one.get("id") for one in found.values())
        return found if well and app.condition("TopicsInSync").get("status") == "True" else None

    found = eventually(look, within=WITHIN, what=f"topics in sync (now {app.condition('TopicsInSync')})")
    assert found is not None
    return found


def test_they_are_made_like_their_source_and_grow_with_it(still_app: StillApp) -> None:
    app = still_app(partitions=3)
    app.start(scaling=by_lag(), spec=HANDLING)
    made = in_sync(app)
    assert sorted(made) == sorted(own(app))
    assert all(one["created"] and one["partitions"] == 3 for one in made.values())
    app.broker.grow(app.topic, to=5)
    eventually(
        lambda: [app.broker.partitions(topic) for topic in own(app)] == [5, 5],
        within=WITHIN,
        what="both topics grow with their source",
    )


def test_a_source_that_comes_later_is_waited_for(still_app: StillApp) -> None:
    app = still_app(partitions=2)
    app.cluster.apply(app.connection_body(), app.workload_body(replicas=1), namespace=app.namespace)
    app.apply(scaling=by_lag(), spec=HANDLING)
    app.shows("TopicsInSync", "False", "SourceMissing", within=WITHIN)
    app.broker.create(app.topic, partitions=2)
    in_sync(app)


def test_a_killed_operator_knows_its_own_topics_again(still_app: StillApp, release: Release) -> None:
    app = still_app(partitions=2)
    app.start(scaling=by_lag(), spec=HANDLING)
    before = in_sync(app)
    release.kill9()
    app.apply(scaling=by_lag(), spec={"errorHandling": {**HANDLING["errorHandling"], "storm": {"maxPercent": 60}}})
    app.broker.grow(app.topic, to=4)
    eventually(
        lambda: [app.broker.partitions(topic) for topic in own(app)] == [4, 4],
        within=2 * WITHIN,
        what="both topics grow after the operator came back",
    )
    after = in_sync(app)
    assert {name: (one["id"], one["created"]) for name, one in after.items()} == {
        name: (one["id"], True) for name, one in before.items()
    }


def test_somebody_else_s_topic_is_only_checked(still_app: StillApp) -> None:
    app = still_app(partitions=4)
    _, dead = own(app)
    app.broker.create(app.topic, partitions=4)
    app.broker.create(dead, partitions=1)
    app.start(scaling=by_lag(), spec=HANDLING)
    said = app.shows("TopicsInSync", "False", "TopicIncompatible", within=WITHIN)
    assert dead in said["message"]
    assert app.broker.partitions(dead) == 1


def test_they_stay_when_the_app_goes(still_app: StillApp, cluster: Cluster) -> None:
    app = still_app(partitions=2)
    app.start(scaling=by_lag(), spec=HANDLING)
    in_sync(app)
    assert "finalizers" not in app.body()["metadata"]
    cluster.delete("kca", app.name, namespace=app.namespace)
    assert [app.broker.partitions(topic) for topic in own(app)] == [2, 2]


def test_they_go_with_the_app_where_both_sides_say_so_but_never_with_messages_in_them(
    still_app: StillApp, cluster: Cluster
) -> None:
    app = still_app(partitions=2)
    handling = {"errorHandling": {**HANDLING["errorHandling"], "topics": {"deletion": "Delete"}}}
    connection = app.connection_body()
    connection["spec"]["topicPolicy"] = {"mayDelete": True}
    app.start(scaling=by_lag(), spec=handling)
    cluster.apply(connection, namespace=app.namespace)
    in_sync(app)
    eventually(
        lambda: "sluicegate.dev/topics" in app.body()["metadata"].get("finalizers", []),
        within=WITHIN,
        what="the finalizer is there",
    )
    retry, dead = own(app)
    app.broker.produce(dead, 3)
    cluster.delete("kca", app.name, namespace=app.namespace)
    eventually(
        lambda: cluster.find("kca", app.name, namespace=app.namespace) is None, within=WITHIN, what="the app is gone"
    )
    assert (app.broker.partitions(retry), app.broker.partitions(dead)) == (0, 2)
