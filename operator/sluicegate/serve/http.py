"""`/metrics`, `/livez` and `/readyz`, and nothing else: no port of the operator changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

Health = Callable[[], str]
"""Empty when all is well, else a sentence about what is not."""
SHUTDOWN = 0.5


def application(*, registry: CollectorRegistry, alive: Health, ready: Health) -> web.Application:
    """The routes. Health answers 200, or 503 with the sentence."""

    async def metrics(_: web.Request) -> web.Response:
        text = await asyncio.to_thread(generate_latest, registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def health(check: Health) -> Callable[[web.Request], web.Response]:
        def answer(_: web.Request) -> web.Response:
            trouble = check()
            return web.Response(status=503 if trouble else 200, text=f"{trouble or 'ok'}\n")

        return answer

    async def livez(request: web.Request) -> web.Response:
        return health(alive)(request)

    async def readyz(request: web.Request) -> web.Response:
        return health(ready)(request)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    return app


@asynccontextmanager
async def serving(*, port: int, registry: CollectorRegistry, alive: Health, ready: Health) -> AsyncIterator[int]:
    """Serve on all addresses while inside; yields the port (another one when asked for 0). OSError when it is taken."""
    runner = web.AppRunner(
        application(registry=registry, alive=alive, ready=ready), access_log=None, shutdown_timeout=SHUTDOWN
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, port=port)
        await site.start()
        server = site._server
        yield server.sockets[0].getsockname()[1] if server and hasattr(server, "sockets") else port
    finally:
        await runner.cleanup()
