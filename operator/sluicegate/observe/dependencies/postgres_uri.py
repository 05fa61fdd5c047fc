"""A connection string out of a Secret, taken apart: what is connected to is decided here and not by the driver, which
would also read files and the environment of the operator.

Form and words: postgresql.org/docs, "Connection URIs" and "SSL Support" (libpq). One host; of the parameters those that
say where, who and how safely.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from sluicegate.observe.dependencies.signal import Broken

PORT = 5432
FORM = "postgresql://user:password@host:5432/database?sslmode=verify-full"
IGNORED = frozenset({"application_name", "connect_timeout", "options", "target_session_attrs", "keepalives"})
"""Parameters that mean something to applications and nothing to a look of a second."""


class SslMode(StrEnum):
    """As libpq has it."""

    DISABLE = "disable"
    ALLOW = "allow"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"


UNVERIFIED = frozenset({SslMode.DISABLE, SslMode.ALLOW, SslMode.PREFER})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Target:
    """Where and as whom. Without a repr, since it holds the password; ``mode`` None: not written."""

    host: str
    port: int
    user: str
    password: str
    database: str
    mode: SslMode | None


def parse(text: str) -> Target:
    """Broken says which part is wrong, without any of the secret parts."""
    try:
        parts = urlsplit(text)
        port = parts.port or PORT
        given = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise _bad("is no connection URI of one host (a comma between hosts, a port that is no number?)") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise _bad("does not start with postgresql://")
    host = given.pop("host", "") or unquote(parts.hostname or "")
    if not host or host.startswith("/") or "," in host:
        raise _bad("names no single host; a socket of this machine or a list of hosts cannot be asked")
    user = given.pop("user", "") or unquote(parts.username or "")
    if not user:
        raise _bad("names no user")
    password = given.pop("password", "") or unquote(parts.password or "")
    database = given.pop("dbname", "") or unquote(parts.path.removeprefix("/")) or user
    port_text = given.pop("port", str(port))
    if not port_text.isdigit() or not 0 < int(port_text) < 65536:
        raise _bad("has a port that is no number from 1 to 65535")
    if "\0" in "".join((host, user, password, database)):
        raise _bad("holds a zero byte (%00)")
    mode = _mode(given.pop("sslmode", ""))
    unknown = sorted(given.keys() - IGNORED)
    if unknown:
        raise _bad(f"has parameters that are not supported ({', '.join(unknown)}); an authority goes in caSecretRef")
    return Target(host=host, port=int(port_text), user=user, password=password, database=database, mode=mode)


def _mode(text: str) -> SslMode | None:
    try:
        return SslMode(text) if text else None
    except ValueError:
        raise _bad(f"has an unknown sslmode; write one of {', '.join(SslMode)}") from None


def _bad(what: str) -> Broken:
    return Broken("BadConnectionString", f"the connection string {what}; write {FORM}")
