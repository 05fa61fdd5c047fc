"""A real PostgreSQL for a test: Debian's server with a data directory of its own, gone when the test ends.

It refuses to run as root, so root becomes the user postgres for it. The kernel ends it with the thread that started
it, whatever happens to that: start it from a thread that lasts, the main one.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from tests.support.certificates import Certificates

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
USER, PASSWORD = "postgres", "open-sesame"
NETWORKS = ("127.0.0.0/8", "10.244.0.0/24", "10.245.0.0/24")
START_LIMIT, STOP_LIMIT = 20.0, 15.0


class Postgres:
    """One server. ``address`` is this machine's: 127.0.0.1, or 10.245.0.1 to be reached by the bed's pods."""

    def __init__(self, folder: Path, *, address: str = "127.0.0.1", port: int = 0, max_connections: int = 20) -> None:
        self.address = address
        self.port = port or _free_port(address)
        self.max_connections = max_connections
        self.log = folder / "server.log"
        self._data = folder / "data"
        self._tls: Mapping[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def make(self, *, tls: Certificates | None = None) -> None:
        """The data directory, with passwords for everybody; ``tls``: without TLS nobody gets in."""
        words = self._data.parent / "password"
        words.write_text(PASSWORD, encoding="ascii")
        words.chmod(0o644)
        options = ["-D", str(self._data), "-U", USER, "-A", "scram-sha-256", "--pwfile", str(words), "-N"]
        done = subprocess.run([*_program("initdb"), *options], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        kind = "hostssl" if tls else "host"
        lines = [f"{kind} all all {network} scram-sha-256\n" for network in NETWORKS]
        (self._data / "pg_hba.conf").write_text("".join(lines), encoding="ascii")
        if tls:
            self._tls = {"ssl": "on"}
            for name, file in (("ssl_cert_file", tls.certificate), ("ssl_key_file", tls.key)):
                at = str(shutil.copy(file, self._data))
                self._tls = {**self._tls, name: at}
                if os.geteuid() == 0:
                    shutil.chown(at, USER)
                Path(at).chmod(0o600)

    def start(self) -> None:
        """Until it takes connections."""
        settings = {
            **{"listen_addresses": self.address, "port": self.port, "max_connections": self.max_connections},
            **{"unix_socket_directories": self._data.parent, "superuser_reserved_connections": 2},
            **{"fsync": "off", "shared_buffers": "16MB", **self._tls},
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_program("postgres"), "-D", str(self._data), *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_LIMIT
        ready = [str(PROGRAMS / "pg_isready"), "-q", "-h", self.address, "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            said = self.log.read_text(encoding="utf-8", errors="replace")
            assert self._process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)

    def stop(self) -> None:
        """A fast shutdown: all connections end."""
        self._end(signal.SIGINT)

    def kill9(self) -> None:
        """The server's first process dies without a word; the others follow."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def hang(self) -> None:
        """It takes connections, since the kernel does, and says nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def dsn(self, *, user: str = USER, password: str = PASSWORD, database: str = "postgres", rest: str = "") -> str:
        """A connection URI; ``rest`` is what follows the database."""
        return f"postgresql://{user}:{password}@{self.address}:{self.port}/{database}{rest}"

    def query(self, sql: str) -> list[Any]:
        """Rows of one statement, as superuser; not from within a running loop."""
        return asyncio.run(self.ask(sql))

    async def ask(self, sql: str) -> list[Any]:
        """The same, from within one."""
        connection = await self.connect()
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def connect(self, **more: Any) -> Any:
        """A connection as superuser; the caller closes it."""
        return await asyncpg.connect(self.dsn(), timeout=10, command_timeout=10, **more)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, number)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        deadline = time.monotonic() + STOP_LIMIT
        while _group_lives(process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)


@contextmanager
def postgres(
    *, address: str = "127.0.0.1", port: int = 0, max_connections: int = 20, tls: Certificates | None = None
) -> Iterator[Postgres]:
    """A running server; ended and removed on the way out, whatever happened."""
    folder = Path(tempfile.mkdtemp(prefix="sluicegate-postgres-"))
    server = Postgres(folder, address=address, port=port, max_connections=max_connections)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        server.make(tls=tls)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> list[str]:
    words = [str(PROGRAMS / name)]
    if os.geteuid() != 0:
        return words
    user = pwd.getpwnam(USER)
    become = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig=SIGQUIT"]
    return ["setpriv", *become, *words]


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
