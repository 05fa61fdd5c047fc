"""To zero and back, where the end of a partition is a message, and where it is only a transaction's marker."""

from __future__ import annotations

import time

from tests.e2e.conftest import MakeApp
from tests.e2e.kafka.conftest import sees_lag
from tests.support.app import POLL, App
from tests.support.audit import ScaleWrites
from tests.support.install import Release, wait_a_poll
from tests.support.transactions import Transaction
from tests.support.wait import eventually

TO_ZERO = {"minReplicas": 0, "maxReplicas": 2, "lagPerReplica": 100, "scaleToZero": {"after": "4s"}}


def test_an_idle_app_goes_to_zero_and_the_first_message_wakes_it(make_app: MakeApp) -> None:
    app = make_app(partitions=2)
    app.start(scaling=TO_ZERO)
    with ScaleWrites(app) as writes:
        app.reaches(0, within=20)
        gone(app)
        wait_a_poll(2)
        assert app.replicas() == 0
        app.broker.produce(app.topic, 1)
        app.reaches(1, within=POLL + 3)
        eventually(lambda: app.broker.lag(app.group, app.topic) == 0, within=15, what="the message was handled")
        app.reaches(0, within=25)
        assert writes.replicas == [0, 1, 0]


def test_the_markers_of_transactions_do_not_keep_an_app_awake(make_app: MakeApp, release: Release) -> None:
    app = make_app(partitions=2)
    app.start(scaling=TO_ZERO)
    eventually(lambda: app.broker.members(app.group) == 1, within=15, what="the consumer is in its group")
    with Transaction(app.broker, id_=app.group) as transaction:
        for partition in (0, 1):
            transaction.write(app.topic, 10, partition=partition)
        time.sleep(1.5 * POLL)
        transaction.commit()
    eventually(lambda: set(app.broker.committed(app.group, app.topic).values()) == {10}, within=15, what="all is done")
    assert app.broker.lag(app.group, app.topic) == 2, "one marker for each partition is left"
    sees_lag(release, app, 0, within=15)
    app.reaches(0, within=20)
    gone(app)
    app.broker.produce(app.topic, 1)
    app.reaches(1, within=POLL + 3)


def gone(app: App) -> None:
    """The last pod has left, too: one on its way out may still handle what comes, and then nothing is to be woken."""
    eventually(lambda: app.broker.members(app.group) == 0, within=20, what="the group is empty")
