"""One request to the API server: plain JSON both ways, a time limit, a count, and errors in our words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
from kubernetes.aio.client import ApiClient, Configuration

from sluicegate.kube.errors import of_answer, of_silence
from sluicegate.telemetry.metrics import kubernetes_requests_total
from sluicegate.version import VERSION

METHODS: Mapping[str, str] = {
    "get": "GET",
    "list": "GET",
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
}
MERGE_PATCH = "application/merge-patch+json"
AUTH = ["BearerToken"]


class Transport:
    """The client library's connection, credentials and token refresh; its thousand typed models stay unused."""

    def __init__(self, settings: Configuration) -> None:
        self._client = ApiClient(settings)
        self._client.user_agent = f"sluicegate/{VERSION}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.close()

    async def request(
        self,
        verb: str,
        path: str,
        *,
        resource: str,
        within: float,
        where: str = "",
        query: Sequence[tuple[str, str]] = (),
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON. ``verb`` as RBAC has it, ``within`` seconds for the whole exchange.

        ``resource`` and ``where`` are for the words of errors, which are those of `kube.errors`.
        """
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = MERGE_PATCH if verb == "patch" else "application/json"
        code = 0
        try:
            request = await self._client.param_serialize(
                METHODS[verb],
                path,
                query_params=list(query),
                header_params=headers,
                body=body,
                auth_settings=AUTH,
            )
            answer = await self._client.call_api(*request, _request_timeout=aiohttp.ClientTimeout(total=within))
            code = answer.status
            raw = await answer.read()
            if code >= 300:
                raise of_answer(status=code, body=raw, verb=verb, resource=resource, where=where)
            found: dict[str, Any] = json.loads(raw)
            return found
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise of_silence(error, verb=verb, resource=resource, where=where) from error
        finally:
            kubernetes_requests_total.labels(verb=verb, code=str(code)).inc()

    @asynccontextmanager
    async def websocket(
        self, path: str, *, protocol: str, resource: str, where: str, within: float
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A connection of messages both ways, open after ``within`` seconds at most. Errors as in `request`."""
        _, url, headers, *_ = await self._client.param_serialize("GET", path, auth_settings=AUTH)
        rest, settings = self._client.rest_client, self._client.configuration
        named = {"server_hostname": settings.tls_server_name} if settings.tls_server_name else {}
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=rest.ssl_context), trust_env=True
        ) as session:
            try:
                async with asyncio.timeout(within):
                    opened = await session.ws_connect(
                        url, protocols=(protocol,), headers=headers, proxy=rest.proxy, max_msg_size=0, **named
                    )
            except aiohttp.WSServerHandshakeError as error:
                raise of_answer(status=error.status, body=b"", verb="create", resource=resource, where=where) from error
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                raise of_silence(error, verb="create", resource=resource, where=where) from error
            async with opened:
                yield opened

    async def token(self) -> str:
        """The bearer token that requests carry now; empty with other credentials, such as a client certificate."""
        _, _, headers, *_ = await self._client.param_serialize("GET", "/", auth_settings=AUTH)
        kind, _, token = (headers.get("authorization") or "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""
