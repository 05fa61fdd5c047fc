"""What people do to a dependency while it is used: less of it, none of it, and names that were never right."""

from __future__ import annotations

from tests.e2e.conftest import MakeApp
from tests.e2e.dependencies.conftest import COST, OBJECTIVE, busy, dependency, needs, of_dependency
from tests.support.app import App
from tests.support.install import Release
from tests.support.recorder import Recorder
from tests.support.wait import always, eventually

MOST = 8
SCALING = {"maxReplicas": MOST, **OBJECTIVE}


def room_for(replicas: int) -> int:
    """Units for so many replicas and for what a rolling update adds to them: a quarter, rounded up."""
    return (replicas + -(-replicas // 4)) * COST


def granted(app: App) -> int | None:
    grants = of_dependency(app).get("grants", [])
    return grants[0].get("replicas") if grants else None


def test_capacity_lowered_at_run_time_cuts_at_once_and_a_new_operator_keeps_what_was_granted(
    make_app: MakeApp, release: Release
) -> None:
    app = busy(make_app)
    app.cluster.apply(dependency(capacity={"value": room_for(6)}), namespace=app.namespace)
    app.start(scaling=SCALING, spec=needs())
    app.reaches(6, within=40)
    less = {"spec": {"capacity": {"value": room_for(3)}}}
    app.cluster.patch("downstreamdependency", "orders-db", less, namespace=app.namespace)
    app.reaches(3, within=8)
    assert app.status()["limitedBy"] == "Dependency/orders-db", app.words()
    eventually(lambda: granted(app) == 3, within=10, what=f"the status grants 3 (now {of_dependency(app)})")

    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        before = release.pod()["metadata"]
        app.cluster.delete("pod", before["name"], namespace=release.namespace)
        assert release.pod()["metadata"]["uid"] != before["uid"]
        always(lambda: granted(app) == 3, during=8, what="the grant stands in status")
        assert seen.numbers == [3], "a new operator changed what the former had granted"

        more = {"spec": {"capacity": {"value": room_for(5)}}}
        app.cluster.patch("downstreamdependency", "orders-db", more, namespace=app.namespace)
        app.reaches(5, within=30)
        assert seen.numbers == [3, 5]


def test_a_name_that_does_not_exist_holds_what_runs_and_so_does_one_that_is_deleted(make_app: MakeApp) -> None:
    app = busy(make_app)
    app.start(scaling=SCALING, spec=needs(), replicas=2)
    said = app.shows("DependenciesHealthy", "False", "NotFound", within=20)
    assert "orders-db" in said["message"], said
    always(lambda: app.replicas() == 2, during=5, what="what runs is held while nobody knows what there is")

    app.cluster.apply(dependency(capacity={"value": room_for(4)}), namespace=app.namespace)
    app.shows("DependenciesHealthy", "True")
    app.reaches(4, within=20)

    app.cluster.delete("downstreamdependency", "orders-db", namespace=app.namespace)
    app.shows("DependenciesHealthy", "False", "NotFound", within=15)
    always(lambda: app.replicas() == 4, during=6, what="what ran is held after the dependency is gone")
