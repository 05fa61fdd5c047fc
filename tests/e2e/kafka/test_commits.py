"""Groups without a commit, and groups that commit where nobody expects it."""

from __future__ import annotations

from tests.e2e.kafka.conftest import StillApp, by_lag, kafka, sees_lag
from tests.support.app import POLL
from tests.support.install import Release, wait_a_poll
from tests.support.recorder import Recorder
from tests.support.transactions import Transaction
from tests.support.wait import eventually


def test_a_group_that_never_committed_runs_at_one_replica_and_is_told_what_to_set(still_app: StillApp) -> None:
    app = still_app(partitions=2)
    app.start(scaling=by_lag(minReplicas=0), spec=kafka(), replicas=0)
    app.broker.produce(app.topic, 60)
    said = app.shows("LagKnown", "False", "NeverCommitted")
    assert "set spec.kafka.offsetReset to what auto.offset.reset of the consumers says" in said["message"], said
    app.reaches(1)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        wait_a_poll(3)
        assert seen.numbers == [1], "it guessed a lag"
    app.broker.commit(app.group, app.topic, {0: 30, 1: 30})
    app.shows("LagKnown", "True", within=2 * POLL + 2)


def test_offset_reset_says_what_a_group_without_commits_has_before_it(still_app: StillApp, release: Release) -> None:
    earliest, latest = still_app(name="earliest", partitions=4), still_app(name="latest", partitions=4)
    latest.broker.create(latest.topic, partitions=4)
    latest.broker.produce(latest.topic, 30)
    latest.start(scaling=by_lag(), spec=kafka(offsetReset="Latest"))
    earliest.broker.create(earliest.topic, partitions=4)
    earliest.broker.produce(earliest.topic, 40)
    earliest.start(scaling=by_lag())
    earliest.reaches(4)
    sees_lag(release, earliest, 40)
    sees_lag(release, latest, 0)
    latest.broker.produce(latest.topic, 30)
    latest.reaches(3, within=2 * POLL + 2)
    sees_lag(release, latest, 30)


def test_a_hanging_transaction_hides_lag_only_from_those_who_read_committed(
    still_app: StillApp, release: Release
) -> None:
    committed, uncommitted = still_app(name="committed", partitions=2), still_app(name="uncommitted", partitions=2)
    same_topic = {"topics": [committed.topic]}
    committed.start(scaling=by_lag(), spec=kafka(offsetReset="Earliest", isolationLevel="ReadCommitted"))
    uncommitted.cluster.apply(uncommitted.workload_body(), namespace=uncommitted.namespace)
    uncommitted.apply(
        scaling=by_lag(), spec={**kafka(offsetReset="Earliest", isolationLevel="ReadUncommitted"), **same_topic}
    )
    auto = still_app(name="auto", partitions=2)
    auto.cluster.apply(auto.workload_body(), namespace=auto.namespace)
    auto.apply(scaling=by_lag(), spec={**kafka(offsetReset="Earliest"), **same_topic})
    with Transaction(committed.broker, id_=committed.group) as hanging:
        hanging.write(committed.topic, 20, partition=0)
        uncommitted.reaches(2)
        sees_lag(release, uncommitted, 20)
        wait_a_poll(2)
        assert (committed.replicas(), auto.replicas()) == (1, 1), "nobody who reads committed can work on these"
        sees_lag(release, committed, 0)
        sees_lag(release, auto, 0)

        auto.broker.commit(auto.group, committed.topic, {0: 5})  # only a reader of uncommitted records can be there
        auto.reaches(2, within=2 * POLL + 2)
        sees_lag(release, auto, 15)
        assert committed.replicas() == 1
    eventually(lambda: committed.condition("LagKnown").get("status") == "True", within=5, what="still known afterwards")
