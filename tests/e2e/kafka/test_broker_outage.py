"""The broker dies under load, by kill -9: what is not known moves no replica, what is known again counts at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import MakeApp
from tests.e2e.kafka.conftest import lag_seen, local_bed
from tests.support.install import Release, dev
from tests.support.load import Load
from tests.support.recorder import Recorder
from tests.support.wait import eventually

POLL = 5.0
"""Seconds. Two of these are more than the time for which a request to a coordinator that is loading may wait (6 s)."""
WINDOW = 8.0
"""Seconds of stabilisation that the app asks for."""
pytestmark = [pytest.mark.disruptive, local_bed]


@pytest.fixture
def broker_comes_back() -> Iterator[None]:
    yield
    dev("broker", "start")


@pytest.mark.usefixtures("broker_comes_back")
def test_replicas_hold_while_the_broker_is_dead_and_are_right_two_polls_after_it_is_back(
    make_app: MakeApp, release: Release
) -> None:
    app = make_app(partitions=6, work_ms=1000)
    app.broker.create(app.topic, partitions=6)
    app.broker.produce(app.topic, 450)
    app.start(scaling={"maxReplicas": 10, "lagPerReplica": 200}, replicas=3)
    app.cluster.patch("kconn", "main", {"spec": {"pollInterval": f"{POLL:g}s"}}, namespace=app.namespace)
    app.shows("LagKnown", "True")
    with (
        Load(app.broker, app.topic, rate=3),
        Recorder("deployment", app.name, namespace=app.namespace) as seen,
    ):
        eventually(lambda: app.broker.members(app.group) == 3, within=20, what="three consumers work")
        dev("broker", "kill")
        said = app.shows("LagKnown", "False", "BrokerUnreachable", within=POLL + 5)
        assert app.broker.bootstrap in said["message"], said
        assert "Connection refused" in said["message"], said
        time.sleep(WINDOW + POLL)
        assert seen.numbers == [3], "it scaled by a lag that nobody knew"

        dev("broker", "start")
        app.shows("LagKnown", "True", within=2 * POLL)
        assert seen.numbers == [3], "the lag after it is about what it was before it"
        app.broker.produce(app.topic, 1000)
        app.reaches(6, within=POLL + 3)
        assert seen.numbers == [3, 6]
    eventually(lambda: (lag_seen(release, app) or 0) > 1000, within=2 * POLL, what="the lag is the true one")
