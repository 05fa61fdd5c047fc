"""From nothing to a running cluster and broker; from a half-dead one, too. Running it twice is harmless."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dev.bed import (
    baseimage,
    binaries,
    brokerprobe,
    controlplane,
    images,
    kafka,
    kafkajars,
    network,
    node,
    packages,
    pki,
    sysctl,
)
from dev.bed.api import Api
from dev.bed.binaries import Binaries
from dev.bed.cache import Cache
from dev.bed.command import run
from dev.bed.daemons import Daemon, running, start, until
from dev.bed.layout import Layout
from dev.bed.parallel import together
from dev.bed.progress import Progress

PATIENCE = 90.0
"""Seconds a daemon may take to become ready on a machine that is busy with other work; usual are 3 to 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What came out of the cache."""

    binaries: Binaries
    jars: Path


def up(*, layout: Layout, progress: Progress) -> None:
    """Bring the bed up and return when a pod can run and the broker answers."""
    cache = Cache(root=layout.cache)
    layout.cache.mkdir(parents=True, exist_ok=True)
    parts = _prepare(cache=cache, layout=layout, progress=progress)
    _write_state(layout=layout)
    daemons = _daemons(parts, layout=layout)
    network.add_addresses()
    dead = [daemon for daemon in daemons.values() if running(daemon.name, layout=layout) is None]
    if not dead and healthy(layout=layout):
        return
    network.check_ports(address for daemon in dead for address in daemon.listens)
    together(
        lambda: _start_kafka(daemons["kafka"], jars=parts.jars, layout=layout, progress=progress),
        lambda: _start_kubernetes(daemons, parts=parts, layout=layout, progress=progress),
    )


def healthy(*, layout: Layout) -> bool:
    """Whether everything answers right now."""
    api = Api.admin(layout)
    return brokerprobe.answers() and api.ready() and api.node_ready() and api.default_account()


def _prepare(*, cache: Cache, layout: Layout, progress: Progress) -> Parts:
    built, jars = binaries.find(cache=cache), kafkajars.find(cache=cache)
    if built and jars and not packages.missing() and images.exists(baseimage.name(), layout=layout):
        return Parts(binaries=built, jars=jars)

    def packaged() -> None:
        packages.install(progress=progress)
        together(
            lambda: kafkajars.fetch(cache=cache, progress=progress),
            lambda: baseimage.ensure(cache=cache, layout=layout, progress=progress),
        )

    # Compilers need nothing that apt installs, so the long build starts in the first second.
    together(packaged, lambda: binaries.build(cache=cache, progress=progress))
    return Parts(
        binaries=binaries.build(cache=cache, progress=progress),
        jars=kafkajars.fetch(cache=cache, progress=progress),
    )


def _write_state(*, layout: Layout) -> None:
    for folder in (layout.state, layout.logs, layout.pids, layout.config):
        folder.mkdir(parents=True, exist_ok=True)
    layout.state.chmod(0o711)
    sysctl.remember(layout=layout)
    pki.issue(layout.pki)
    controlplane.write_config(layout=layout)
    node.write_config(layout=layout)
    kafka.write_config(layout=layout)


def _daemons(parts: Parts, *, layout: Layout) -> dict[str, Daemon]:
    programs = parts.binaries.kubernetes
    daemons = (
        node.containerd(layout=layout),
        controlplane.etcd(layout=layout),
        controlplane.apiserver(programs=programs, layout=layout),
        controlplane.controller_manager(programs=programs, layout=layout),
        controlplane.scheduler(programs=programs, layout=layout),
        node.kubelet(programs=programs, layout=layout),
        kafka.broker(jars=parts.jars, layout=layout),
    )
    return {daemon.name: daemon for daemon in daemons}


def _start_kafka(daemon: Daemon, *, jars: Path, layout: Layout, progress: Progress) -> None:
    with progress.step("start-kafka", "Starting the Kafka broker", guess="about 8s"):
        kafka.format_storage(jars=jars, layout=layout)
        start(daemon, layout=layout)
        until("the broker's first answer", brokerprobe.answers, watch=("kafka",), layout=layout, within=PATIENCE)


def _start_kubernetes(daemons: dict[str, Daemon], *, parts: Parts, layout: Layout, progress: Progress) -> None:
    api = Api.admin(layout)
    with progress.step("start-api", "Starting etcd and the API server", guess="about 5s"):
        for name in ("containerd", "etcd", "apiserver"):
            start(daemons[name], layout=layout)
        until("the API server", api.ready, watch=("etcd", "apiserver"), layout=layout, within=PATIENCE)
    with progress.step("start-node", "Starting the controllers and the node", guess="about 6s"):
        began = datetime.now(UTC)
        for name in ("kcm", "scheduler"):
            start(daemons[name], layout=layout)
        until("containerd", lambda: _containerd_answers(layout), watch=("containerd",), layout=layout, within=PATIENCE)
        images.ensure_pause(program=parts.binaries.pause / "pause", layout=layout)
        fresh = start(daemons["kubelet"], layout=layout)
        until(
            "the node",
            lambda: api.node_ready(since=began if fresh else None),
            watch=("containerd", "apiserver", "kubelet"),
            layout=layout,
            within=PATIENCE,
        )
        until("the default service account", api.default_account, watch=("kcm",), layout=layout, within=PATIENCE)


def _containerd_answers(layout: Layout) -> bool:
    return "Server:" in run([*node.ctr(layout), "version"], timeout=10, check=False)
