"""A recording as it is made: the header, what is held, then a line for each further look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from sluicegate.control.chronicle import Entry, Follower
from sluicegate.control.records import AppRecord
from sluicegate.errors import Denied, Transient
from sluicegate.model.recording import Look, header_line, look_line
from sluicegate.version import VERSION

FORM = "application/x-ndjson"
LOOK_UP = 5.0
"""Seconds between two looks whether the reader is still there, and still may."""


async def stream(
    request: web.Request, record: AppRecord, follower: Follower, *, still: Callable[[], Awaitable[None]]
) -> web.StreamResponse:
    """Answers until the reader or the app is gone, or ``still`` raises Denied."""
    response = web.StreamResponse(headers={"Content-Type": FORM, "Cache-Control": "no-store"})
    await response.prepare(request)
    watch = asyncio.create_task(_watch(request, follower, still=still))
    with suppress(ConnectionError):
        try:
            async for line in _lines(record, follower):
                await response.write(line.encode() + b"\n")
        finally:
            watch.cancel()
        await response.write_eof()
    return response


async def _lines(record: AppRecord, follower: Follower) -> AsyncIterator[str]:
    before: Entry | None = None
    line: Look | None = None
    async for entry in follower.entries():
        if before is None:
            yield _header(record, entry)
        look = entry.look(after=before)
        yield look_line(look, before=line)
        before, line = entry, look


def _header(record: AppRecord, first: Entry) -> str:
    params = {
        "namespace": record.meta.key.namespace,
        "name": record.meta.key.name,
        "generation": first.generation,
        "poll": first.poll,
        "version": VERSION,
    }
    return header_line(spec=first.spec, memory=first.memory, params=params)


async def _watch(request: web.Request, follower: Follower, *, still: Callable[[], Awaitable[None]]) -> None:
    """Ends the following when the reader has left, or may not read on."""
    try:
        while request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(LOOK_UP)
            with suppress(Transient):
                await still()
    except Denied:
        pass
    follower.end()
