"""Deleting an app lets go of the workload as it is, and never waits for the operator."""

from __future__ import annotations

import time

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import POLL
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
