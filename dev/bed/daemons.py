"""Starting and stopping long-lived programs without a service manager.

Each daemon runs in a session of its own, writes to one log file, and is known by a pid file that also names the start
time of the process. Waits are bounded and watch the daemon: when it dies they say its last words at once.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dev.bed.errors import BedError
from dev.bed.layout import Layout
from dev.bed.process import Identity

LOG_LIMIT = 50_000_000
"""Bytes after which a log is moved aside at the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """What to run, under which name, and the addresses it must be able to bind."""

    name: str
    argv: tuple[str, ...]
    listens: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    grace: float = 10.0


def running(name: str, *, layout: Layout) -> Identity | None:
    """The live process of that daemon."""
    return Identity.read(layout.pids / name)


def start(daemon: Daemon, *, layout: Layout) -> bool:
    """Start the daemon unless it lives; a paused one is resumed. True when a new process was made."""
    known = running(daemon.name, layout=layout)
    if known is not None:
        if known.stopped:
            known.signal(signal.SIGCONT)
        return False
    log = log_file(daemon.name, layout=layout)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        os.replace(log, log.with_suffix(".log.old"))
    with log.open("ab") as sink:
        process = subprocess.Popen(
            daemon.argv,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=layout.state,
            env={**os.environ, **daemon.env},
            start_new_session=True,
        )
    identity = Identity.of(process.pid)
    if identity is None:
        raise BedError(f"{daemon.name} ended at once: {last_words(daemon.name, layout=layout)}")
    identity.write(layout.pids / daemon.name)
    return True


def stop(name: str, *, layout: Layout, grace: float = 10.0) -> None:
    """End the daemon and forget it."""
    known = running(name, layout=layout)
    if known is not None:
        known.end(grace=grace)
    (layout.pids / name).unlink(missing_ok=True)


def until(what: str, ready: Callable[[], bool], *, watch: tuple[str, ...], layout: Layout, within: float) -> None:
    """Wait for `ready`; fail when a watched daemon dies or the time is over, with the daemon's last words."""
    deadline = time.monotonic() + within
    while not ready():
        for name in watch:
            if running(name, layout=layout) is None:
                raise BedError(f"{name} died while waiting for {what}. Last words: {last_words(name, layout=layout)}")
        if time.monotonic() > deadline:
            words = last_words(watch[-1], layout=layout) if watch else ""
            raise BedError(f"{what} did not come within {within:.0f} s. {watch[-1] if watch else ''} says: {words}")
        time.sleep(0.1)


def log_file(name: str, *, layout: Layout) -> Path:
    """Where a daemon writes."""
    return layout.logs / f"{name}.log"


def last_words(name: str, *, layout: Layout) -> str:
    """The last line of a daemon's log."""
    try:
        with log_file(name, layout=layout).open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 4096))
            lines = [line for line in stream.read().decode(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "(no log)"
    return lines[-1] if lines else "(an empty log)"
