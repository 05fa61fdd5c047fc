"""What a topic's partitions can do while an app runs: grow, vanish, come back as others, lose their beginning."""

from __future__ import annotations

from tests.e2e.kafka.conftest import StillApp, by_lag, sees_lag
from tests.support.app import POLL
from tests.support.audit import ScaleWrites
from tests.support.install import Release, wait_a_poll
from tests.support.recorder import Recorder
from tests.support.wait import eventually


def test_partitions_that_are_added_raise_the_cap_while_the_app_runs(still_app: StillApp) -> None:
    app = still_app(partitions=2)
    app.start(scaling=by_lag(highest=10), replicas=2)
    app.owe(60)
    app.shows("ScalingLimited", "True", "Partitions")
    assert app.status()["partitions"]["usable"] == 2
    with ScaleWrites(app) as writes:
        app.broker.grow(app.topic, to=5)
        app.reaches(5, within=2 * POLL + 4)
        assert writes.replicas == [5]
    assert app.status()["partitions"]["usable"] == 5
    assert app.status()["replicas"]["cap"] == 5


def test_a_topic_that_is_deleted_and_made_again_is_no_reason_to_scale_down(still_app: StillApp) -> None:
    app = still_app(partitions=3)
    app.start(scaling=by_lag(), replicas=3)
    app.owe(30)
    app.shows("LagKnown", "True")
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        app.broker.delete(app.topic)
        said = app.shows("LagKnown", "False", "TopicNotFound", within=2 * POLL + 6)
        assert f"topic '{app.topic}' is not on {app.broker.bootstrap}" in said["message"], said
        assert "create it, or correct its name in spec.topics" in said["message"], said

        app.broker.create(app.topic, partitions=3)
        app.broker.produce(app.topic, 6)
        app.broker.commit(app.group, app.topic, {0: 40, 1: 40, 2: 40})
        said = app.shows("LagKnown", "False", "OffsetBeyondEnd", within=2 * POLL + 6)
        assert "committed offset 40 lies beyond the end 2" in said["message"], said
        assert "reset the group's offsets" in said["message"], said
        wait_a_poll(5)  # longer than the stabilisation window
        assert seen.numbers == [3], "it scaled by offsets of a topic that is no more"

        app.broker.commit(app.group, app.topic, {0: 0, 1: 0, 2: 0})
        app.shows("LagKnown", "True", within=2 * POLL + 2)
        app.reaches(1, within=25)


def test_what_retention_deleted_is_no_lag(still_app: StillApp, release: Release) -> None:
    app = still_app(partitions=3)
    app.start(scaling=by_lag(), replicas=3)
    app.broker.produce(app.topic, 60)
    app.broker.commit(app.group, app.topic, {0: 5, 1: 5, 2: 5})
    sees_lag(release, app, 45)
    app.broker.truncate(app.topic, before=15)
    sees_lag(release, app, 15)
    app.reaches(2, within=25)
    app.broker.truncate(app.topic, before=20)
    sees_lag(release, app, 0)
    eventually(lambda: app.condition("LagKnown").get("status") == "True", within=5, what="nothing is unknown about it")
