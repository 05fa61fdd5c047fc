"""`/metrics`, `/livez` and `/readyz` for everybody, the read API for those who may; nothing here changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

Health = Callable[[], str]
"""Empty when all is well, else a sentence about what is not."""
Exposition = Callable[[], Iterable[bytes]]
SHUTDOWN = 0.5


def application(
    *, exposition: Exposition, alive: Health, ready: Health, more: Iterable[web.RouteDef] = ()
) -> web.Application:
    """The routes, and ``more``. Health answers 200, or 503 with the sentence."""

    async def metrics(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE_LATEST})
        await response.prepare(request)
        for piece in exposition():
            await response.write(piece)
            await asyncio.sleep(0)
        await response.write_eof()
        return response

    def health(check: Health) -> web.Response:
        trouble = check()
        return web.Response(status=503 if trouble else 200, text=f"{trouble or 'ok'}\n")

    async def livez(_: web.Request) -> web.Response:
        return health(alive)

    async def readyz(_: web.Request) -> web.Response:
        return health(ready)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    app.router.add_routes(more)
    return app


@asynccontextmanager
async def serving(
    *,
    host: str | None = None,
    port: int,
    exposition: Exposition,
    alive: Health,
    ready: Health,
    more: Iterable[web.RouteDef] = (),
) -> AsyncIterator[int]:
    """Serve while inside, on all addresses without ``host``; yields the port, that of IPv4 when asked for 0.

    OSError when the port is taken.
    """
    runner = web.AppRunner(
        application(exposition=exposition, alive=alive, ready=ready, more=more),
        access_log=None,
        shutdown_timeout=SHUTDOWN,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield min(runner.addresses, key=lambda address: ":" in address[0])[1]
    finally:
        await runner.cleanup()
