"""The consumer's side of a PostgreSQL: so many connections and never more, and each message written once.

What an autoscaler has to know of a consumer is here: one replica opens ``connections`` at its start and keeps them
until it is told to end. Where the server has no room for all of them it takes none, waits and asks again, each time
twice as long: half a pool would only keep others out. The table is in schema.sql; its key makes a second write of the
same message harmless, which at-least-once needs.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import asyncpg

T = TypeVar("T")
WRITE = "INSERT INTO handled (topic, partition, place, handled_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
LIMIT_S = 5.0  # connecting, writing and closing take no longer, or count as failed
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0
FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Log(Protocol):
    """One event a line, with its facts."""

    def __call__(self, event: str, **facts: Any) -> None: ...


class Database:
    """``url`` names server, user and database; ``name`` is shown as application_name in pg_stat_activity.

    ``go_on`` is asked while it waits; once it says no, waiting ends. Every method is called by one thread.
    """

    def __init__(self, url: str, *, connections: int, name: str, go_on: Callable[[], bool], log: Log) -> None:
        self.refused = 0
        """How often the server had no room for a connection."""
        self._url = url
        self._size = connections
        self._name = name
        self._go_on = go_on
        self._log = log
        self._loop = asyncio.new_event_loop()
        self._connections: list[Any] = []

    @property
    def ready(self) -> bool:
        return len(self._connections) == self._size

    def open(self) -> bool:
        """All connections; waits until there is room for them. False: told to end before there was."""
        pause = FIRST_PAUSE_S
        while self._go_on():
            try:
                while len(self._connections) < self._size:
                    self._connections.append(self._do(self._connect()))
            except FAILURES as failure:
                full = isinstance(failure, asyncpg.TooManyConnectionsError)
                self.refused += full
                self._log("database refused" if full else "database away", error=_words(failure), refused=self.refused)
                self._give_back()
                self._wait(pause * random.uniform(0.5, 1.0))  # not all replicas at one moment
                pause = min(pause * 2, LONGEST_PAUSE_S)
            else:
                self._log("database open", connections=self._size)
                return True
        return False

    def write(self, *, topic: str, partition: int, offset: int) -> bool:
        """Writes the message at this place. True: it is safe. False: told to end while the server was away."""
        while self.ready or self.open():
            connection = self._connections[offset % self._size]
            try:
                self._do(connection.execute(WRITE, topic, partition, offset, self._name, timeout=LIMIT_S))
            except FAILURES as failure:
                self._log("database lost", error=_words(failure))
                self._give_back()
                self._wait(FIRST_PAUSE_S)
            else:
                return True
        return False

    def close(self) -> None:
        """Gives all connections back, at once; nothing can be written after it."""
        self._give_back()
        self._loop.close()

    async def _connect(self) -> Any:
        settings = {"application_name": self._name}
        return await asyncpg.connect(self._url, timeout=LIMIT_S, command_timeout=LIMIT_S, server_settings=settings)

    def _give_back(self) -> None:
        for connection in self._connections:
            try:
                self._do(connection.close(timeout=LIMIT_S))
            except FAILURES:
                connection.terminate()
        self._connections.clear()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._go_on() and time.monotonic() < until:
            time.sleep(0.05)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)


def _words(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}"
