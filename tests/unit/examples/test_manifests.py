"""The manifests are what a team copies: they must parse into our models and keep to the restricted standard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "manifests"
WORKLOADS = ["deployment.yaml", "producer.yaml", "burst.yaml"]


def body(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def test_the_app_and_the_connection_fit_each_other_and_the_deployment() -> None:
    app, connection, deployment = body("app.yaml"), body("connection.yaml"), body("deployment.yaml")
    spec = AppSpec.model_validate(app["spec"])
    poll = ConnectionSpec.model_validate(connection["spec"]).poll_interval
    assert spec.kafka.connection_ref is not None
    assert spec.kafka.connection_ref.name == connection["metadata"]["name"]
    assert spec.scale_target_ref.name == deployment["metadata"]["name"]
    assert spec.lag_objective is not None
    assert spec.lag_objective >= 2 * poll
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    env = {one["name"]: one["value"] for one in container["env"]}
    assert (env["GROUP"], (env["TOPICS"],)) == (spec.consumer_group, spec.topics)
    assert spec.scaling.capacity_per_replica == 1000 / int(env["WORK_MS"])


def test_the_deployment_leaves_its_replicas_to_the_operator() -> None:
    assert "replicas" not in body("deployment.yaml")["spec"]


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_pod_keeps_to_the_restricted_standard(name: str) -> None:
    pod = body(name)["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
