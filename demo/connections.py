"""PostgreSQL as the witness of a story: who holds how many connections, five times a second, and whom it turned away.

Connections are counted in pg_stat_activity by database user, over one connection of a superuser: the server keeps
slots for those, so that the witness sees also a database that is full. Refusals are counted in the server's own log.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg

EVERY_S = 0.2
LIMIT_S = 3.0
COUNT = """
SELECT coalesce(usename, '') AS who, count(*) AS many FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() GROUP BY 1
"""
REFUSALS = ("too many clients already", "remaining connection slots are reserved", "too many connections for role")
"""How PostgreSQL words it that there is no room for one more connection."""
FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Connections by user at one moment (unix seconds), without the witness's own."""

    at: float
    by_user: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_user.values())

    def of(self, *users: str) -> int:
        """How many these users hold together."""
        return sum(self.by_user.get(user, 0) for user in users)


class Witness:
    """Counts while the ``with`` block runs. ``url`` is a superuser's. A server that is away is asked until it is back:
    what stood in between nobody can say, and ``gaps`` tells how long that was (seconds)."""

    def __init__(self, url: str, *, every: float = EVERY_S) -> None:
        self.counts: list[Count] = []
        self.gaps: list[float] = []
        self._url = url
        self._every = every
        self._ending = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True, name="witness")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join(2 * LIMIT_S)

    def most(self, *users: str, since: float = 0.0) -> int:
        """The most connections that these users (none named: all) held together at any moment from ``since`` on."""
        seen = [one for one in self.counts if one.at >= since]
        return max((one.of(*users) if users else one.total for one in seen), default=0)

    async def _watch(self) -> None:
        away_since: float | None = None
        connection: Any = None
        while not self._ending.is_set():
            begun = time.time()
            try:
                if connection is None:
                    connection = await asyncpg.connect(self._url, timeout=LIMIT_S, command_timeout=LIMIT_S)
                rows = await connection.fetch(COUNT)
            except FAILURES:
                away_since = away_since or begun
                if connection is not None:
                    connection.terminate()
                    connection = None
            else:
                if away_since is not None:
                    self.gaps.append(begun - away_since)
                    away_since = None
                self.counts.append(Count(at=begun, by_user={row["who"]: row["many"] for row in rows}))
            await asyncio.sleep(max(0.02, self._every - (time.time() - begun)))
        if connection is not None:
            connection.terminate()


def refusals(log: Path) -> int:
    """How often the server has turned a client away for want of a connection, by its log; 0 where it wrote none."""
    if not log.exists():
        return 0
    with log.open(encoding="utf-8", errors="replace") as lines:
        return sum("FATAL" in line and any(words in line for words in REFUSALS) for line in lines)
