"""What the kernel says about a process. A zombie counts as dead: it answers `kill -0` and holds nothing."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A process as opposed to a number: pids are reused, and start over after a reboot."""

    pid: int
    started: str
    boot: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """Who runs under this pid now; None when nobody (or only a zombie) does."""
        fields = _stat(pid)
        if fields is None or fields[0] in "ZX":
            return None
        return cls(pid=pid, started=fields[19], boot=_boot())

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """The process a pid file names, when it is that very process and alive."""
        try:
            pid, started, boot = file.read_text().split()
            known = cls(pid=int(pid), started=started, boot=boot)
        except (OSError, ValueError):
            return None
        return known if cls.of(known.pid) == known else None

    def write(self, file: Path) -> None:
        """Leave a pid file."""
        file.write_text(f"{self.pid} {self.started} {self.boot}\n")

    @property
    def alive(self) -> bool:
        return Identity.of(self.pid) == self

    @property
    def stopped(self) -> bool:
        """Held by SIGSTOP."""
        fields = _stat(self.pid)
        return fields is not None and fields[0] == "T"

    def end(self, *, grace: float) -> None:
        """SIGTERM, wait, SIGKILL; returns when it is gone (10 s after the SIGKILL at the latest)."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if not self.gone(within=grace):
            self.signal(signal.SIGKILL)
            self.gone(within=10.0)

    def signal(self, number: int) -> None:
        """Send a signal, unless the process is gone."""
        if self.alive:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def gone(self, *, within: float) -> bool:
        """True as soon as the process has ended, False after `within` seconds."""
        deadline = time.monotonic() + within
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def everyone() -> list[int]:
    """All pids."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def arguments(pid: int) -> list[str]:
    """The command line; empty for the dead and for kernel threads."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []


def namespace(pid: int, kind: str) -> str:
    """The namespace a process is in, such as `pid:[4026532]`; empty when it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/ns/{kind}")
    except OSError:
        return ""


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may hold anything; the fields after it start with the state.
    return text[text.rindex(")") + 2 :].split()


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
