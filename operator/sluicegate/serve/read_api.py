"""The operator's read API: what is known about an app at this moment, for those who may see it. It changes nothing.

``GET /v1/namespaces/{namespace}/apps/{name}`` is how things are, ``…/decisions`` the last fifty decisions with every
step, ``…/observations`` a recording (`model.recording`) that goes on until the reader leaves.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from aiohttp import web

from sluicegate.control.chronicle import Chronicle
from sluicegate.control.gate import Gate, Stranger
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.errors import Denied, Gone, SluicegateError
from sluicegate.model.resource import Key
from sluicegate.serve.live import live
from sluicegate.serve.stream import stream

ROOT = "/v1/namespaces/{namespace}/apps/{name}"
SCHEME = "bearer "

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Told = Callable[[web.Request, AppRecord], Awaitable[web.StreamResponse]]


class ReadApi:
    """The routes below `ROOT`. Errors are ``{"message": SENTENCE}`` with 401, 403, 404 or 503."""

    def __init__(self, *, store: Store, chronicle: Chronicle, gate: Gate) -> None:
        self._store = store
        self._chronicle = chronicle
        self._gate = gate

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(ROOT, self._admitted(self._live), allow_head=False),
            web.get(f"{ROOT}/decisions", self._admitted(self._decisions), allow_head=False),
            web.get(f"{ROOT}/observations", self._admitted(self._observations), allow_head=False),
        ]

    def _admitted(self, tell: Told) -> Handler:
        @wraps(tell)
        async def handle(request: web.Request) -> web.StreamResponse:
            key = Key(request.match_info["namespace"], request.match_info["name"])
            try:
                await self._gate.admit(_token(request), key)
                return await tell(request, self._record(key))
            except Stranger as error:
                return _refusal(401, error, headers={"WWW-Authenticate": "Bearer"})
            except Denied as error:
                return _refusal(403, error)
            except Gone as error:
                return _refusal(404, error)
            except SluicegateError as error:
                return _refusal(503, error, headers={"Retry-After": "2"})

        return handle

    def _record(self, key: Key) -> AppRecord:
        record = self._store.apps.get(key)
        if record is None:
            raise Gone(
                f"there is no KafkaConsumerApp {key.name!r} in namespace {key.namespace!r}, or not one that this "
                "operator looks after: see the namespaces that it watches"
            )
        return record

    async def _live(self, _: web.Request, record: AppRecord) -> web.StreamResponse:
        return _json(live(record, self._chronicle.story(record.meta.key)))

    async def _decisions(self, _: web.Request, record: AppRecord) -> web.StreamResponse:
        key = record.meta.key
        found = self._chronicle.decisions(key)
        return _json({"namespace": key.namespace, "name": key.name, "decisions": found})

    async def _observations(self, request: web.Request, record: AppRecord) -> web.StreamResponse:
        token = _token(request)

        async def still() -> None:
            await self._gate.admit(token, record.meta.key)

        with self._chronicle.following(record) as follower:
            return await stream(request, record, follower, still=still)


def _token(request: web.Request) -> str:
    said = request.headers.get("Authorization", "")
    return said[len(SCHEME) :].strip() if said.lower().startswith(SCHEME) else ""


def _json(found: Any) -> web.Response:
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text + "\n", content_type="application/json")


def _refusal(status: int, error: Exception, *, headers: dict[str, str] | None = None) -> web.Response:
    text = json.dumps({"message": str(error)}, ensure_ascii=False)
    return web.Response(status=status, text=text + "\n", content_type="application/json", headers=headers)
