"""A child process of the operator that speaks in frames: started, written to, listened to, ended.

Both the sweep's process and a redrive's are one. Credentials go over its stdin only; what it prints is passed on to
the log without them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Iterable

from sluicegate.observe.kafka import wire
from sluicegate.observe.kafka.redact import redact

log = logging.getLogger(__name__)
CLOSING = 2.0
"""Seconds that a child has to end after its pipe was closed."""
LONGEST_LINE = 2_000


class Offspring:
    """A running child. ``what`` names its kind in the log (``sweep process``), ``name`` this one."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, *, what: str) -> None:
        self.name = name
        self._process = process
        self._what = what
        self._secrets: set[str] = set()
        self._listening = asyncio.create_task(self._pass_on_words())

    @classmethod
    async def start(cls, name: str, *, module: str, what: str) -> Offspring:
        """Run ``module`` with ``name`` as its argument. OSError when no process can be started."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            name,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        log.debug("%s started", what, extra={"child": name, "pid": process.pid})
        return cls(name, process, what=what)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    def hide(self, secrets: Iterable[str]) -> None:
        """Blot these out of what the child prints from now on."""
        self._secrets.update(secrets)

    async def write(self, body: bytes) -> None:
        """One frame. A pipe that broke is no error here: `frames` ends then."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(wire.frame(body))
            await self._process.stdin.drain()

    async def frames(self) -> AsyncIterator[bytes]:
        """What the child says, until it closes its end."""
        assert self._process.stdout is not None
        try:
            while True:
                (size,) = wire.HEADER.unpack(await self._process.stdout.readexactly(wire.HEADER.size))
                yield await self._process.stdout.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    def kill(self) -> None:
        """End it at once, by SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self, *, within: float = CLOSING) -> int:
        """Its exit code (negative: the signal), after SIGKILL when it does not end by itself in so many seconds."""
        try:
            return await asyncio.wait_for(self._process.wait(), within)
        except TimeoutError:
            self.kill()
            return await self._process.wait()

    async def close(self, *, within: float = CLOSING) -> int:
        """Let it end by closing its pipe; its exit code, as `ended`."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        code = await self.ended(within=within)
        await asyncio.gather(self._listening, return_exceptions=True)
        return code

    async def _pass_on_words(self) -> None:
        """The child's stderr, line by line, to the operator's log."""
        assert self._process.stderr is not None
        while True:
            try:
                line = await self._process.stderr.readline()
            except ValueError:
                continue
            if not line:
                return
            words = redact(line.decode(errors="replace").rstrip(), self._secrets)[:LONGEST_LINE]
            if words:
                log.warning("%s: %s", self._what, words, extra={"child": self.name, "pid": self.pid})


def how(code: int | None) -> str:
    """An exit code in words, such as ``by signal 11 (SIGSEGV)``."""
    if code is None or code >= 0:
        return f"with exit code {code}"
    try:
        return f"by signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"by signal {-code}"
