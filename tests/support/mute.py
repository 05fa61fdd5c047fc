"""An address that takes connections and never says a word: a broker that hangs, on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

KIND_GATEWAY = "10.245.0.254"
"""This machine as pods on kind see it (dev/kind/up.sh)."""


@contextmanager
def mute(*, near: str) -> Iterator[str]:
    """``host:port`` of a socket that nobody reads. ``near`` is a bootstrap address that pods reach: its host is taken
    where it is this machine's, as on the local bed."""
    with socket.socket() as listener:
        try:
            listener.bind((near.rsplit(":", 1)[0], 0))
        except OSError:
            listener.bind((KIND_GATEWAY, 0))
        listener.listen(64)
        host, port = listener.getsockname()
        yield f"{host}:{port}"
