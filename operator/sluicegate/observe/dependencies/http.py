"""One HTTP exchange, and the health check made of it.

Redirects are never followed: where an address leads elsewhere, the author writes the other one, and it is judged by
the guard like every other. Answers are read to a limit only.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from sluicegate.model.signal import HttpCheck
from sluicegate.observe.dependencies.credentials import SecretReader, trust
from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.dependencies.names import permitted
from sluicegate.observe.dependencies.signal import Broken, Verdict

MOST_BYTES = 1_000_000
"""Of an answer; more than any single figure or error needs."""
AGENT = "sluicegate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``kind`` the media type of the body, ``text`` the body; ``elsewhere`` where a redirect points, else empty."""

    status: int
    kind: str
    text: str
    elsewhere: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``form`` makes it a POST. ``within`` seconds for all of it: look-up, connection, TLS, answer."""

    url: str
    within: float
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None


class _Permitted(AbstractResolver):
    """aiohttp's look-up, through the guard; what it gives is what is connected to."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await permitted(host, port=port, guard=self._guard)
        ]

    async def close(self) -> None:
        return None


async def exchange(request: Request, *, guard: Guard, context: ssl.SSLContext, most: int = MOST_BYTES) -> Reply:
    """One request and its answer. Broken, with ``ill`` where the other side is down, says why there is none."""
    url = URL(request.url)
    host = url.host or ""
    try:
        async with asyncio.timeout(request.within):
            # aiohttp asks no resolver about a host that is an address already.
            await permitted(host, port=url.port or 0, guard=guard)
            connector = aiohttp.TCPConnector(
                resolver=_Permitted(guard), ssl=context, use_dns_cache=False, force_close=True
            )
            async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
                return await _exchange(session, url, request, most)
    except TimeoutError:
        raise Broken(
            "TimedOut", f"{_place(url)} did not answer within {request.within:g} s; see what holds it up", ill=True
        ) from None
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, ssl.SSLError) as error:
        raise Broken(
            "TlsFailed",
            f"TLS with {_place(url)} failed ({error}); give the authority that signed its certificate in caSecretRef",
        ) from None
    except aiohttp.ClientConnectorError as error:
        raise Broken("Unreachable", f"{_place(url)} cannot be reached ({error.strerror or error})", ill=True) from None
    except (aiohttp.ClientError, OSError) as error:
        raise Broken("ConnectionLost", f"{_place(url)} broke off ({type(error).__name__}: {error})", ill=True) from None
    except ValueError as error:
        raise Broken("NotAskable", f"{_place(url)} cannot be asked ({error}); correct the url") from None


async def check(spec: HttpCheck, *, secret: SecretReader, guard: Guard) -> Verdict:
    """GET, and compare the status."""
    context = await trust(secret, spec.ca_secret_ref)
    reply = await exchange(Request(url=spec.url, within=spec.timeout), guard=guard, context=context, most=0)
    if reply.status == spec.expect_status:
        return Verdict(passed=True, why=f"it answers {reply.status}")
    elsewhere = f" and points to {reply.elsewhere}, which is not followed" if reply.elsewhere else ""
    return Verdict(passed=False, why=f"it answers {reply.status}{elsewhere}; {spec.expect_status} is expected")


async def _exchange(session: aiohttp.ClientSession, url: URL, request: Request, most: int) -> Reply:
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **request.headers}
    method = "GET" if request.form is None else "POST"
    async with session.request(
        method, url, headers=headers, data=request.form, allow_redirects=False, max_line_size=16_384
    ) as response:
        elsewhere = response.headers.get("Location", "")[:200] if 300 <= response.status < 400 else ""
        text = await _body(response, url, most)
        return Reply(status=response.status, kind=response.content_type, text=text, elsewhere=elsewhere)


async def _body(response: aiohttp.ClientResponse, url: URL, most: int) -> str:
    if not most:
        return ""
    read = bytearray()
    async for piece in response.content.iter_chunked(65_536):
        read += piece
        if len(read) > most:
            raise Broken("TooLarge", f"{_place(url)} answers with more than {most} bytes; ask for one figure")
    return read.decode("utf-8", "replace")


def _place(url: URL) -> str:
    """Without path and query, in which there may be a token."""
    return str(url.origin())
