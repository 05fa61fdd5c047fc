"""What needs root says so in one sentence; what must not run twice at once waits its turn."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dev.bed.errors import BedError

LOCK: Final = Path("/run/lock/sluicegate-bed.lock")
"""One bed per machine, wherever its state is: its addresses, bridge and cgroup are machine-wide names."""


def require_root(what: str, *, why: str = "adds addresses to lo and runs containers") -> None:
    """Refuse early, before half of the work is done."""
    if os.geteuid() != 0:
        raise BedError(f"{what} needs root (it {why}): run it with sudo or as root.")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the machine's bed lock; waits for whoever has it."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
