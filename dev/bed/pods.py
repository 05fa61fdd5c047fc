"""Reaching into pods from outside, as a fault would: by the processes that the node really runs."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dev.bed.api import Api
from dev.bed.command import run
from dev.bed.errors import BedError
from dev.bed.layout import Layout
from dev.bed.node import ctr
from dev.bed.process import arguments, everyone, namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class PodProcess:
    """A process of a container, by its pid on the machine."""

    pid: int
    command: str


def container_pid(*, pod: str, in_namespace: str, container: str | None = None, layout: Layout) -> int:
    """The first process of a running container; the pod's only (or first) container when none is named."""
    found = Api.admin(layout).read(f"/api/v1/namespaces/{in_namespace}/pods/{pod}")
    if found is None:
        raise BedError(f"There is no pod {in_namespace}/{pod}.")
    statuses: list[dict[str, Any]] = found.get("status", {}).get("containerStatuses", [])
    chosen = [status for status in statuses if container in (None, status["name"])]
    if not chosen or not chosen[0].get("containerID"):
        raise BedError(f"Pod {in_namespace}/{pod} has no such container running.")
    identifier = chosen[0]["containerID"].removeprefix("containerd://")
    for line in run([*ctr(layout), "tasks", "ls"], timeout=20).splitlines()[1:]:
        task, pid, state = line.split()[:3]
        if task == identifier and state != "STOPPED":
            return int(pid)
    raise BedError(f"Container {chosen[0]['name']} of {in_namespace}/{pod} is not running.")


def signal_pod(
    *, pod: str, in_namespace: str, container: str | None = None, number: int = signal.SIGKILL, layout: Layout
) -> int:
    """Send a signal to the container's first process (kill -9 unless told otherwise) and return its pid."""
    pid = container_pid(pod=pod, in_namespace=in_namespace, container=container, layout=layout)
    os.kill(pid, number)
    return pid


def processes(*, pod: str, in_namespace: str, container: str | None = None, layout: Layout) -> list[PodProcess]:
    """Everything that runs in the container, its first process first."""
    first = container_pid(pod=pod, in_namespace=in_namespace, container=container, layout=layout)
    inside = namespace(first, "pid")
    pids = sorted((pid for pid in everyone() if namespace(pid, "pid") == inside), key=lambda pid: (pid != first, pid))
    return [PodProcess(pid=pid, command=" ".join(arguments(pid))) for pid in pids if arguments(pid)]


def signal_process(
    *,
    pod: str,
    in_namespace: str,
    matching: str,
    container: str | None = None,
    number: int = signal.SIGKILL,
    layout: Layout,
) -> list[PodProcess]:
    """Signal the container's processes, its first one excepted, whose command line matches the pattern."""
    inside = processes(pod=pod, in_namespace=in_namespace, container=container, layout=layout)
    hit = [process for process in inside[1:] if re.search(matching, process.command)]
    if not hit:
        raise BedError(f"No child process in {in_namespace}/{pod} matches {json.dumps(matching)}.")
    for process in hit:
        os.kill(process.pid, number)
    return hit


def run_in_network(
    argv: Sequence[str], *, pod: str, in_namespace: str, layout: Layout
) -> subprocess.CompletedProcess[str]:
    """Run a program of this machine in the pod's network, such as iptables to cut it off."""
    pid = container_pid(pod=pod, in_namespace=in_namespace, layout=layout)
    return subprocess.run(
        ["nsenter", "-t", str(pid), "-n", *argv], check=False, capture_output=True, text=True, timeout=60
    )
