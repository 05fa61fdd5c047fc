"""An HTTP server of one answer, on loopback: what a test wants a signal to meet."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.support.certificates import Certificates


class Answering:
    """``status``, ``headers`` and ``text`` of every answer, after ``pause`` seconds; ``asked`` what came."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.text = ""
        self.pause = 0.0
        self.asked: list[tuple[str, str, dict[str, str], str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs, dict(request.headers), await request.text()))
        await asyncio.sleep(self.pause)
        return web.Response(status=self.status, headers=self.headers, text=self.text)


@asynccontextmanager
async def answering(*, tls: Certificates | None = None) -> AsyncIterator[Answering]:
    """A server that runs while the block does; with ``tls`` it speaks https under the name localhost."""
    found = Answering()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", found.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls.certificate, tls.key)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    host, port = runner.addresses[0][:2]
    found.url = f"https://localhost:{port}" if tls else f"http://{host}:{port}"
    try:
        yield found
    finally:
        await runner.cleanup()
