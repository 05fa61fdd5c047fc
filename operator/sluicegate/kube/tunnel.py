"""A port of a pod, reached through the API server (port-forward) with the credentials of whoever asks.

What goes through is encrypted and authenticated as every call to the API server is, and comes out inside the pod: no
Service, no Ingress and no certificate of the operator's own are needed for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp

from sluicegate.kube.kinds import KINDS
from sluicegate.kube.transport import Transport
from sluicegate.model.resource import Key

PROTOCOL = "v4.channel.k8s.io"
DATA, ERROR = 0, 1
"""Channels: each message begins with the number of one, the first on each tells the port and nothing else."""
CHUNK = 65_536


@asynccontextmanager
async def tunnel(transport: Transport, pod: Key, *, port: int, within: float) -> AsyncIterator[str]:
    """A local address (``127.0.0.1:PORT``) that takes one connection, to ``port`` of ``pod``, while inside.

    Denied without the right to forward ports, Gone without such a pod, Transient when it is not there after ``within``
    seconds.
    """
    path = KINDS["Pod"].of(pod, subresource="portforward")
    where = f" {pod.name!r} in namespace {pod.namespace!r}"
    async with transport.websocket(
        f"{path}?ports={port}", protocol=PROTOCOL, resource="pods/portforward", where=where, within=within
    ) as far:
        taken = asyncio.Event()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if taken.is_set():
                writer.close()
                return
            taken.set()
            await _join(reader, writer, far)

        server = await asyncio.start_server(take, host="127.0.0.1", port=0)
        async with server:
            yield "{}:{}".format(*server.sockets[0].getsockname()[:2])


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, far: aiohttp.ClientWebSocketResponse
) -> None:
    up = asyncio.create_task(_up(reader, far))
    try:
        with suppress(ConnectionError):
            await _down(far, writer)
    finally:
        up.cancel()
        writer.close()


async def _up(reader: asyncio.StreamReader, far: aiohttp.ClientWebSocketResponse) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            await far.send_bytes(bytes((DATA,)) + chunk)
    await far.close()


async def _down(far: aiohttp.ClientWebSocketResponse, writer: asyncio.StreamWriter) -> None:
    """Until the far side ends, or says on its error channel that it cannot go on."""
    begun: set[int] = set()
    async for message in far:
        if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
            continue
        channel, data = message.data[0], message.data[1:]
        if channel not in begun:
            begun.add(channel)
        elif channel == ERROR:
            return
        else:
            writer.write(data)
            await writer.drain()
