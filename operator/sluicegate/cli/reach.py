"""The operator's read API from a user's desk: through the API server, with the user's own credentials and token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from sluicegate.errors import Denied, Gone, SluicegateError, Transient
from sluicegate.kube.client import Cluster
from sluicegate.model.resource import Key

LABEL = "sluicegate.dev/read-api"
"""On the operator's pods; its value is the port."""
PATIENCE = 10.0
"""Seconds for one answer."""
SILENCE = 600.0
"""Seconds without a line after which a stream counts as dead: far more than a poll."""
TOKEN_SPARE = 60
ERRORS = {401: Denied, 403: Denied, 404: Gone, 503: Transient}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the operator is reached. ``operator_namespace`` empty: looked for everywhere. ``token`` or
    ``service_account`` (a name in the app's namespace) say who looks, where the kubeconfig holds no token; ``seconds``
    for which a token of that account is asked."""

    operator_namespace: str = ""
    token: str = ""
    service_account: str = ""
    seconds: float = 600.0


class ReadApi:
    """The routes about one app, on one connection."""

    def __init__(self, session: aiohttp.ClientSession, root: str) -> None:
        self._session = session
        self._root = root

    async def live(self) -> dict[str, Any]:
        return await self._get("")

    async def decisions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._get("/decisions"))["decisions"]
        return found

    async def observations(self) -> AsyncIterator[str]:
        """The lines of a recording as they come. Transient when the connection breaks."""
        timeout = aiohttp.ClientTimeout(total=None, sock_read=SILENCE)
        try:
            async with self._session.get(f"{self._root}/observations", timeout=timeout) as answer:
                await _check(answer)
                async for line in answer.content:
                    yield line.decode()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Transient(f"the stream of the operator broke off: {error or type(error).__name__}") from error

    async def _get(self, path: str) -> dict[str, Any]:
        try:
            async with self._session.get(f"{self._root}{path}") as answer:
                await _check(answer)
                found: dict[str, Any] = await answer.json()
                return found
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Transient(f"the operator does not answer: {error or type(error).__name__}") from error


async def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 200:
        return
    text = await answer.text()
    try:
        said = str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        said = f"the operator answers {answer.status}: {text.strip()[:200]}"
    raise ERRORS.get(answer.status, Transient)(said)


@asynccontextmanager
async def reached(key: Key, way: Way) -> AsyncIterator[tuple[ReadApi, dict[str, Any]]]:
    """The read API of the operator that looks after the app ``key``, and the first live answer.

    Gone when no operator looks after it, Denied without a right or a token, with what to do about it.
    """
    async with await Cluster.connect() as cluster:
        token = await _token(cluster, key, way)
        unknown: SluicegateError | None = None
        for pod, port in await _pods(cluster, way):
            async with cluster.tunnel(pod, port=port) as address, _session(token) as session:
                api = ReadApi(session, f"http://{address}/v1/namespaces/{quote(key.namespace)}/apps/{quote(key.name)}")
                try:
                    live = await api.live()
                except Gone as error:
                    unknown = error
                    continue
                yield api, live
                return
        raise unknown or Gone("no operator")


def _session(token: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=1, keepalive_timeout=60),
        headers={"Authorization": f"Bearer {token}"},
        timeout=aiohttp.ClientTimeout(total=PATIENCE),
        read_bufsize=2**21,
    )


async def _pods(cluster: Cluster, way: Way) -> list[tuple[Key, int]]:
    """The operators' pods that are ready, and their ports."""
    where = way.operator_namespace
    try:
        bodies = await cluster.list_in("Pod", namespace=where, selector=LABEL)
    except Denied as error:
        hint = "" if where else "; name the operator's namespace with --operator-namespace if you may list pods there"
        raise Denied(f"{error}{hint}") from error
    found = [
        (Key(body["metadata"]["namespace"], body["metadata"]["name"]), int(body["metadata"]["labels"][LABEL]))
        for body in bodies
        if "deletionTimestamp" not in body["metadata"] and _is_ready(body)
    ]
    if not found:
        place = f"in namespace {where!r}" if where else "in any namespace"
        raise Gone(
            f"no operator with a read API runs {place} (pods labelled {LABEL}): see whether it is installed there, "
            "ready, and readApi.enabled in the chart's values"
        )
    return sorted(found)


def _is_ready(body: dict[str, Any]) -> bool:
    conditions = (body.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)


async def _token(cluster: Cluster, key: Key, way: Way) -> str:
    if way.token:
        return way.token
    if way.service_account:
        account = Key(key.namespace, way.service_account)
        return await cluster.token_of(account, seconds=int(way.seconds) + TOKEN_SPARE)
    token = await cluster.token()
    if not token:
        raise Denied(
            "your kubeconfig holds no token (but a client certificate, say), and the operator knows you by a token "
            "only: add --as-service-account NAME, an account of the app's namespace that may `get` "
            "kafkaconsumerapps/observations, or --token"
        )
    return token
