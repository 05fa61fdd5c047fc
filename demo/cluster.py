"""The cluster's side of the story: what is applied, and what the API server says of it.

Applying is kubectl's and Helm's work, as users do it; reading once a second is done by the Kubernetes client, since a
kubectl each time would cost more than the operator does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config

from demo.command import ROOT, run
from demo.errors import DemoError

Body = dict[str, Any]
MANIFESTS = ROOT / "examples" / "manifests"
CHART = ROOT / "helm" / "sluicegate"
RELEASE = "sluicegate"
SYSTEM = "sluicegate-system"
OPERATOR = f"system:serviceaccount:{SYSTEM}:{RELEASE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppView:
    """The app's status and its Deployment at one moment; None where the status does not say."""

    replicas: int
    ready: int
    desired: int | None
    wanted: int | None
    cap: int | None
    limited_by: str
    message: str
    capacity: float | None
    """Messages a second of one replica."""
    capacity_source: str


class Cluster:
    """The cluster of KUBECONFIG in ``env``; everything of the demo lives in ``namespace``."""

    def __init__(self, env: Mapping[str, str], *, namespace: str) -> None:
        self._env = env
        self._namespace = namespace
        api: Any = config.new_client_from_config(env["KUBECONFIG"])
        self._apps: Any = client.AppsV1Api(api)
        self._batch: Any = client.BatchV1Api(api)
        self._core: Any = client.CoreV1Api(api)
        self._custom: Any = client.CustomObjectsApi(api)

    # what is made and removed

    def install(self, image: str) -> None:
        """The operator by its chart, once it is Ready; an older release is upgraded.

        CRDs outlive the release that brought them: ownership is taken where another one left them.
        """
        repository, _, tag = image.rpartition(":")
        values = {"image": {"repository": repository, "tag": tag, "pullPolicy": "Never"}}
        self._run(
            *("helm", "upgrade", RELEASE, str(CHART), "--install", "--namespace", SYSTEM, "--create-namespace"),
            *("--take-ownership", "--wait", "--timeout", "120s", "--values", "-"),
            stdin=json.dumps(values),
            limit=150,
        )

    def uninstall(self) -> None:
        self._run("helm", "uninstall", RELEASE, "--namespace", SYSTEM, "--ignore-not-found", "--wait")
        self._run("kubectl", "delete", "namespace", SYSTEM, "--ignore-not-found", "--wait=false")

    def installed(self) -> bool:
        """Whether the operator's release is there already."""
        return bool(json.loads(self._run("helm", "list", "--namespace", SYSTEM, "--output", "json", "--all")))

    def make_namespace(self) -> None:
        """A fresh one: what an interrupted demo left is removed first."""
        self.remove_namespace()
        self._run("kubectl", "create", "namespace", self._namespace)

    def remove_namespace(self) -> None:
        self._run("kubectl", "delete", "namespace", self._namespace, "--ignore-not-found", "--wait", limit=120)

    def apply(self, *bodies: Body) -> None:
        self._run("kubectl", "apply", "-n", self._namespace, "-f", "-", stdin="\n---\n".join(map(json.dumps, bodies)))

    def wait_ready(self, deployment: str) -> None:
        """Until its pods are Ready; DemoError with kubectl's words after a minute."""
        self._run(
            "kubectl", "rollout", "status", f"deployment/{deployment}", "-n", self._namespace, "--timeout=60s", limit=90
        )

    def delete(self, kind: str, name: str) -> None:
        self._run("kubectl", "delete", kind, name, "-n", self._namespace, "--ignore-not-found", "--wait")

    # what is read

    def app(self, name: str) -> AppView:
        """The Deployment and the KafkaConsumerApp of that name."""
        deployment = self._apps.read_namespaced_deployment(name, self._namespace)
        body = self.custom("kafkaconsumerapps", name)
        status = body.get("status") or {}
        told = status.get("replicas") or {}
        capacity = status.get("capacityPerReplica") or {}
        return AppView(
            replicas=deployment.spec.replicas,
            ready=deployment.status.ready_replicas or 0,
            desired=told.get("desired"),
            wanted=told.get("wanted"),
            cap=told.get("cap"),
            limited_by=status.get("limitedBy") or "",
            message=(status.get("decision") or {}).get("message") or "",
            capacity=capacity.get("value"),
            capacity_source=capacity.get("source") or "",
        )

    def custom(self, plural: str, name: str) -> Body:
        """One of our own objects, whole; empty where there is none."""
        try:
            body: Body = self._custom.get_namespaced_custom_object(
                "sluicegate.dev", "v1alpha1", self._namespace, plural, name
            )
        except client.ApiException as error:
            if error.status == 404:
                return {}
            raise
        return body

    def job_ended(self, name: str) -> bool:
        """True once it succeeded; DemoError when it failed."""
        status = self._batch.read_namespaced_job(name, self._namespace).status
        if status.failed:
            raise DemoError(f"the Job {name} failed: see `kubectl logs -n {self._namespace} job/{name}` (KEEP=1)")
        return bool(status.succeeded)

    def restarts(self) -> int:
        """How often containers of the operator's pods were restarted."""
        pods = self._core.list_namespaced_pod(SYSTEM, label_selector=f"app.kubernetes.io/instance={RELEASE}").items
        return sum(int(one.restart_count) for pod in pods for one in pod.status.container_statuses or [])

    def operator_log(self) -> str:
        """What the operator has logged so far."""
        return self._run("kubectl", "logs", "-n", SYSTEM, "-l", f"app.kubernetes.io/instance={RELEASE}", "--tail=-1")

    def _run(self, *words: str, stdin: str | None = None, limit: float = 120.0) -> str:
        return run(words, env=self._env, stdin=stdin, limit=limit)


def manifest(name: str) -> Body:
    """examples/manifests/``name``: the very file that users apply."""
    body: Body = yaml.safe_load((MANIFESTS / name).read_text(encoding="utf-8"))
    return body


def containers(body: Body) -> Iterator[Body]:
    """The containers of a workload's pod template."""
    yield from body["spec"]["template"]["spec"]["containers"]


def at_home(body: Body, *, image: str, bootstrap: str, env: Mapping[str, str] | None = None) -> Body:
    """A workload with this image and broker in place of the manifest's, and further environment variables.

    No cluster DNS is asked for: the test bed has none, and the default policy would warn with each sync.
    """
    body["spec"]["template"]["spec"] |= {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["127.0.0.1"]}}
    for container in containers(body):
        container |= {"image": image, "imagePullPolicy": "Never"}
        values = {one["name"]: one["value"] for one in container["env"]} | {"BOOTSTRAP": bootstrap} | dict(env or {})
        container["env"] = [{"name": name, "value": value} for name, value in values.items()]
    return body


def audit_lines(path: Path) -> Iterator[str]:
    """Lines of the API server's audit log."""
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from file
