"""A burst, up to the last partition and back: the promise that everything else serves."""

from __future__ import annotations

import time

from tests.e2e.conftest import MakeApp
from tests.support.app import App
from tests.support.audit import ScaleWrites
from tests.support.load import Load
from tests.support.wait import eventually

PARTITIONS = 4


def counted(make_app: MakeApp, **names: object) -> App:
    """An app whose consumers leave a result for every message, under the key ``topic-partition-offset``."""
    app = make_app(partitions=PARTITIONS, **names)
    results = f"{app.topic}.results"
    app.broker.create(results, partitions=1)
    return make_app(partitions=PARTITIONS, consumer_env={"RESULTS_TOPIC": results}, **names)


def every_message_was_handled(app: App, *, produced: int) -> None:
    eventually(lambda: app.broker.lag(app.group, app.topic) == 0, within=30, what="the group has committed everything")
    ends = app.broker.ends(app.topic)
    assert sum(ends.values()) == produced
    sent = {f"{app.topic}-{partition}-{offset}" for partition, end in ends.items() for offset in range(end)}
    assert sent - app.broker.keys(f"{app.topic}.results") == set(), "messages without a result"


def never_past_the_partitions(writes: ScaleWrites, *, steady: int) -> None:
    numbers = writes.replicas
    assert max(numbers) == PARTITIONS, numbers
    assert numbers[-1] == steady, numbers
    peak = numbers.index(PARTITIONS)
    assert numbers == sorted(numbers[:peak]) + sorted(numbers[peak:], reverse=True), f"it wavered: {numbers}"


def test_a_burst_by_lag_per_replica_goes_to_the_partitions_and_back_and_loses_nothing(make_app: MakeApp) -> None:
    app = counted(make_app)
    app.start(scaling={"maxReplicas": 10, "lagPerReplica": 50})
    app.shows("LagKnown", "True")
    with ScaleWrites(app) as writes:
        app.broker.produce(app.topic, 1200)
        app.reaches(PARTITIONS, within=8)
        limited = app.shows("ScalingLimited", "True", "Partitions")
        assert "4 may run" in limited["message"], limited
        assert app.status()["limitedBy"] == "Partitions"
        eventually(
            lambda: app.broker.members(app.group) == PARTITIONS, within=20, what="every partition has its consumer"
        )
        app.reaches(1, within=45)
        never_past_the_partitions(writes, steady=1)
    every_message_was_handled(app, produced=1200)


def test_a_burst_by_objective_goes_to_the_partitions_and_back_to_the_steady_count(make_app: MakeApp) -> None:
    app = counted(make_app)
    objective = {"lagObjective": "10s", "capacityPerReplica": 50, "minReplicas": 2, "maxReplicas": 10}
    app.start(scaling=objective, replicas=2)
    with Load(app.broker, app.topic, rate=10) as load, ScaleWrites(app) as writes:
        app.shows("LagKnown", "True")
        time.sleep(6)
        assert writes.replicas == [], "ten messages a second are no reason to scale"
        load.rate = 190
        app.reaches(PARTITIONS, within=12)
        time.sleep(6)
        load.rate = 10
        app.reaches(2, within=90)
        never_past_the_partitions(writes, steady=2)
    every_message_was_handled(app, produced=load.produced)
