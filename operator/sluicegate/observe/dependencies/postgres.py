"""What PostgreSQL says of itself: a setting, the connections in use, whether it lets one in, who waits for locks.

A look opens one connection and closes it, and looks at one database queue up for it: the operator takes at most one of
the connections that it is there to share out, and a look tells whether there still is one to be had. The time limit
starts when its turn has come.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg

from sluicegate.model.secret import SecretKeyRef, SecretRef
from sluicegate.observe.dependencies.credentials import SecretReader, one_value
from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.dependencies.names import permitted
from sluicegate.observe.dependencies.postgres_faults import broken
from sluicegate.observe.dependencies.postgres_tls import context, falls_back
from sluicegate.observe.dependencies.postgres_uri import Target, parse
from sluicegate.observe.dependencies.signal import Broken, Verdict
from sluicegate.telemetry.redact import remember

T = TypeVar("T")
APPLICATION = "sluicegate"
SETTING = "SELECT setting, vartype FROM pg_settings WHERE name = $1"
USED = """
SELECT count(*) FROM pg_stat_activity
WHERE coalesce(backend_type, 'client backend') = 'client backend' AND datid IS NOT NULL AND usesysid IS NOT NULL
AND pid <> pg_backend_pid() AND application_name <> $1
"""
"""`backend_type` is empty without the right to see other users' sessions: whoever has a database and a user counts."""
WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
"""pg_locks is shown to everybody, unlike the wait events of other users' sessions."""
REFUSED_TLS = "rejected SSL upgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database under one user, as its dependency names it; all its looks share ``turn``."""

    ref: SecretKeyRef
    ca: SecretRef | None
    secret: SecretReader
    guard: Guard
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def setting(self, name: str, *, within: float) -> float:
        """The value of a setting, in the setting's own unit."""
        row = await self._look(lambda connection: connection.fetchrow(SETTING, name), within=within)
        if row is None:
            raise Broken("NoSuchSetting", f"this PostgreSQL has no setting {name!r}; correct it")
        if row["vartype"] not in ("integer", "real"):
            raise Broken("NotANumber", f"the setting {name!r} is no number; name one that is, such as max_connections")
        return float(row["setting"])

    async def used(self, *, query: str | None, within: float) -> float:
        """What ``query`` counts; without one the client connections of all databases, but for the operator's own."""
        if query is None:
            return float(await self._look(lambda connection: connection.fetchval(USED, APPLICATION), within=within))
        rows = await self._look(lambda connection: connection.fetch(query), within=within)
        if len(rows) != 1 or len(rows[0]) != 1:
            shape = f"{len(rows)} rows" if len(rows) != 1 else f"{len(rows[0])} columns"
            raise Broken("NotOneValue", f"the query gives {shape}; write one that gives a single number")
        value = rows[0][0]
        try:
            return float(value)
        except (TypeError, ValueError):
            what = "NULL" if value is None else f"a {type(value).__name__}"
            raise Broken("NotANumber", f"the query gives {what}; write one that gives a number") from None

    async def well(self, *, most_waiting: int | None, within: float) -> Verdict:
        """Whether it lets one in, and not more than ``most_waiting`` sessions wait for locks."""
        waiting = await self._look(lambda connection: connection.fetchval(WAITING), within=within)
        if most_waiting is None or waiting <= most_waiting:
            return Verdict(passed=True, why=f"it lets one in; {waiting} sessions wait for locks")
        return Verdict(passed=False, why=f"{waiting} sessions wait for locks; maxWaitingSessions is {most_waiting}")

    async def _look(self, ask: Callable[[Any], Awaitable[T]], *, within: float) -> T:
        async with self.turn:
            target = await self._target()
            where = f"PostgreSQL at {target.host}:{target.port}"
            tls = await context(target, secret=self.secret, ca=self.ca)
            try:
                async with asyncio.timeout(within):
                    return await self._ask(target, tls, ask, within)
            except TimeoutError:
                words = f"{where} did not answer within {within:g} s; see what holds it up"
                raise Broken("TimedOut", words, ill=True) from None
            except Broken:
                raise
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                raise broken(error, where=where) from None

    async def _ask(
        self, target: Target, tls: ssl.SSLContext | None, ask: Callable[[Any], Awaitable[T]], within: float
    ) -> T:
        connection = await self._connect(target, tls)
        try:
            async with connection.transaction(readonly=True):
                await connection.execute(f"SET LOCAL statement_timeout = {max(1, round(within * 1000))}")
                found = await ask(connection)
            await connection.close()
            return found
        finally:
            connection.terminate()

    async def _connect(self, target: Target, tls: ssl.SSLContext | None) -> Any:
        """To the first address that is both permitted and there."""
        failure: OSError | None = None
        for address in await permitted(target.host, port=target.port, guard=self.guard):
            try:
                return await _connect(target, address, tls)
            except ssl.SSLError:
                raise
            except OSError as error:
                if REFUSED_TLS in str(error) and falls_back(target, ca=self.ca):
                    return await _connect(target, address, None)
                failure = error
        raise failure or OSError("no address")

    async def _target(self) -> Target:
        target = parse(await one_value(self.secret, name=self.ref.name, key=self.ref.key))
        if target.password:
            remember(target.password)
        return target


async def _connect(target: Target, address: str, tls: ssl.SSLContext | None) -> Any:
    """Everything is said, so that the driver looks for nothing in the environment or in files."""
    return await asyncpg.connect(
        host=address,
        port=target.port,
        user=target.user,
        password=target.password,
        database=target.database,
        ssl=tls or False,
        direct_tls=False,
        timeout=None,
        statement_cache_size=0,
        target_session_attrs="any",
        server_settings={"application_name": APPLICATION},
    )
