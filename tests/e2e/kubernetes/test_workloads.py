"""Workloads that are not there, cannot start, or run beside their group: said with its reason, and lived through."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.conftest import MakeApp
from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support import consumer_hangs
from tests.support.app import POLL, App
from tests.support.install import wait_a_poll
from tests.support.recorder import Recorder
from tests.support.wait import eventually

NOWHERE = "localhost/there-is-no-such-image:1"


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


def test_an_image_that_is_missing_is_said_and_no_replicas_are_piled_on(still_app: StillApp) -> None:
    app = still_app()
    app.broker.create(app.topic, partitions=app.partitions)
    app.cluster.apply(app.connection_body(), app.workload_body(replicas=1, image=NOWHERE), namespace=app.namespace)
    app.apply(scaling=by_lag())
    eventually(lambda: said_anywhere(app, "ImagePull"), within=30, what="a condition names the pods' trouble")
    app.owe(60)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        wait_a_poll(4)
        assert seen.numbers == [1], "more pods that cannot start do not help"
    app.cluster.apply(app.workload_body(replicas=1), namespace=app.namespace)
    app.reaches(6, within=20)
    eventually(lambda: not said_anywhere(app, "ImagePull"), within=10, what="the trouble is over in the words, too")


def test_a_quota_that_forbids_pods_is_said(still_app: StillApp) -> None:
    app = still_app()
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few"},
        "spec": {"hard": {"pods": "2"}},
    }
    app.cluster.apply(quota, namespace=app.namespace)
    app.start(scaling=by_lag())
    app.owe(60)
    eventually(lambda: app.replicas() > 2, within=15, what="it asks for more than the quota allows")
    eventually(lambda: said_anywhere(app, "exceeded quota"), within=15, what="a condition tells the quota's words")
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        asked = app.replicas()
        wait_a_poll(4)
        assert seen.numbers == [asked], "it goes on asking, or wavers"
    app.cluster.delete("resourcequota", "few", namespace=app.namespace)
    eventually(lambda: not said_anywhere(app, "exceeded quota"), within=60, what="the quota is forgotten once it went")
    app.reaches(6, within=20)


def test_pods_that_run_and_are_ready_but_never_join_the_group_are_missing_members(make_app: MakeApp) -> None:
    app = make_app(command=("python3", "/fixture/consumer_hangs.py"), consumer_env={"HANGS": "start"})
    script = Path(consumer_hangs.__file__).read_text()
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "fixture"},
        "data": {"consumer_hangs.py": script},
    }
    app.broker.create(app.topic, partitions=app.partitions)
    body = app.workload_body(replicas=2)
    pod = body["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "fixture", "configMap": {"name": "fixture"}}]
    pod["containers"][0]["volumeMounts"] = [{"name": "fixture", "mountPath": "/fixture"}]
    pod["containers"][0]["readinessProbe"] = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    app.cluster.apply(config, app.connection_body(), body, namespace=app.namespace)
    app.apply(scaling=by_lag(minReplicas=2))
    app.owe(15)
    eventually(lambda: app.workload()["status"].get("readyReplicas") == 2, within=30, what="both pods are Ready")
    said = app.shows("PartitionsHealthy", "False", "MembersMissing", within=90)
    assert "2" in said["message"], said["message"]


def said_anywhere(app: App, words: str) -> bool:
    """Whether a condition that is not as it should be tells these words, in its reason or its message."""
    return any(words in json.dumps(one) for one in app.status().get("conditions", []))
