"""Helm upgrades, narrows, removes and brings back the operator: what teams own stays as it is all the while."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import POLL
from tests.support.cluster import Cluster
from tests.support.install import Release, wait_a_poll
from tests.support.recorder import Recorder


@pytest.fixture
def as_it_was(release: Release) -> Iterator[Release]:
    """The release, with the values of the whole session again afterwards."""
    yield release
    release.install()


def test_an_upgrade_to_some_namespaces_works_with_roles_alone_and_touches_no_other(
    still_app: StillApp, other_namespace: str, cluster: Cluster, as_it_was: Release
) -> None:
    watched = still_app()
    unwatched = dataclasses.replace(watched, namespace=other_namespace)
    for app in (watched, unwatched):
        app.start(scaling=by_lag())
        app.owe(30)
    for app in (watched, unwatched):
        app.reaches(3)
    with (
        Recorder("deployment", watched.name, namespace=watched.namespace) as seen,
        Recorder("deployment", unwatched.name, namespace=unwatched.namespace) as other,
    ):
        as_it_was.install({"watchNamespaces": [watched.namespace], "logLevel": "info"})
        names = cluster.run("get", "clusterroles,clusterrolebindings", "-o", "name").split()
        assert [name for name in names if name.endswith(f"/{as_it_was.name}")] == []
        version = unwatched.body()["metadata"]["resourceVersion"]
        for app in (watched, unwatched):
            app.owe(60)
        watched.reaches(6, within=40)
        assert (seen.numbers, other.numbers) == ([3, 6], [3])
    assert unwatched.body()["metadata"]["resourceVersion"] == version, "an app outside was touched"
    log = as_it_was.logs()
    assert [word for word in ("not allowed", "orbidden") if word in log] == [], "its Roles do not suffice"


def test_uninstall_leaves_everything_of_the_teams_and_a_new_install_goes_on(
    still_app: StillApp, cluster: Cluster, as_it_was: Release
) -> None:
    app = still_app()
    app.start(scaling=by_lag())
    app.owe(30)
    app.reaches(3)
    uid = app.workload()["metadata"]["uid"]
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        as_it_was.uninstall()
        cluster.run("get", "crd", "kafkaconsumerapps.sluicegate.dev", "kafkaconnections.sluicegate.dev")
        assert (app.body()["spec"]["consumerGroup"], app.workload()["metadata"]["uid"]) == (app.group, uid)
        app.owe(60)
        wait_a_poll(2)
        assert seen.numbers == [3], "somebody wrote without an operator"
        as_it_was.install()
        app.reaches(6, within=40)
        assert seen.numbers == [3, 6]
    app.shows("Ready", "True", within=2 * POLL)
