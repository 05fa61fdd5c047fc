"""Another autoscaler on the target: one of the two must stay away, and that is us."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.kubernetes.conftest import StillApp, by_lag, held_by
from tests.support.app import POLL
from tests.support.cluster import Body, Cluster
from tests.support.install import Release, wait_a_poll
from tests.support.recorder import Recorder
from tests.support.wait import eventually

SEEN_WITHIN = 10.0 + 3 * POLL
"""Seconds: autoscalers are listed every ten."""


def hpa(target: str) -> Body:
    """An HPA that would run one to five; without a metrics server it changes nothing within these."""
    cpu = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "cpu"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
            "minReplicas": 1,
            "maxReplicas": 5,
            "metrics": [cpu],
        },
    }


@pytest.fixture(scope="module")
def keda(cluster: Cluster) -> Iterator[None]:
    """KEDA's ScaledObject as a kind, without KEDA: its objects are what is looked at."""
    name = "scaledobjects.keda.sh"
    if cluster.run("get", "crd", name, "--ignore-not-found").strip():
        yield
        return
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {
            "group": "keda.sh",
            "scope": "Namespaced",
            "names": {"kind": "ScaledObject", "plural": "scaledobjects"},
            "versions": [
                {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
            ],
        },
    }
    cluster.apply(crd, namespace="default")
    cluster.run("wait", "--for=condition=Established", f"crd/{name}", "--timeout=30s")
    yield
    cluster.run("delete", "crd", name, limit=60)


def test_an_hpa_stops_our_writes_while_it_is_there(still_app: StillApp, release: Release) -> None:
    app = still_app()
    app.start(scaling=by_lag())
    app.shows("Ready", "True", within=20)
    app.cluster.apply(hpa(app.name), namespace=app.namespace)
    stalled = app.shows("Stalled", "True", "ForeignAutoscaler", within=SEEN_WITHIN)
    assert "cpu" in stalled["message"], stalled["message"]
    app.shows("Ready", "False", "ForeignAutoscaler", within=POLL)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        app.owe(60)
        wait_a_poll(3)
        assert seen.numbers == [1]
        assert held_by(app, release) == "ForeignAutoscaler"
        app.cluster.delete("hpa", "cpu", namespace=app.namespace)
        app.reaches(6, within=SEEN_WITHIN)
    app.shows("Stalled", "False", within=2 * POLL)
    app.shows("Ready", "True", within=2 * POLL)


def test_recommend_shows_a_paused_scaled_objects_number_beside_ours(still_app: StillApp, keda: None) -> None:
    app = still_app()
    scaled = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "lag", "annotations": {"autoscaling.keda.sh/paused-replicas": "4"}},
        "spec": {"scaleTargetRef": {"name": app.name}, "triggers": []},
    }
    app.cluster.apply(scaled, namespace=app.namespace)
    app.start(scaling=by_lag(), spec={"mode": "Recommend"})
    app.owe(60)
    foreign = eventually(lambda: app.status().get("foreign"), within=SEEN_WITHIN, what="status.foreign shows it")
    assert foreign == {"kind": "ScaledObject", "name": "lag", "desired": 4, "paused": True}
    app.shows("ScalingActive", "False", "Observing", within=POLL)
    app.shows("Ready", "True", within=2 * POLL)
    app.shows("Stalled", "False", within=2 * POLL)
    eventually(lambda: app.status()["replicas"].get("wanted") == 6, within=3 * POLL, what="our own number is shown")
    assert app.replicas() == 1

    app.cluster.patch("kca", app.name, {"spec": {"mode": "Active"}}, namespace=app.namespace)
    app.shows("Stalled", "True", "ForeignAutoscaler", within=3 * POLL)
    assert app.replicas() == 1
