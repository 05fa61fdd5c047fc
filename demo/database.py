"""The PostgreSQL of a story: with as few connections as the story wants, users, and the example consumer's table.

The server is the tests' own (Debian's, run as the user postgres), on the address that host and pods share; it is gone
when the story ends. Its log, in which it says whom it turned away, is read here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import asyncpg

from demo.command import ROOT
from demo.connections import refusals
from demo.errors import DemoError
from tests.support.postgres import PROGRAMS, Postgres, postgres

ADDRESS = "10.245.0.1"
"""The test bed's node: what listens there is reached by the host and by pods."""
SCHEMA = ROOT / "examples" / "consumer" / "schema.sql"
NAME = "shop"
LIMIT_S = 10.0


class Database:
    """A database in ``server`` that holds the example consumer's table; ``users`` may write into it."""

    def __init__(self, server: Postgres, *, users: Sequence[str]) -> None:
        self._server = server
        self._passwords = {user: secrets.token_hex(8) for user in users}

    def make(self) -> None:
        """Users, database and table."""
        self._server.query(f"CREATE DATABASE {NAME}")
        self._execute(SCHEMA.read_text(encoding="utf-8"))
        for user, password in self._passwords.items():
            self._execute(
                f"CREATE ROLE {user} LOGIN PASSWORD '{password}'; GRANT SELECT, INSERT ON handled TO {user}; "
                f"GRANT pg_monitor TO {user}"
            )

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        """At once, with all its connections."""
        self._server.stop()

    def url(self, user: str) -> str:
        return self._server.dsn(user=user, password=self._passwords[user], database=NAME)

    @property
    def witness_url(self) -> str:
        """For a superuser, who gets in also when it is full."""
        return self._server.dsn(database=NAME)

    def refused(self) -> int:
        """Clients turned away for want of a connection since it was made."""
        return refusals(self._server.log)

    def written(self, topic: str) -> int:
        """Messages of ``topic`` in its table."""
        return int(asyncio.run(self._ask(f"SELECT count(*) FROM handled WHERE topic = '{topic}'")))

    def empty(self) -> None:
        """The table as it was at first."""
        self._execute("TRUNCATE handled")

    def _execute(self, sql: str) -> None:
        async def work() -> None:
            connection: Any = await asyncpg.connect(self.witness_url, timeout=LIMIT_S, command_timeout=LIMIT_S)
            await connection.execute(sql)
            await connection.close()

        asyncio.run(work())

    async def _ask(self, sql: str) -> Any:
        connection: Any = await asyncpg.connect(self.witness_url, timeout=LIMIT_S, command_timeout=LIMIT_S)
        found = await connection.fetchval(sql)
        await connection.close()
        return found


@contextmanager
def database(*, limit: int, users: Sequence[str]) -> Iterator[Database]:
    """A running server with ``limit`` as its max_connections; ended and removed on the way out, whatever happened.

    DemoError says what is missing where it cannot run.
    """
    if not (PROGRAMS / "postgres").exists():
        raise DemoError(f"there is no PostgreSQL in {PROGRAMS}: `make cluster-up` brings it on Debian")
    with ExitStack() as after:
        try:
            server = after.enter_context(postgres(address=ADDRESS, max_connections=limit))
        except (OSError, AssertionError) as failure:
            raise DemoError(f"PostgreSQL did not start on {ADDRESS}, the local bed's address: {failure}") from failure
        found = Database(server, users=users)
        found.make()
        yield found
