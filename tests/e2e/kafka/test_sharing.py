"""Apps on one cluster cost one look at it; apps on a broken one cost nobody anything."""

from __future__ import annotations

import re

from tests.e2e.kafka.conftest import StillApp, by_lag
from tests.support.app import POLL, App
from tests.support.cluster import Cluster
from tests.support.install import Release, wait_a_poll
from tests.support.mute import mute
from tests.support.wait import eventually

POLLS = 4


def sweeps(release: Release) -> dict[str, float]:
    """Sweeps and requests by API since the operator started."""
    found = re.findall(
        r'^sluicegate_(sweep_seconds_count|sweep_requests_total\{api="(\w+)"\}) (\S+)$', release.get("/metrics"), re.M
    )
    return {api or "sweeps": float(value) for _, api, value in found}


def only_connections(cluster: Cluster, namespace: str) -> bool:
    everywhere = cluster.run("get", "kconn", "-A", "-o", "jsonpath={.items[*].metadata.namespace}").split()
    return set(everywhere) == {namespace}


def spent(release: Release) -> dict[str, float]:
    """What some polls cost."""
    before = sweeps(release)
    wait_a_poll(POLLS)
    after = sweeps(release)
    return {name: after[name] - before.get(name, 0.0) for name in after}


def twin_of(app: App, still_app: StillApp) -> App:
    """A second app on the same broker, over a second KafkaConnection that says the same."""
    twin = still_app(name="twin", partitions=2)
    body = twin.connection_body()
    twin.broker.create(twin.topic, partitions=2)
    twin.cluster.apply({**body, "metadata": {"name": "twin"}}, twin.workload_body(), namespace=twin.namespace)
    twin.apply(scaling=by_lag(), spec={"kafka": {"connectionRef": {"name": "twin"}, "offsetReset": "Earliest"}})
    return twin


def test_apps_with_the_same_access_share_one_sweep(still_app: StillApp, release: Release, cluster: Cluster) -> None:
    app = still_app(partitions=2)
    app.start(scaling=by_lag())
    app.shows("LagKnown", "True")
    eventually(lambda: only_connections(cluster, app.namespace), within=30, what="connections of other tests are gone")
    alone = spent(release)
    twin_of(app, still_app).shows("LagKnown", "True")
    both = spent(release)
    assert POLLS - 1 <= alone["sweeps"] <= POLLS + 1
    assert both["sweeps"] <= POLLS + 1, "two connections that say the same were each swept"
    assert both["ListOffsets"] <= alone["ListOffsets"] * (POLLS + 1) / (POLLS - 1), (alone, both)


def test_a_cluster_that_never_answers_delays_no_other(still_app: StillApp, cluster: Cluster) -> None:
    good, bad = still_app(), still_app(name="hangs", partitions=1)
    good.start(scaling=by_lag())
    with mute(near=bad.broker.bootstrap) as silent:
        body = bad.connection_body(bootstrap=silent)
        cluster.apply({**body, "metadata": {"name": "hangs"}}, bad.workload_body(), namespace=bad.namespace)
        bad.apply(scaling=by_lag(), spec={"kafka": {"connectionRef": {"name": "hangs"}}, "topics": [good.topic]})
        said = bad.shows("LagKnown", "False", within=20)
        assert silent in said["message"], said
        good.owe(60)
        good.reaches(6, within=POLL + 2)
        assert bad.replicas() == 1
