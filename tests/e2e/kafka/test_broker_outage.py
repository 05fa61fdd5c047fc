"""The broker dies under load, by kill -9: what is not known moves no replica, what is known again counts at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import MakeApp
from tests.e2e.kafka.conftest import lag_seen, local_bed
from tests.support.app import POLL
from tests.support.install import Release, dev, wait_a_poll
from tests.support.load import Load
from tests.support.recorder import Recorder
from tests.support.wait import eventually

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
    app.broker.produce(app.topic, 290)
    app.start(scaling={"maxReplicas": 10, "lagPerReplica": 100}, replicas=3)
    app.shows("LagKnown", "True")
    with (
        Load(app.broker, app.topic, rate=3) as load,
        Recorder("deployment", app.name, namespace=app.namespace) as seen,
    ):
        eventually(lambda: app.broker.members(app.group) == 3, within=20, what="three consumers work")
        dev("broker", "kill")
        said = app.shows("LagKnown", "False", "BrokerUnreachable", within=2 * POLL + 8)
        assert app.broker.bootstrap in said["message"], said
        assert "Connection refused" in said["message"], said
        app.shows("Ready", "False", "BrokerUnreachable", within=5 * POLL + 8)
        wait_a_poll(3)  # with these, longer than the stabilisation window
        assert seen.numbers == [3], "it scaled by a lag that nobody knew"

        dev("broker", "start")
        app.shows("LagKnown", "True", within=2 * POLL + 1)
        app.shows("Ready", "True", within=POLL)
        load.rate = 400
        app.reaches(6, within=3 * POLL + 2)
        assert seen.numbers == [3, 6]
    eventually(lambda: (lag_seen(release, app) or 0) > 500, within=2 * POLL, what="the lag is the true one")
