"""Hurting the broker and bringing it back."""

import signal

from dev.bed import brokerprobe, kafka, kafkajars, network
from dev.bed.cache import Cache
from dev.bed.daemons import running, start, stop, until
from dev.bed.errors import BedError
from dev.bed.layout import Layout
from dev.bed.process import Identity

NAME = "kafka"
PATIENCE = 90.0
"""Seconds a broker may take to come back; usual after a kill -9 are 5 to 15."""


def kill_broker(*, layout: Layout) -> None:
    """kill -9: no controlled shutdown, clients see connections reset."""
    process = _process(layout)
    process.signal(signal.SIGKILL)
    process.gone(within=10.0)


def pause_broker(*, layout: Layout) -> None:
    """SIGSTOP: connections stay open and nothing answers."""
    _process(layout).signal(signal.SIGSTOP)


def resume_broker(*, layout: Layout) -> None:
    """SIGCONT."""
    _process(layout).signal(signal.SIGCONT)


def stop_broker(*, layout: Layout) -> None:
    """An orderly shutdown; data stays."""
    stop(NAME, layout=layout, grace=30.0)


def start_broker(*, layout: Layout) -> None:
    """Start it with the data it had and wait until it answers."""
    jars = kafkajars.find(cache=Cache(root=layout.cache))
    if jars is None or not (layout.config / "kafka.properties").exists():
        raise BedError("There is no bed to start a broker in: run `up` first.")
    daemon = kafka.broker(jars=jars, layout=layout)
    if running(NAME, layout=layout) is None:
        network.check_ports(daemon.listens)
    start(daemon, layout=layout)
    until("the broker's first answer", brokerprobe.answers, watch=(NAME,), layout=layout, within=PATIENCE)


def _process(layout: Layout) -> Identity:
    process = running(NAME, layout=layout)
    if process is None:
        raise BedError("The broker is not running.")
    return process
