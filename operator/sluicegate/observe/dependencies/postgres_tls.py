"""TLS to PostgreSQL at an address that the guard has judged, while the certificate is still held against the name."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from sluicegate.model.secret import SecretRef
from sluicegate.observe.dependencies.credentials import SecretReader, trust
from sluicegate.observe.dependencies.postgres_uri import UNVERIFIED, SslMode, Target
from sluicegate.observe.dependencies.signal import Broken


class _Named(ssl.SSLContext):
    """The driver gives the address it connects to as the server's name; this puts the real one in its place."""

    server_name = ""

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        kwargs["server_hostname"] = self.server_name
        return super().wrap_bio(*args, **kwargs)


async def context(target: Target, *, secret: SecretReader, ca: SecretRef | None) -> ssl.SSLContext | None:
    """None: without TLS. As libpq: `require` with an authority verifies by it, and without a mode an authority means
    `verify-full`, no authority `prefer`. Broken where an authority is given that the mode would not use."""
    mode = target.mode or (SslMode.PREFER if ca is None else SslMode.VERIFY_FULL)
    if ca is not None and mode in UNVERIFIED:
        raise Broken(
            "AuthorityUnused",
            f"caSecretRef is given, and sslmode={mode.value} in the connection string verifies nothing;"
            " write sslmode=verify-full",
        )
    if mode in (SslMode.DISABLE, SslMode.ALLOW):
        return None
    found = _Named(ssl.PROTOCOL_TLS_CLIENT)
    found.server_name = target.host
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    found.check_hostname = mode is SslMode.VERIFY_FULL
    if ca is None and mode in (SslMode.PREFER, SslMode.REQUIRE):
        found.verify_mode = ssl.CERT_NONE
        return found
    if ca is None:
        await asyncio.to_thread(found.load_default_certs)
    else:
        known = await trust(secret, ca)
        found.load_verify_locations(cadata=b"".join(known.get_ca_certs(binary_form=True)))
    return found


def falls_back(target: Target, *, ca: SecretRef | None) -> bool:
    """Whether a server without TLS is spoken to all the same."""
    return ca is None and target.mode in (None, SslMode.PREFER)
