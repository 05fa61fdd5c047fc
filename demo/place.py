"""Where the demo plays: a cluster, a broker and the two images.

`python -m dev.bed` provides all of it and is taken down at the end, unless it was up before or KEEP is set. Where the
environment names a cluster, a broker and both images already (dev/with-bed.sh does, on kind for instance), these are
used and left as they are.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.command import ROOT, bed

GIVEN = ("KUBECONFIG", "SLUICEGATE_BOOTSTRAP", "SLUICEGATE_IMAGE", "SLUICEGATE_EXAMPLES_IMAGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``env`` finds kubectl, helm and the cluster; ``audit_log`` is the API server's, None where there is none.
    ``kept``: the cluster stays when the demo ends."""

    env: Mapping[str, str]
    bootstrap: str
    operator_image: str
    examples_image: str
    audit_log: Path | None
    kept: bool


@contextmanager
def place() -> Iterator[Place]:
    """The place, ready; taken down on the way out, whatever happened within."""
    env = dict(os.environ)
    if all(env.get(name) for name in GIVEN):
        yield _place(env, kept=True)
        return
    kept = bool(env.get("KEEP")) or _is_up(env)
    try:
        bed("up", env=env)
        env |= _exports(bed("env", env=env, capture=True))
        for name, image, file in (
            ("SLUICEGATE_IMAGE", "sluicegate", "Dockerfile"),
            ("SLUICEGATE_EXAMPLES_IMAGE", "sluicegate-examples", "examples/Dockerfile"),
        ):
            env[name] = bed("image", "build", "--name", image, "--file", file, env=env, capture=True).splitlines()[-1]
        yield _place(env, kept=kept)
    finally:
        if not kept:
            bed("down", env=dict(os.environ))


def _is_up(env: Mapping[str, str]) -> bool:
    status = [sys.executable, "-m", "dev.bed", "status"]
    return subprocess.run(status, env=dict(env), cwd=ROOT, capture_output=True, check=False).returncode == 0


def _exports(lines: str) -> dict[str, str]:
    """`export NAME=value` lines as a mapping."""
    words = (word for line in lines.splitlines() for word in shlex.split(line.removeprefix("export ")))
    return dict(word.split("=", 1) for word in words)


def _place(env: Mapping[str, str], *, kept: bool) -> Place:
    audit = env.get("SLUICEGATE_AUDIT_LOG")
    return Place(
        env=env,
        bootstrap=env["SLUICEGATE_BOOTSTRAP"],
        operator_image=env["SLUICEGATE_IMAGE"],
        examples_image=env["SLUICEGATE_EXAMPLES_IMAGE"],
        audit_log=Path(audit) if audit else None,
        kept=kept,
    )
