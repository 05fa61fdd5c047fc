"""Stopping, and leaving nothing behind: no process, mount, namespace, bridge, address, cgroup or file.

The order matters. Containers go while containerd can still be asked; the API server before etcd, because one whose
store is gone holds its port for long; addresses last, because a broker whose address vanished spins.
"""

import shutil
import signal
import time

from dev.bed import leftovers, network, sysctl
from dev.bed.command import run
from dev.bed.daemons import running, stop
from dev.bed.layout import Layout
from dev.bed.node import ctr
from dev.bed.parallel import together
from dev.bed.process import Identity


def down(*, layout: Layout, keep_state: bool = False) -> None:
    """Stop the bed and sweep up. With `keep_state` the cluster's and the broker's data wait for the next `up`."""
    together(lambda: stop("kafka", layout=layout, grace=30.0), lambda: _stop_kubernetes(layout))
    for pid in leftovers.processes(layout=layout):
        known = Identity.of(pid)
        if known is not None:
            known.signal(signal.SIGKILL)
            known.gone(within=5.0)
    leftovers.unmount(layout=layout)
    leftovers.remove_namespaces()
    network.remove_bridge()
    leftovers.remove_cgroups()
    leftovers.remove_stray_files(layout=layout)
    sysctl.restore(layout=layout)
    for folder in ("containerd-run", "cni-ipam", "images-run", "pid"):
        shutil.rmtree(layout.state / folder, ignore_errors=True)
    if not keep_state:
        shutil.rmtree(layout.state, ignore_errors=True)
    network.remove_addresses()


def _stop_kubernetes(layout: Layout) -> None:
    stop("kubelet", layout=layout)
    if running("containerd", layout=layout) is not None:
        _remove_containers(layout)
    together(lambda: stop("scheduler", layout=layout), lambda: stop("kcm", layout=layout))
    stop("apiserver", layout=layout, grace=15.0)
    stop("etcd", layout=layout)
    stop("containerd", layout=layout)


def _remove_containers(layout: Layout) -> None:
    tool = ctr(layout)
    for task in run([*tool, "tasks", "ls", "-q"], timeout=20, check=False).split():
        run([*tool, "tasks", "kill", "--signal", "SIGKILL", task], timeout=20, check=False)
    deadline = time.monotonic() + 5.0
    while tasks := run([*tool, "tasks", "ls", "-q"], timeout=20, check=False).split():
        for task in tasks:
            run([*tool, "tasks", "rm", "--force", task], timeout=20, check=False)
        if time.monotonic() > deadline:
            break
    containers = run([*tool, "containers", "ls", "-q"], timeout=20, check=False).split()
    if containers:
        run([*tool, "containers", "rm", *containers], timeout=60, check=False)
