"""Workloads that are not there, cannot start, or run beside their group: said with its reason, and lived through."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tests.e2e.conftest import MakeApp
from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support import consumer_hangs
from tests.support.app import POLL, App
from tests.support.install import wait_a_poll
from tests.support.recorder import Recorder
from tests.support.wait import eventually

NOWHERE = "localhost/there-is-no-such-image:1"
BETWEEN_UPS = 30.0


def test_a_missing_workload_is_said_and_acted_on_within_a_poll_of_its_creation(still_app: StillApp) -> None:
    app = still_app()
    app.broker.create(app.topic, partitions=app.partitions)
    app.cluster.apply(app.connection_body(), namespace=app.namespace)
    app.apply(scaling=by_lag())
    said = app.shows("Ready", "False", "TargetMissing")
    assert app.name in said["message"], said["message"]
    app.owe(60)
    app.cluster.apply(app.workload_body(replicas=1), namespace=app.namespace)
    app.reaches(6, within=2 * POLL)
    app.shows("Ready", "True", within=2 * POLL)

    app.cluster.delete("deployment", app.name, namespace=app.namespace)
    app.shows("Ready", "False", "TargetMissing", within=2 * POLL)


def test_a_new_image_that_is_missing_is_said_and_no_replicas_are_piled_on(make_app: MakeApp) -> None:
    app = make_app(work_ms=500)
    running(app, replicas=2)
    good, bad = app.workload_body(replicas=2), app.workload_body(replicas=2, image=NOWHERE)
    bad["spec"]["strategy"] = {"type": "Recreate"}
    app.cluster.apply(bad, namespace=app.namespace)
    app.shows("Reconciling", "True", "ImagePullBackOff", within=30)
    app.shows("Ready", "False", "ImagePullBackOff", within=lead_of(app) + 4 * POLL)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        app.broker.produce(app.topic, 120)
        wait_a_poll(4)
        assert seen.numbers == [2], "more pods that cannot start do not help"
    app.cluster.apply(good, namespace=app.namespace)
    app.shows("Ready", "True", within=20)
    app.reaches(6, within=BETWEEN_UPS)


def test_a_quota_that_forbids_pods_is_said_in_its_own_words_and_no_higher_number_is_asked_for(
    make_app: MakeApp,
) -> None:
    app = make_app(work_ms=500)
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few"},
        "spec": {"hard": {"pods": "3"}},
    }
    app.cluster.apply(quota, namespace=app.namespace)
    running(app, replicas=2)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        scale = {"spec": {"override": {"replicas": 4, "until": "2099-01-01T00:00:00Z"}}}
        app.cluster.patch("kca", app.name, scale, namespace=app.namespace)
        said = app.shows("Reconciling", "True", "FailedCreate", within=15)
        assert "exceeded quota: few" in said["message"], said["message"]
        said = app.shows("Ready", "False", "FailedCreate", within=lead_of(app) + 4 * POLL)
        assert "exceeded quota: few" in said["message"], said["message"]
        app.cluster.patch("kca", app.name, {"spec": {"override": None}}, namespace=app.namespace)
        app.broker.produce(app.topic, 120)
        wait_a_poll(3)
        assert seen.numbers == [2, 4], "it goes on asking, or wavers"
    app.cluster.delete("resourcequota", "few", namespace=app.namespace)
    app.shows("Ready", "True", within=60)


def test_pods_that_are_ready_and_never_join_their_group_are_missing_members(make_app: MakeApp) -> None:
    app = make_app(work_ms=500)
    running(app, replicas=2)
    script = Path(consumer_hangs.__file__).read_text()
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "fixture"},
        "data": {"consumer_hangs.py": script},
    }
    hangs = dataclasses.replace(
        app, command=("python3", "/fixture/consumer_hangs.py"), consumer_env={"HANGS": "start", "HTTP_PORT": "8080"}
    )
    body = hangs.workload_body(replicas=2)
    pod = body["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "fixture", "configMap": {"name": "fixture"}}]
    pod["containers"][0]["volumeMounts"] = [{"name": "fixture", "mountPath": "/fixture"}]
    app.cluster.apply(config, body, namespace=app.namespace)
    said = app.shows("PartitionsHealthy", "False", "MembersMissing", within=60)
    assert "2 consumers of ready pods" in said["message"], said["message"]
    app.cluster.apply(app.workload_body(replicas=2), namespace=app.namespace)
    app.shows("PartitionsHealthy", "True", within=30)


def lead_of(app: App) -> float:
    """Seconds for which pods may be on their way before it is a fault: what a start took, 60 until one was seen."""
    return max(app.status()["memory"].get("leads", [60.0]))


def running(app: App, *, replicas: int) -> None:
    """Consumers at work, brought up by the operator, which knows from it how long a start takes: ten seconds at most.

    A burst of less than what they have lasts until the test is over: they do two messages a second.
    """
    app.start(scaling=by_lag(scaleDown={"stabilization": "10m"}))
    eventually(lambda: app.broker.members(app.group) == 1, within=20, what="the first consumer joined")
    app.broker.produce(app.topic, 10 * replicas)
    app.reaches(replicas)
    eventually(lambda: app.broker.members(app.group) == replicas, within=20, what="all consumers joined")
    wait_a_poll(4)
