"""What a person writes into an app takes hold within one poll: wrong, then right; suspended; observing; overridden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.kubernetes.conftest import StillApp, by_lag, held_by
from tests.support.app import POLL, App
from tests.support.cluster import Refused
from tests.support.install import Release, wait_a_poll
from tests.support.recorder import Recorder
from tests.support.wait import eventually

AT_ONCE = 2 * POLL
"""Seconds: one poll, and a sweep that had begun before."""


def test_a_bad_spec_then_a_good_one(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag())
    app.owe(30)
    app.reaches(3)
    with pytest.raises(Refused, match="lower minReplicas to maxReplicas or less, or raise maxReplicas"):
        app.apply(scaling=by_lag(minReplicas=7))
    assert app.body()["metadata"]["generation"] == 1

    # Only the operator knows the poll interval of the connection, and with it the shortest objective it can meet.
    app.apply(scaling={"maxReplicas": 6, "lagObjective": "3s"})
    said = app.shows("Ready", "False", "InvalidSpec", within=AT_ONCE)
    for part in ("spec.scaling.lagObjective", "3s", "4s"):
        assert part in said["message"], said["message"]
    app.shows("Stalled", "True", "InvalidSpec", within=POLL)
    assert app.status()["observedGeneration"] == 2
    assert app.replicas() == 3, "the last good number stands"

    app.apply(scaling=by_lag(minReplicas=5))
    app.reaches(5, within=AT_ONCE)
    app.shows("Ready", "True", within=AT_ONCE)
    app.shows("Stalled", "False", within=POLL)


def test_a_suspended_app_writes_nothing_and_says_so_once(still_app: StillApp, release: Release) -> None:
    app = still_app()
    app.start(scaling=by_lag(), spec={"suspend": True})
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        app.shows("ScalingActive", "False", "Suspended", within=20)
        app.owe(60)
        wait_a_poll(3)
        assert seen.numbers == [1]
        assert (held_by(app, release), app.condition("Ready")["status"]) == ("Suspended", "True")
        told = [event for event in app.events() if event["reason"] == "Suspended"]
        assert [int(event.get("count", 1)) for event in told] == [1], "one Event for the transition, none for a poll"
        app.cluster.patch("kca", app.name, {"spec": {"suspend": False}}, namespace=app.namespace)
        app.reaches(6, within=AT_ONCE)
    app.shows("ScalingActive", "True", within=AT_ONCE)


def test_recommend_decides_and_writes_nothing(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag(), spec={"mode": "Recommend"})
    app.owe(60)
    eventually(lambda: app.status().get("replicas", {}).get("wanted") == 6, within=20, what="it says what it wants")
    app.shows("ScalingActive", "False", "Observing", within=POLL)
    app.shows("Ready", "True", within=POLL)
    assert app.replicas() == 1
    app.cluster.patch("kca", app.name, {"spec": {"mode": "Active"}}, namespace=app.namespace)
    app.reaches(6, within=AT_ONCE)


def test_an_override_runs_its_number_within_the_caps_and_ends(still_app: StillApp) -> None:
    app = still_app(partitions=4)
    app.start(scaling=by_lag())
    app.shows("Ready", "True", within=20)
    lasts = timedelta(seconds=12)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        override(app, replicas=3, until=datetime.now(UTC) + timedelta(hours=1))
        app.reaches(3, within=AT_ONCE)
        assert app.status()["limitedBy"] == "Override"
        until = (datetime.now(UTC) + lasts).replace(microsecond=0)
        override(app, replicas=50, until=until)
        app.reaches(4, within=AT_ONCE)
        eventually(lambda: app.status()["limitedBy"] == "Partitions", within=POLL, what="the partitions still hold")
        app.reaches(1, within=lasts.total_seconds() + 8 + 4 * POLL)
        assert datetime.now(UTC) >= until, "it ended too soon"
        assert max(seen.numbers) == 4
    eventually(lambda: app.status()["limitedBy"] not in ("Override", "Partitions"), within=AT_ONCE, what="it is over")


def override(app: App, *, replicas: int, until: datetime) -> None:
    spec = {"override": {"replicas": replicas, "until": until.strftime("%Y-%m-%dT%H:%M:%SZ"), "reason": "a test"}}
    app.cluster.patch("kca", app.name, {"spec": spec}, namespace=app.namespace)
