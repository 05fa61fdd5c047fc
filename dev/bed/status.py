"""What runs on this machine, in words."""

from dev.bed import brokerprobe
from dev.bed.addresses import KAFKA_PLAIN, NODE_NAME
from dev.bed.api import Api
from dev.bed.daemons import log_file, running
from dev.bed.layout import Layout

DAEMONS = ("etcd", "apiserver", "kcm", "scheduler", "containerd", "kubelet", "kafka")


def status(*, layout: Layout) -> tuple[list[str], bool]:
    """One line per part, and whether all parts are well."""
    lines, well = [], True
    for name in DAEMONS:
        process = running(name, layout=layout)
        word = "not running" if process is None else "paused" if process.stopped else "running"
        well = well and word == "running"
        told = f"pid {process.pid}" if process else ""
        lines.append(f"{name:<11} {word:<12} {told:<12} {log_file(name, layout=layout)}")
    api = Api.admin(layout) if (layout.pki / "admin.crt").exists() else None
    ready = api is not None and api.ready() and api.node_ready()
    answers = brokerprobe.answers()
    lines.append(f"{NODE_NAME:<11} {'ready' if ready else 'not ready'}")
    lines.append(f"{KAFKA_PLAIN} {'answers' if answers else 'does not answer'}")
    return lines, well and ready and answers
