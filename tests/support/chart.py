"""The chart as Helm renders it: by the helm of PATH, else by the local bed's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "sluicegate"
KUBERNETES = "1.34.0"
Body = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """The objects of one rendering."""

    objects: tuple[Body, ...]

    def all(self, kind: str) -> list[Body]:
        return [body for body in self.objects if body["kind"] == kind]

    def one(self, kind: str, *, ending: str = "") -> Body:
        found = [body for body in self.all(kind) if body["metadata"]["name"].endswith(ending)]
        assert len(found) == 1, [body["metadata"]["name"] for body in found]
        return found[0]

    @property
    def pod(self) -> Body:
        spec: Body = self.one("Deployment")["spec"]["template"]["spec"]
        return spec

    @property
    def container(self) -> Body:
        (container,) = self.pod["containers"]
        return dict(container)


class Refused(AssertionError):
    """Helm said no; the text is its words."""


Run = Callable[..., str]
Render = Callable[..., Rendered]


def find_helm() -> str:
    """The helm of PATH, else the one that the local bed built. AssertionError without one."""
    program = shutil.which("helm") or shutil.which("helm", path=_path_of_bed())
    assert program, "no helm: put one on PATH, or run `make cluster-up` once"
    return program


def run_helm(program: str, *arguments: str, values: Body | None = None) -> str:
    """Standard output of one call; Refused with Helm's words when it fails."""
    more = ["--values", "-"] if values is not None else []
    done = subprocess.run(
        [program, *arguments, *more], input=json.dumps(values or {}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(done.stdout + done.stderr)
    return done.stdout


def _path_of_bed() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dev.bed", "env"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = re.search(r"^export PATH=(.*)$", done.stdout, re.MULTILINE)
    return found.group(1).strip("'\"") if found else os.environ.get("PATH", "")
