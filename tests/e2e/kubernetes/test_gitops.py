"""A deploy in mid-burst that carries `replicas`: the number comes back, and no write of ours is ever above the cap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import POLL, App
from tests.support.cluster import Refused
from tests.support.install import helm
from tests.support.recorder import Recorder

BETWEEN_UPS = 30.0
"""Seconds between two steps up in lagPerReplica mode: longer than the window for which others' numbers stand."""


def test_a_deploy_with_replicas_in_mid_burst_does_not_last(still_app: StillApp, tmp_path: Path) -> None:
    app = still_app()
    app.broker.create(app.topic, partitions=app.partitions)
    app.cluster.apply(app.connection_body(), namespace=app.namespace)
    chart = chart_of(app, at=tmp_path)
    helm("install", "consumers", str(chart), "--namespace", app.namespace, "--set", "replicas=1")
    app.apply(scaling=by_lag())
    app.owe(60)
    app.reaches(6)
    with pytest.raises(Refused, match=r'conflicts? with "sluicegate" with subresource "scale"'):
        app.cluster.apply(app.workload_body(replicas=2), namespace=app.namespace, server_side_as="argocd")
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        forced(app, replicas=2)
        helm("upgrade", "consumers", str(chart), "--namespace", app.namespace, "--set", "replicas=3")
        app.reaches(6, within=BETWEEN_UPS + 3 * POLL)
        forced(app, replicas=50)
        app.reaches(6, within=3 * POLL)
        assert seen.numbers == [6, 2, 3, 6, 50, 6]


def test_a_manifest_without_replicas_changes_nothing(still_app: StillApp) -> None:
    app = still_app()
    app.start(scaling=by_lag(), replicas=1)
    app.owe(60)
    app.reaches(6)
    manifest = app.workload_body(replicas=None)
    manifest["spec"]["minReadySeconds"] = 1
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        app.cluster.apply(manifest, namespace=app.namespace, server_side_as="argocd")
        assert app.workload()["spec"]["minReadySeconds"] == 1
        assert seen.numbers == [6]


def forced(app: App, *, replicas: int) -> None:
    text = json.dumps(app.workload_body(replicas=replicas))
    how = ("--server-side", "--field-manager=argocd", "--force-conflicts", "-f", "-")
    app.cluster.run("apply", "-n", app.namespace, *how, stdin=text)


def chart_of(app: App, *, at: Path) -> Path:
    """The consumers' own chart, as teams write it: a Deployment whose replicas come from a value."""
    (at / "templates").mkdir()
    (at / "Chart.yaml").write_text(json.dumps({"apiVersion": "v2", "name": "consumers", "version": "0.1.0"}))
    body = app.workload_body(replicas=None)
    body["spec"]["replicas"] = "REPLICAS"
    text = json.dumps(body).replace('"REPLICAS"', "{{ .Values.replicas }}")
    (at / "templates" / "deployment.yaml").write_text(text)
    return at
