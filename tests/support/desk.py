"""A user's desk: a kubeconfig for an API server in this process that lists one operator pod and forwards its port.

Behind that port is the real read API of a whole control room on an API server in memory, polled every few milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from sluicegate.control.gate import Gate, Visitor
from sluicegate.kube.kinds import BY_PLURAL
from sluicegate.kube.tunnel import PROTOCOL
from sluicegate.model.resource import Key
from sluicegate.serve.http import serving
from sluicegate.serve.read_api import ReadApi
from tests.unit.control.world import World

POD: dict[str, Any] = {
    "metadata": {"namespace": "operators", "name": "sluicegate-0", "labels": {"sluicegate.dev/read-api": "8080"}},
    "status": {"conditions": [{"type": "Ready", "status": "True"}]},
}
ALLOWED = "ann's token"


class Reviews:
    """The owner of one token may look."""

    async def visitor(self, token: str) -> Visitor | None:
        return Visitor(name="ann") if token == ALLOWED else None

    async def may_observe(self, visitor: Visitor, key: Key) -> bool:
        return True


class Desk:
    """While the ``with`` block runs. ``refused`` answers port-forwards with this status; ``pods`` what is listed;
    ``restart`` a new operator process behind the same pod."""

    def __init__(self, folder: Path, *, token: str = ALLOWED) -> None:
        self.kubeconfig = folder / "kubeconfig"
        self.pods = [POD]
        self.refused = 0
        self.forwards = 0
        self._token = token
        self._world = World()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._begun = threading.Event()
        self._over: asyncio.Event | None = None
        self._again: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._running = asyncio.run_coroutine_threadsafe(self._run(), self._loop)
        assert self._begun.wait(10), self._running.exception(0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._over is not None
        self._loop.call_soon_threadsafe(self._over.set)
        self._running.result(10)
        asyncio.run_coroutine_threadsafe(_end_what_is_left(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def owe(self, *lags: int) -> None:
        self._world.kafka.lags["g"] = lags

    def restart(self) -> None:
        assert self._again is not None
        self._loop.call_soon_threadsafe(self._again.set)

    async def _run(self) -> None:
        self._over, self._again = asyncio.Event(), asyncio.Event()
        self._world.connection()
        self._world.app(replicas=1, maxReplicas=6, scaleDown={"stabilization": "30s", "maxPerHour": 3600})
        app = web.Application()
        app.router.add_get("/api/v1/pods", self._list)
        app.router.add_get("/api/v1/namespaces/{namespace}/pods", self._list)
        app.router.add_get("/api/v1/namespaces/operators/pods/sluicegate-0/portforward", self._forward)
        app.router.add_post("/api/v1/namespaces/shop/serviceaccounts/reader/token", self._issue)
        app.router.add_get("/apis/sluicegate.dev/v1alpha1/namespaces/shop/kafkaconsumerapps/orders", self._app)
        app.router.add_get("/apis/{group}/v1alpha1/{plural}", self._all)
        app.router.add_get("/apis/apps/v1/namespaces/shop/deployments/{name}", self._deployment)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._write_kubeconfig(runner.addresses[0][1])
        while not self._over.is_set():
            api = ReadApi(store=self._world.store, chronicle=self._world.chronicle, gate=Gate(Reviews()))
            checks = {"exposition": tuple, "alive": str, "ready": str}
            async with serving(host="127.0.0.1", port=0, more=api.routes(), **checks) as self._port:  # type: ignore[arg-type]
                await self._poll()
            if self._again.is_set():
                self._again.clear()
                self._world.restart()
        await runner.cleanup()

    async def _poll(self) -> None:
        assert self._over is not None
        assert self._again is not None
        while not (self._over.is_set() or self._again.is_set()):
            await self._world.tick()
            self._begun.set()
            await asyncio.sleep(0.02)

    def _write_kubeconfig(self, port: int) -> None:
        user = {"token": self._token} if self._token else {}
        body = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "ann", "namespace": "shop"}}],
            "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
            "users": [{"name": "ann", "user": user}],
        }
        self.kubeconfig.write_text(json.dumps(body))

    async def _list(self, request: web.Request) -> web.Response:
        if request.query.get("labelSelector") != "sluicegate.dev/read-api":
            return web.json_response({"message": "which pods?"}, status=400)
        return web.json_response({"items": self.pods, "metadata": {}})

    async def _issue(self, request: web.Request) -> web.Response:
        assert (await request.json())["spec"]["expirationSeconds"] >= 600
        return web.json_response({"status": {"token": ALLOWED}}, status=201)

    async def _app(self, _: web.Request) -> web.Response:
        return web.json_response(self._world.api.objects["KafkaConsumerApp", Key("shop", "orders")])

    async def _all(self, request: web.Request) -> web.Response:
        kind = BY_PLURAL[request.match_info["plural"]].name
        items = [body for (known, _), body in self._world.api.objects.items() if known == kind]
        return web.json_response({"items": items, "metadata": {}})

    async def _deployment(self, request: web.Request) -> web.Response:
        body = self._world.api.objects.get(("Deployment", Key("shop", request.match_info["name"])))
        return web.json_response(body or {"message": "not found"}, status=200 if body else 404)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        """As the kubelet does it: two channels, each opened by the port, then bytes."""
        if self.refused:
            return web.Response(status=self.refused)
        assert request.query["ports"] == "8080"
        self.forwards += 1
        far = web.WebSocketResponse(protocols=(PROTOCOL,))
        await far.prepare(request)
        port = (8080).to_bytes(2, "little")
        await far.send_bytes(b"\x00" + port)
        await far.send_bytes(b"\x01" + port)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError as error:
            await far.send_bytes(b"\x01" + str(error).encode())
            await far.close()
            return far
        down = asyncio.create_task(self._down(reader, far))
        async for message in far:
            if message.type is aiohttp.WSMsgType.BINARY and message.data[0] == 0:
                writer.write(message.data[1:])
        down.cancel()
        writer.close()
        return far

    async def _down(self, reader: asyncio.StreamReader, far: web.WebSocketResponse) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1000):
                await far.send_bytes(b"\x00" + data)
        await far.close()


async def _end_what_is_left() -> None:
    """Streams whose reader has left are noticed only after a while."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
