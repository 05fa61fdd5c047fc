"""Apps whose lag is made by hand: what Kubernetes does to them is the subject here, not what consumers do."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.conftest import MakeApp
from tests.support.app import SLEEP, App
from tests.support.broker import Broker
from tests.support.cluster import Cluster
from tests.support.install import Release

StillApp = Callable[..., App]
STARTED = datetime.now(UTC)
"""When this session began: older lines of an audit log are of other sessions."""


@pytest.fixture
def still_app(make_app: MakeApp) -> StillApp:
    """``still_app(name=…)``: an App whose pods sleep, so that ``app.owe(lag)`` decides what is wanted. Not started."""

    def make(**names: Any) -> App:
        return make_app(command=SLEEP, **names)

    return make


@pytest.fixture
def other_namespace(cluster: Cluster, broker: Broker) -> Iterator[str]:
    """A second namespace; with it go its topics."""
    name = f"e2e-{uuid.uuid4().hex[:8]}"
    cluster.run("create", "namespace", name)
    yield name
    cluster.run("delete", "namespace", name, "--wait=false")
    broker.drop(topics=[topic for topic in broker.admin.list_topics(timeout=10).topics if topic.startswith(name)])


def held_by(app: App, release: Release) -> str:
    """What holds the app's number at this moment; the metrics know, the status is only written now and then."""
    start = f'sluicegate_app_limited{{namespace="{app.namespace}",app="{app.name}",by="'
    found = [line for line in release.get("/metrics").splitlines() if line.startswith(start)]
    return found[0].removeprefix(start).split('"')[0] if found else ""


def by_lag(*, highest: int = 6, **more: Any) -> dict[str, Any]:
    """A replica for every ten messages of lag: what is wanted follows from ``app.owe`` alone."""
    return {"maxReplicas": highest, "lagPerReplica": 10, **more}
