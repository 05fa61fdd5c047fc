"""What signals take from Secrets. What is secret is blotted out of logs, statuses and Events from then on."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from threading import Lock

from sluicegate.errors import Denied, Gone, SluicegateError
from sluicegate.model.secret import SecretKeyRef, SecretRef
from sluicegate.observe.dependencies.signal import Broken
from sluicegate.telemetry.redact import remember

SecretReader = Callable[[str], Awaitable[Mapping[str, bytes]]]
"""The values of one Secret by its name, in the namespace it must be in. Raises SluicegateError."""
CA = "ca.crt"
AUTHORITIES = 64
"""Whose contexts are kept."""
_making = Lock()


async def one_value(read: SecretReader, *, name: str, key: str, secret: bool = True) -> str:
    """The text of one key. Broken names Secret and key, never the value."""
    try:
        values = await read(name)
    except Gone:
        raise Broken("SecretNotFound", f"there is no Secret {name!r}; create it with the key {key!r}") from None
    except Denied as error:
        raise Broken("SecretDenied", f"the Secret {name!r} may not be read: {error}") from None
    except SluicegateError as error:
        raise Broken("SecretUnreadable", f"the Secret {name!r} could not be read: {error}") from None
    if not values.get(key):
        has = ", ".join(sorted(values)) or "none"
        raise Broken("SecretKeyMissing", f"the Secret {name!r} has nothing under {key!r} (its keys: {has}); add it")
    try:
        text = values[key].decode().strip()
    except UnicodeDecodeError:
        raise Broken("SecretUnreadable", f"the key {key!r} of the Secret {name!r} is not text; write it anew") from None
    if secret:
        remember(text)
    return text


async def token(read: SecretReader, ref: SecretKeyRef) -> str:
    """A bearer token, fit for a header."""
    found = await one_value(read, name=ref.name, key=ref.key)
    if not found.isascii() or not found.isprintable():
        raise Broken("SecretUnreadable", f"the key {ref.key!r} of the Secret {ref.name!r} is no token; write it anew")
    return found


async def user_and_password(read: SecretReader, ref: SecretRef) -> tuple[str, str]:
    """Of the keys username and password."""
    user = await one_value(read, name=ref.name, key="username", secret=False)
    if ":" in user:
        raise Broken("SecretUnreadable", f"the username in the Secret {ref.name!r} holds a ':'; write one without")
    return user, await one_value(read, name=ref.name, key="password")


async def trust(read: SecretReader, ref: SecretRef | None) -> ssl.SSLContext:
    """A context that verifies certificate and name against the authority in ``ref``, or the system's without one.

    Made once for each authority, and in a thread: reading the system's authorities takes a twentieth of a second, in
    which no decision would be made.
    """
    if ref is None:
        return await asyncio.to_thread(_made, None)
    text = await one_value(read, name=ref.name, key=CA, secret=False)
    try:
        return await asyncio.to_thread(_made, text)
    except (ssl.SSLError, ValueError) as error:
        raise Broken(
            "BadAuthority",
            f"the key {CA!r} of the Secret {ref.name!r} holds no certificate ({error}); write it as PEM",
        ) from None


def _made(authority: str | None) -> ssl.SSLContext:
    with _making:
        return _context(authority)


@lru_cache(maxsize=AUTHORITIES)
def _context(authority: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority)
