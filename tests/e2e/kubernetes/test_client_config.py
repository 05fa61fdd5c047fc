"""The ConfigMap with names and client settings: made for the app, kept current, gone with it, never a person's."""

from __future__ import annotations

from typing import Any

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import App
from tests.support.cluster import Body
from tests.support.wait import eventually

MAP = "orders-kafka"
CONFIG: dict[str, Any] = {"clientConfig": {"configMapName": MAP}}
RETRIES: dict[str, Any] = {**CONFIG, "errorHandling": {"retry": {"delays": ["10s"]}}}
AT_ONCE = 10
"""Seconds: a beat of the topics looks each second, and tries again after five."""


def shows(app: App, key: str, value: str) -> Body:
    """The ConfigMap once ``key`` has this value."""

    def look() -> Body | None:
        found = app.cluster.find("configmap", MAP, namespace=app.namespace)
        return found if found and found["data"].get(key) == value else None

    found = eventually(look, within=AT_ONCE, what=f"{key} of ConfigMap {MAP} is {value}")
    assert found is not None
    return found


def conflicts(app: App) -> list[Body]:
    return [event for event in app.events() if event["reason"] == "ConfigMapConflict"]


def test_it_follows_the_app_without_touching_its_pods_and_goes_with_it(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag(), spec=RETRIES)
    made = shows(app, "retry.topics", f"{app.topic}.{app.group}.retry-10s=10s")
    assert made["data"]["bootstrap.servers"] == app.broker.bootstrap
    assert f"group.id={app.group}\n" in made["data"]["librdkafka.properties"]
    (owner,) = made["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == (
        "KafkaConsumerApp",
        app.name,
        app.body()["metadata"]["uid"],
    )
    template = app.workload()["spec"]["template"]

    app.apply(scaling=by_lag(), spec=CONFIG)
    eventually(
        lambda: "retry.topics" not in app.cluster.get("configmap", MAP, namespace=app.namespace)["data"],
        within=AT_ONCE,
        what="names that are asked for no more are gone",
    )
    assert app.workload()["spec"]["template"] == template, "a change of the ConfigMap restarted pods"

    app.cluster.delete("kca", app.name, namespace=app.namespace)
    eventually(
        lambda: app.cluster.find("configmap", MAP, namespace=app.namespace) is None,
        within=60,
        what="the ConfigMap goes with its app",
    )


def test_what_others_wrote_into_it_stays_and_what_is_ours_is_set_back(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag(), spec=CONFIG)
    shows(app, "group.id", app.group)
    mine = {"metadata": {"labels": {"team": "shop"}}, "data": {"group.id": "mine", "note": "of a person"}}
    app.cluster.patch("configmap", MAP, mine, namespace=app.namespace)
    app.apply(scaling=by_lag(highest=7), spec=CONFIG)
    found = shows(app, "group.id", app.group)
    assert (found["data"]["note"], found["metadata"]["labels"]["team"]) == ("of a person", "shop")


def test_a_person_s_config_map_of_that_name_is_left_alone_and_told_of_once(still_app: StillApp) -> None:
    app = still_app()
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": MAP}, "data": {"a": "b"}}
    app.cluster.apply(theirs, namespace=app.namespace)
    before = app.cluster.get("configmap", MAP, namespace=app.namespace)
    app.start(scaling=by_lag(), spec=CONFIG)
    eventually(lambda: conflicts(app), within=AT_ONCE, what="the conflict is told")
    assert "exists and was not made for this app" in conflicts(app)[0]["message"]
    app.shows("ClientConfigKept", "False", "ConfigMapConflict")
    app.shows("Ready", "True")
    app.apply(scaling=by_lag(highest=5), spec=CONFIG)
    app.owe(50)
    app.reaches(5)
    assert app.cluster.get("configmap", MAP, namespace=app.namespace) == before
    assert len(conflicts(app)) == 1

    app.cluster.delete("configmap", MAP, namespace=app.namespace)
    app.apply(scaling=by_lag(highest=4), spec=CONFIG)
    shows(app, "group.id", app.group)
    eventually(lambda: not app.condition("ClientConfigKept"), within=AT_ONCE, what="what is solved is told no more")
