"""One child process seen from the operator: start it, give it orders, hear its answers, notice its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka import wire
from sluicegate.observe.kafka.redact import redact, secrets_of

log = logging.getLogger(__name__)
MODULE = "sluicegate.observe.kafka.child"
CLOSING = 2.0
"""Seconds that a child has to end after its pipe was closed."""
LONGEST_LINE = 2_000


class Died(Exception):
    """The process ended while it was asked; its text says how (``by signal 11 (SIGSEGV)``).

    ``begun``: it had taken the order up, which may be the reason then. ``by_us``: it was killed, for the sake of
    another order that hung.
    """

    def __init__(self, how: str, *, begun: bool, by_us: bool) -> None:
        super().__init__(how)
        self.begun = begun
        self.by_us = by_us


class Process:
    """A running child."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, *, ended: Callable[[], None]) -> None:
        self.name = name
        self._process = process
        self._ended = ended
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self._begun: set[int] = set()
        self._secrets: set[str] = set()
        self._killed = False
        self._tasks = (asyncio.create_task(self._hear()), asyncio.create_task(self._pass_on_words()))

    @classmethod
    async def start(cls, name: str, *, ended: Callable[[], None]) -> Process:
        """OSError when no process can be started. ``ended`` is called once, before any asker hears of the end."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            MODULE,
            name,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        log.debug("sweep process started", extra={"child": name, "pid": process.pid})
        return cls(name, process, ended=ended)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._killed and self._process.returncode is None and not self._tasks[0].done()

    async def ask(self, number: int, body: bytes, *, config: ClientConfig) -> bytes:
        """The answer to the order ``body``, which bears ``number``. Died when the process ends first."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._secrets.update(secrets_of(config))
        try:
            await self._write(wire.frame(body))
            return await answer
        finally:
            self._answers.pop(number, None)
            self._begun.discard(number)

    def kill(self) -> None:
        """End it at once, by SIGKILL."""
        self._killed = True
        self._stop()

    async def close(self) -> None:
        """Let it end by closing its pipe; by SIGKILL when it does not."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), CLOSING)
        except TimeoutError:
            self.kill()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        # A pipe that broke is the child's end, which `_hear` reports with its reason.
        with contextlib.suppress(ConnectionError):
            await self._process.stdin.drain()

    async def _hear(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                (size,) = wire.HEADER.unpack(await self._process.stdout.readexactly(wire.HEADER.size))
                body = await self._process.stdout.readexactly(size)
                number = wire.number_of(body)
                answer = self._answers.get(number)
                if answer is None or answer.done():
                    continue
                if wire.is_begun(body):
                    self._begun.add(number)
                else:
                    answer.set_result(body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        # A child that closed its end without ending is of no more use.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), CLOSING)
        self._stop()
        await self._process.wait()
        self._ended()
        for number, answer in self._answers.items():
            if not answer.done():
                answer.set_exception(Died(self._how(), begun=number in self._begun, by_us=self._killed))

    def _how(self) -> str:
        code = self._process.returncode
        if code is None or code >= 0:
            return f"with exit code {code}"
        try:
            return f"by signal {-code} ({signal.Signals(-code).name})"
        except ValueError:
            return f"by signal {-code}"

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
                log.warning("sweep process: %s", words, extra={"child": self.name, "pid": self.pid})
