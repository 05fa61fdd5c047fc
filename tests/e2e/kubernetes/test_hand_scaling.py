"""A person or a tool writes replicas: inside the caps the number stands for a while, outside it is put right."""

from __future__ import annotations

import json
import time

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import POLL, App
from tests.support.install import wait_a_poll
from tests.support.recorder import Recorder
from tests.support.wait import eventually

WINDOW = 8.0
"""Seconds: scaleDown.stabilization of the apps that tests make."""


def test_a_number_inside_the_caps_stands_for_one_stabilisation_window(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag())
    app.owe(30)
    app.reaches(3)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        scale(app, 5)
        began = time.monotonic()
        app.reaches(3, within=WINDOW + 4 * POLL)
        assert seen.numbers == [3, 5, 3]
        back = seen.first(3, after=began) or 0.0
        assert back - began >= WINDOW - POLL, "a person's number did not get its window"


def test_a_number_outside_the_caps_is_corrected_at_once(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag(highest=4, minReplicas=2), replicas=2)
    app.shows("Ready", "True", within=20)
    scale(app, 9)
    eventually(lambda: app.replicas() <= 4, within=3 * POLL, what="nine replicas come down to at most four")
    scale(app, 0)
    eventually(lambda: 2 <= app.replicas() <= 4, within=3 * POLL, what="none come up to at least two")


def test_a_manager_that_reverts_us_three_times_is_named_and_not_fought(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag(highest=4))
    app.shows("Ready", "True", within=20)
    for _ in range(2):
        revert(app, 9)
        eventually(lambda: app.replicas() <= 4, within=3 * POLL, what="it is corrected, twice", every=0.1)
    revert(app, 9)
    said = eventually(lambda: contested(app), within=3 * POLL, what="Contested is said")
    assert "argocd-controller" in said, said
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        wait_a_poll(4)
        assert seen.numbers == [9], "it goes on fighting"


def contested(app: App) -> str:
    """The words of the condition whose reason is Contested; empty when there is none."""
    found = [one for one in app.status().get("conditions", []) if one["reason"] == "Contested"]
    return str(found[0]["message"]) if found else ""


def scale(app: App, replicas: int) -> None:
    app.cluster.run("scale", "deployment", app.name, "-n", app.namespace, f"--replicas={replicas}")


def revert(app: App, replicas: int) -> None:
    patch = json.dumps({"spec": {"replicas": replicas}})
    where = ("-n", app.namespace, "--field-manager=argocd-controller", "--type=merge", "-p", patch)
    app.cluster.run("patch", "deployment", app.name, *where)
