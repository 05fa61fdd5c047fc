"""What a bed can leave on a machine, one function per kind, used both to sweep and to prove that it is swept."""

import contextlib
import math
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dev.bed import network
from dev.bed.addresses import BRIDGE
from dev.bed.layout import Layout
from dev.bed.process import arguments, everyone

PROGRAMS: Final = frozenset(
    (
        *("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "java"),
        *("containerd", "containerd-shim-runc-v2", "runc", "ctr"),
    )
)
NAMESPACES: Final = Path("/run/netns")
CGROUPS: Final = Path("/sys/fs/cgroup")
CNI_NOTES: Final = Path("/var/lib/cni/results")
SHIM_SOCKETS: Final = Path("/run/containerd")
"""Where shims put their sockets, whatever containerd is configured to."""
KUBELET_LINKS: Final = Path("/var/log/containers")


def processes(*, layout: Layout) -> list[int]:
    """The bed's programs, by the state folder in their arguments, and whatever runs in a pod's control group.

    Both are narrow on purpose: an editor or a shell that merely names a file of the bed is somebody else's.
    """
    mark = f"{layout.state}/"
    return [pid for pid in everyone() if _is_program(arguments(pid), mark) or _is_in_pod(pid)]


def mounts(*, layout: Layout) -> list[str]:
    """Mount points below the state folder and the image store, deepest first."""
    roots = (f"{layout.state}/", f"{layout.image_store}/")
    points = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    return sorted((point for point in points if f"{point}/".startswith(roots)), reverse=True)


def namespaces() -> list[Path]:
    """Network namespaces that containerd made for pods."""
    return sorted(NAMESPACES.glob("cni-*")) if NAMESPACES.exists() else []


def cgroups() -> list[Path]:
    """Control groups of pods, of either version."""
    return [path for path in (CGROUPS / "k8s.io", *CGROUPS.glob("*/k8s.io")) if path.is_dir()]


def stray_files(*, layout: Layout) -> list[Path]:
    """Links and caches that the kubelet and the CNI library leave outside the state folder.

    The library's notes on loopback devices do not name their network: those from before the bed are someone else's.
    """
    marker = layout.state / "sysctl.json"
    began = marker.stat().st_mtime if marker.exists() else math.inf
    loopback = [path for path in CNI_NOTES.glob("cni-loopback-*") if path.stat().st_mtime >= began]
    return [*_links(layout), *CNI_NOTES.glob("bed-*"), *loopback]


def unmount(*, layout: Layout) -> None:
    """Detach all mounts; one may hide another, hence more than one round."""
    for _ in range(3):
        for point in mounts(layout=layout):
            subprocess.run(["umount", "-l", point], check=False, capture_output=True)


def remove_namespaces() -> None:
    """Unpin the pods' network namespaces."""
    for path in namespaces():
        subprocess.run(["umount", "-l", path], check=False, capture_output=True)
        path.unlink(missing_ok=True)


def remove_cgroups() -> None:
    """Remove emptied control groups; the kernel needs a moment after the last process."""
    deadline = time.monotonic() + 5.0
    while (left := cgroups()) and time.monotonic() < deadline:
        for group in left:
            for folder, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    time.sleep(0.05)


def remove_stray_files(*, layout: Layout) -> None:
    """Delete them."""
    for path in stray_files(layout=layout):
        path.unlink(missing_ok=True)
    for folder, _, _ in os.walk(SHIM_SOCKETS, topdown=False):
        with contextlib.suppress(OSError):  # Not empty: another containerd of this machine is at home there.
            os.rmdir(folder)


def everything(*, layout: Layout) -> Iterator[str]:
    """A sentence for each thing that is still there."""
    for pid in processes(layout=layout):
        yield f"process {pid}: {' '.join(arguments(pid))[:120]}"
    for point in mounts(layout=layout):
        yield f"mount {point}"
    for path in (*namespaces(), *cgroups(), *stray_files(layout=layout)):
        yield f"{path}"
    if network.bridge_exists():
        yield f"network device {BRIDGE}"
    for address in network.left_addresses():
        yield f"address {address} on lo"
    if layout.state.exists():
        yield f"state folder {layout.state}"


def _links(layout: Layout) -> list[Path]:
    links = [path for path in KUBELET_LINKS.glob("*") if path.is_symlink()] if KUBELET_LINKS.exists() else []
    return [path for path in links if os.readlink(path).startswith(f"{layout.state}/")]


def _is_program(words: list[str], mark: str) -> bool:
    return bool(words) and os.path.basename(words[0]) in PROGRAMS and any(mark in word for word in words)


def _is_in_pod(pid: int) -> bool:
    # Pods outlive their shims when these are killed: then only the control group tells whose they are.
    try:
        groups = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return False
    return any(group.split(":", 2)[2].startswith("/k8s.io/") for group in groups)
