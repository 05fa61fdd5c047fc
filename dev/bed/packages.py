"""Debian packages the bed needs, installed when a file of theirs is missing."""

import os
import shutil
from pathlib import Path
from typing import Final

from dev.bed import command
from dev.bed.errors import BedError
from dev.bed.progress import Progress
from dev.bed.unserved import unserved

PROOF: Final[dict[str, str]] = {
    "etcd-server": "etcd",
    "containerd": "containerd",
    "runc": "runc",
    "buildah": "buildah",
    "containernetworking-plugins": "/usr/lib/cni/bridge",
    "iptables": "iptables",
    "iproute2": "ip",
    "openssl": "openssl",
    "ca-certificates": "/etc/ssl/certs/ca-certificates.crt",
    "util-linux": "nsenter",
    "procps": "ps",
    "default-jre-headless": "java",
    "maven": "mvn",
    "postgresql-15": "/usr/lib/postgresql/15/bin/postgres",
    "prometheus": "prometheus",
}
"""Package to the program (or file) that shows it is there, from whatever source it came."""


def missing() -> list[str]:
    """Packages whose program is not on this machine."""
    return [package for package, proof in PROOF.items() if not _present(proof)]


def install(*, progress: Progress) -> None:
    """Install what is missing, and only that."""
    wanted = missing()
    if not wanted:
        return
    if not shutil.which("apt-get"):
        raise BedError(f"This machine has no apt-get; install by hand: {', '.join(wanted)}.")
    with progress.step("apt", f"Installing {len(wanted)} Debian packages", guess="about 30s") as step:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        step.note = "apt-get update"
        command.run(["apt-get", "update", "-qq"], timeout=300, env=quiet)
        step.note = " ".join(wanted)
        with unserved():
            command.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted], timeout=900, env=quiet)
    still = missing()
    if still:
        raise BedError(f"apt-get ended well, yet the programs of these packages are missing: {', '.join(still)}.")


def _present(proof: str) -> bool:
    return Path(proof).exists() if os.path.isabs(proof) else shutil.which(proof) is not None
