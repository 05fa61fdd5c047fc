"""Where the bed keeps things: a state folder that `down` removes, and a cache that survives it."""

import os
from dataclasses import dataclass
from pathlib import Path

from dev.bed.errors import BedError

STATE_LIMIT = 60
"""Longest state path, in bytes: a unix socket path ends at 107, and containerd's own are up to 45 long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The two folders, and the name of everything inside them."""

    state: Path
    cache: Path

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def pids(self) -> Path:
        return self.state / "pid"

    @property
    def pki(self) -> Path:
        return self.state / "pki"

    @property
    def config(self) -> Path:
        """Generated configuration files: of containerd, the kubelet, the broker, and the kubeconfigs."""
        return self.state / "config"

    @property
    def kubeconfig(self) -> Path:
        return self.config / "admin.kubeconfig"

    @property
    def audit_log(self) -> Path:
        return self.logs / "audit.jsonl"

    @property
    def kafka_ca(self) -> Path:
        return self.pki / "kafka-ca.crt"

    @property
    def containerd_socket(self) -> Path:
        return self.state / "containerd.sock"

    @property
    def image_store(self) -> Path:
        """Buildah's storage: kept with the cache, so that a new bed builds images from cached layers."""
        return self.cache / "images"

    @property
    def image_run(self) -> Path:
        return self.state / "images-run"


def layout() -> Layout:
    """The folders from the environment (SLUICEGATE_BED_STATE, XDG_CACHE_HOME) or their defaults."""
    state = Path(os.environ.get("SLUICEGATE_BED_STATE") or "/var/lib/sluicegate-bed").absolute()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute()
    if len(os.fsencode(state)) > STATE_LIMIT:
        raise BedError(
            f"The state folder {state} has a longer name than unix sockets below it allow: "
            f"set SLUICEGATE_BED_STATE to a path of at most {STATE_LIMIT} bytes."
        )
    return Layout(state=state, cache=caches / "sluicegate")
