"""A real cluster as tests see it: apply, read, wait, delete. Bodies are plain dicts, as in YAML."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]


class Refused(AssertionError):
    """kubectl said no; the text is its words."""


class Cluster:
    """kubectl against the cluster of KUBECONFIG: the very tool that users have."""

    def __init__(self, *, env: Mapping[str, str] | None = None) -> None:
        self._env = {**os.environ, **(env or {})}

    def run(self, *args: str, stdin: str | None = None, limit: float = 60.0) -> str:
        """Standard output of one kubectl call; Refused with its words when it fails."""
        done = subprocess.run(
            ["kubectl", *args], input=stdin, env=self._env, capture_output=True, text=True, timeout=limit, check=False
        )
        if done.returncode:
            raise Refused(f"kubectl {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, *bodies: Mapping[str, Any], namespace: str, server_side_as: str | None = None) -> None:
        text = "\n---\n".join(json.dumps(body) for body in bodies)
        how = ["--server-side", f"--field-manager={server_side_as}"] if server_side_as else []
        self.run("apply", "-n", namespace, *how, "-f", "-", stdin=text)

    def get(self, kind: str, name: str, *, namespace: str) -> Body:
        body: Body = json.loads(self.run("get", kind, name, "-n", namespace, "-o", "json"))
        return body

    def find(self, kind: str, name: str, *, namespace: str) -> Body | None:
        """The object, or None where it does not exist."""
        out = self.run("get", kind, name, "-n", namespace, "-o", "json", "--ignore-not-found")
        return json.loads(out) if out.strip() else None

    def list(self, kind: str, *, namespace: str, selector: str = "") -> list[Body]:
        out = self.run("get", kind, "-n", namespace, "-o", "json", *(["-l", selector] if selector else []))
        items: list[Body] = json.loads(out)["items"]
        return items

    def delete(self, kind: str, name: str, *, namespace: str, wait: bool = True) -> None:
        self.run("delete", kind, name, "-n", namespace, "--ignore-not-found", f"--wait={str(wait).lower()}", limit=120)

    def patch(self, kind: str, name: str, patch: Mapping[str, Any], *, namespace: str) -> None:
        self.run("patch", kind, name, "-n", namespace, "--type=merge", "-p", json.dumps(patch))
