"""What PostgreSQL and its driver say when a look fails, in words, and whether it shows that the database is ill.

By SQLSTATE (postgresql.org/docs, "PostgreSQL Error Codes"). Ill is what an application would meet, too: no room for a
connection, shutting down, starting up, out of disk or memory, broken. Wrong credentials or a wrong query are not.
"""

from __future__ import annotations

import ssl

import asyncpg

from sluicegate.observe.dependencies.signal import Broken

ILL_CLASSES = ("53", "57", "58", "XX", "08")
"""Insufficient resources, operator intervention (a shutdown, a cancelled statement), system error, internal error,
connection exception."""
FULL = "53300"
RIGHTS = "42501"
CREDENTIALS = "28"
NO_DATABASE = "3D000"


def broken(error: Exception, *, where: str) -> Broken:
    """``where`` names the server, as "PostgreSQL at host:port"."""
    if isinstance(error, asyncpg.PostgresError):
        return _said(error, where)
    if isinstance(error, ssl.SSLError):
        return Broken(
            "TlsFailed",
            f"TLS with {where} failed ({error}); give the authority that signed its certificate in caSecretRef",
        )
    if isinstance(error, OSError) and "rejected SSL upgrade" in str(error):
        return Broken("TlsFailed", f"{where} speaks no TLS; let it, or write sslmode=disable where the way is safe")
    if isinstance(error, OSError):
        return Broken(
            "Unreachable", f"{where} cannot be reached ({error.strerror or error}); see that it runs", ill=True
        )
    return Broken("DriverFailed", f"{where}: {error}; correct the connection string or the query")


def _said(error: asyncpg.PostgresError, where: str) -> Broken:
    state = str(getattr(error, "sqlstate", None) or "")
    words = f"{where} says {str(error)!r}"
    if state == FULL:
        return Broken("TooManyClients", f"{words}; it has no connection left: raise reserved", ill=True)
    if state.startswith(CREDENTIALS):
        return Broken("AccessDenied", f"{words}; correct user and password in the Secret, or its pg_hba.conf")
    if state == NO_DATABASE:
        return Broken("NoSuchDatabase", f"{words}; correct the database in the Secret")
    if state == RIGHTS:
        return Broken("AccessDenied", f"{words}; grant the user that right, or pg_monitor")
    if state[:2] in ILL_CLASSES:
        return Broken("DatabaseIll", f"{words} (SQLSTATE {state})", ill=True)
    return Broken("QueryFailed", f"{words} (SQLSTATE {state}); correct the query")
