"""What Kafka does to an app is the subject here: real groups where members matter, lag made by hand elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import MakeApp
from tests.support.app import SLEEP, App
from tests.support.install import Release
from tests.support.wait import eventually

StillApp = Callable[..., App]
local_bed = pytest.mark.skipif(
    os.environ.get("SLUICEGATE_BED") != "local", reason="needs the local bed's hands on processes"
)


@pytest.fixture
def still_app(make_app: MakeApp) -> StillApp:
    """``still_app(name=…)``: an App whose pods sleep, so that ``app.owe(lag)`` decides what is wanted. Not started."""

    def make(**names: Any) -> App:
        return make_app(command=SLEEP, **names)

    return make


def by_lag(*, highest: int = 6, **more: Any) -> dict[str, Any]:
    """A replica for every ten messages of lag: what is wanted follows from ``app.owe`` alone."""
    return {"maxReplicas": highest, "lagPerReplica": 10, **more}


def kafka(**more: str) -> dict[str, Any]:
    """A whole ``spec.kafka`` in place of the usual one, which has offsetReset Earliest."""
    return {"kafka": {"connectionRef": {"name": "main"}, **more}}


def lag_seen(release: Release, app: App) -> float | None:
    """The lag as the operator read it last; None while it does not know."""
    return release.metric(f'sluicegate_app_lag_records{{namespace="{app.namespace}",app="{app.name}"}}')


def sees_lag(release: Release, app: App, records: int, *, within: float = 10.0) -> None:
    eventually(
        lambda: lag_seen(release, app) == records,
        within=within,
        what=f"{app.name} shows a lag of {records} (now {lag_seen(release, app)}; {app.condition('LagKnown')})",
        every=0.5,
    )
