"""The process that reads Kafka dies: a crash there is one observation that is missing, and nothing else."""

from __future__ import annotations

import re

from tests.e2e.kafka.conftest import StillApp, by_lag, local_bed, sees_lag
from tests.support.install import Release, dev, wait_a_poll
from tests.support.recorder import Recorder

CRASHED = 'sluicegate_kafka_errors_total{kind="SweepCrashed"}'
MEASURES_AGAIN = 5.0


@local_bed
def test_a_killed_sweep_process_costs_one_observation_and_no_replica(still_app: StillApp, release: Release) -> None:
    app = still_app()
    app.start(scaling=by_lag(), replicas=3)
    app.owe(30)
    sees_lag(release, app, 30)
    missed = release.metric(CRASHED) or 0.0
    restarts = release.restarts()
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        killed = dev("process", "kill", release.namespace, release.pod_name(), "sluicegate-sweep")
        assert re.search(r"^\d+ .*sluicegate-sweep", killed, re.M), killed
        app.broker.produce(app.topic, 5)
        sees_lag(release, app, 35, within=MEASURES_AGAIN)
        wait_a_poll(2)
        assert seen.numbers == [3, 4], app.words() + str(app.status())
    assert (release.metric(CRASHED) or 0.0) - missed <= 1
    assert release.restarts() == restarts
    app.shows("Ready", "True", within=1)
