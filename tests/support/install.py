"""The operator as users install it: by Helm, from its image; and ways to look at it and to hurt it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.cluster import Body, Cluster
from tests.support.wait import eventually

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "sluicegate"
IMAGE = os.environ.get("SLUICEGATE_IMAGE", "localhost/sluicegate:e2e")


def helm(*args: str, stdin: str | None = None, limit: float = 180.0) -> str:
    """Standard output of one helm call; AssertionError with its words when it fails."""
    done = subprocess.run(["helm", *args], input=stdin, capture_output=True, text=True, timeout=limit, check=False)
    assert done.returncode == 0, f"helm {' '.join(args)}: {done.stderr.strip()}"
    return done.stdout


@dataclass(frozen=True, kw_only=True)
class Release:
    """One Helm release of the operator."""

    cluster: Cluster
    name: str = "sluicegate"
    namespace: str = "sluicegate-e2e"

    def values(self, more: Mapping[str, Any] | None = None) -> str:
        repository, _, tag = IMAGE.rpartition(":")
        image = {"repository": repository, "tag": tag, "pullPolicy": "Never"}
        return json.dumps({"image": image, "logLevel": "debug", **(more or {})})

    def install(self, more: Mapping[str, Any] | None = None) -> None:
        """Install or upgrade, and wait until the pod is ready. A namespace that is on its way out goes first."""
        eventually(lambda: not self._is_ending(), within=60, what=f"the former namespace {self.namespace} is gone")
        helm(
            "upgrade", "--install", self.name, str(CHART), "--namespace", self.namespace, "--create-namespace",
            "--wait", "--timeout", "120s", "--take-ownership", "--values", "-", stdin=self.values(more),
        )  # fmt: skip

    def _is_ending(self) -> bool:
        found = self.cluster.find("namespace", self.namespace, namespace=self.namespace)
        return found is not None and "deletionTimestamp" in found["metadata"]

    def uninstall(self) -> None:
        helm("uninstall", self.name, "--namespace", self.namespace, "--ignore-not-found", "--wait")

    def pod(self) -> Body:
        """The running operator pod."""

        def look() -> Body | None:
            pods = self.cluster.list(
                "pods", namespace=self.namespace, selector=f"app.kubernetes.io/instance={self.name}"
            )
            live = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
            ready = [
                pod for pod in live if any(c.get("ready") for c in pod.get("status", {}).get("containerStatuses", []))
            ]
            return ready[0] if ready else None

        pod = eventually(look, within=60, what="an operator pod is ready")
        assert pod is not None
        return pod

    def pod_name(self) -> str:
        return str(self.pod()["metadata"]["name"])

    def kill9(self) -> None:
        """kill -9 of the operator, without a word before; the kubelet starts it anew."""
        if os.environ.get("SLUICEGATE_BED") == "local":
            dev("pod", "kill9", self.namespace, self.pod_name())
        else:
            now = ("--grace-period=0", "--force", "--wait=false")
            self.cluster.run("delete", "pod", "-n", self.namespace, self.pod_name(), *now)

    def restarts(self) -> int:
        return sum(int(one["restartCount"]) for one in self.pod()["status"]["containerStatuses"])

    def logs(self, *, previous: bool = False) -> str:
        more = ["--previous"] if previous else []
        return self.cluster.run("logs", "-n", self.namespace, self.pod_name(), *more)

    def get(self, path: str) -> str:
        """Body of an HTTP GET on the pod's port, through the API server."""
        name = self.pod_name()
        return self.cluster.run("get", "--raw", f"/api/v1/namespaces/{self.namespace}/pods/{name}:8080/proxy{path}")

    def metric(self, series: str) -> float | None:
        """The value of one series as it stands in /metrics (``name{labels}``), or None."""
        for line in self.get("/metrics").splitlines():
            if line.startswith(series + " "):
                return float(line.rsplit(" ", 1)[1])
        return None


def dev(*args: str, limit: float = 120.0) -> str:
    """One command of the local bed (``python -m dev.bed …``): only where SLUICEGATE_BED is ``local``."""
    python = str(ROOT / ".venv" / "bin" / "python")
    done = subprocess.run(
        [python, "-m", "dev.bed", *args], cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False
    )
    assert done.returncode == 0, f"dev.bed {' '.join(args)}: {done.stderr.strip() or done.stdout.strip()}"
    return done.stdout


def wait_a_poll(polls: float = 1.0) -> None:
    """Let the operator look so many times."""
    time.sleep(2.0 * polls)
