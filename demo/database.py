"""A PostgreSQL for a story: made for it, with as few connections as the story wants, and gone when it ends.

It is Debian's own server, run as the user postgres on the address that host and pods share. It can be stopped, killed
and started again with its data; its log, in which it says whom it turned away, stands beside them.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from demo.command import ROOT
from demo.connections import FAILURES, refusals
from demo.errors import DemoError

ADDRESS = "10.245.0.1"
"""The test bed's node: what listens there is reached by the host and by pods."""
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
SCHEMA = ROOT / "examples" / "consumer" / "schema.sql"
SUPERUSER, NAME = "postgres", "shop"
START_LIMIT_S, STOP_LIMIT_S, QUERY_LIMIT_S = 20.0, 15.0, 10.0
HBA = "local all all trust\nhost all all 10.244.0.0/16 scram-sha-256\nhost all all 10.245.0.0/16 scram-sha-256\n"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "superuser_reserved_connections": "3",
    "shared_buffers": "32MB",
}


class Database:
    """One server with a database that holds the example consumer's table; ``users`` may write into it."""

    def __init__(self, *, folder: Path, limit: int, users: Sequence[str], address: str = ADDRESS) -> None:
        self.log = folder / "server.log"
        self._data = folder / "data"
        self._address = address
        self._port = _free_port(address)
        self._limit = limit
        self._users = tuple(users)
        self._passwords = {user: secrets.token_hex(8) for user in (*users, SUPERUSER)}
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """The data directory, the server, its users and the table."""
        words = self._data.parent / "password"
        words.write_text(self._passwords[SUPERUSER], encoding="ascii")
        shutil.chown(words, SUPERUSER)
        done = subprocess.run(
            [*_as_postgres("initdb"), "-D", str(self._data), "-A", "scram-sha-256", "--pwfile", str(words), "-N"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoError(f"initdb failed: {done.stderr.strip()}")
        (self._data / "pg_hba.conf").write_text(HBA, encoding="ascii")
        self.start()
        for user in self._users:
            self.query(f"CREATE ROLE {user} LOGIN PASSWORD '{self._passwords[user]}'", database="postgres")
        self.query(f"CREATE DATABASE {NAME}", database="postgres")
        self.query(SCHEMA.read_text(encoding="utf-8"))
        for user in self._users:
            self.query(f"GRANT SELECT, INSERT ON handled TO {user}; GRANT pg_monitor TO {user}")

    # its life

    def start(self) -> None:
        """Until it answers; DemoError with the last line of its log when it does not."""
        settings = SETTINGS | {"max_connections": str(self._limit), "port": str(self._port)}
        settings |= {"listen_addresses": self._address, "unix_socket_directories": str(self._data.parent)}
        words = [*_as_postgres("postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        ends = time.monotonic() + START_LIMIT_S
        while True:
            try:
                self.query("SELECT 1", database="postgres")
                return
            except FAILURES as failure:
                if self._process.poll() is not None or time.monotonic() > ends:
                    lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() or [str(failure)]
                    raise DemoError(f"PostgreSQL did not start: {lines[-1]}") from failure
                time.sleep(0.1)

    def stop(self) -> None:
        """At once, with all its connections, as a fast shutdown does."""
        self._end(signal.SIGINT)

    def kill9(self) -> None:
        """Without a word; what it had begun ends by itself."""
        self._end(signal.SIGKILL)

    def limit_to(self, limit: int) -> None:
        """A restart with another max_connections."""
        self.stop()
        self._limit = limit
        self.start()

    # how it is reached, and what it says

    def url(self, user: str, *, database: str = NAME) -> str:
        return f"postgresql://{user}:{self._passwords[user]}@{self._address}:{self._port}/{database}"

    @property
    def witness_url(self) -> str:
        """For somebody who gets in also when it is full."""
        return self.url(SUPERUSER)

    def query(self, sql: str, *, database: str = NAME) -> list[Any]:
        """The rows of one statement, or the nothing of several, as the superuser."""
        return asyncio.run(self._query(sql, database=database))

    def refused(self) -> int:
        """Clients turned away for want of a connection since it was made."""
        return refusals(self.log)

    def written(self, topic: str) -> int:
        """Messages of ``topic`` in its table."""
        return int(self.query(f"SELECT count(*) FROM handled WHERE topic = '{topic}'")[0][0])

    def empty(self) -> None:
        """The table as it was at first."""
        self.query("TRUNCATE handled")

    async def _query(self, sql: str, *, database: str) -> list[Any]:
        url = self.url(SUPERUSER, database=database)
        connection: Any = await asyncpg.connect(url, timeout=QUERY_LIMIT_S, command_timeout=QUERY_LIMIT_S)
        try:
            if ";" in sql:
                await connection.execute(sql)
                return []
            found: list[Any] = await connection.fetch(sql)
            return found
        finally:
            await connection.close()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if how is signal.SIGKILL:
            _wait_for_orphans(process.pid)


@contextmanager
def database(*, limit: int, users: Sequence[str]) -> Iterator[Database]:
    """A running server with ``limit`` as its max_connections; ended and removed on the way out, whatever happened.

    DemoError says what is missing where it cannot run.
    """
    if not (PROGRAMS / "postgres").exists():
        raise DemoError(f"there is no PostgreSQL in {PROGRAMS}: `apt-get install postgresql-15`")
    folder = Path(tempfile.mkdtemp(prefix="sluicegate-postgres-"))
    found: Database | None = None
    try:
        shutil.chown(folder, SUPERUSER)
        found = Database(folder=folder, limit=limit, users=users)
        found.make()
        yield found
    finally:
        if found is not None:
            found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(program: str) -> list[str]:
    """It refuses to run as root. It dies with whoever started it, so that none is left behind."""
    words = [str(PROGRAMS / program)]
    if os.geteuid() != 0:
        return words
    user = pwd.getpwnam(SUPERUSER)
    become = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig=SIGINT"]
    return ["setpriv", *become, *words]


def _wait_for_orphans(group: int) -> None:
    """Until the children of a killed postmaster have noticed and are gone."""
    ends = time.monotonic() + STOP_LIMIT_S
    while time.monotonic() < ends:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError as failure:
            raise DemoError(f"{address} is no address of this machine: this act needs the local bed") from failure
        return int(probe.getsockname()[1])
