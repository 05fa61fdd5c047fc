"""A TCP proxy that can turn bad, between a client under test and the broker.

The broker advertises the proxy's address to whoever comes through its PROXIED listener, so nothing goes round it.
Three moods: `pass` forwards, `hang` accepts and holds every byte (a half-open network), `refuse` resets every
connection, old and new (a dead broker). After a change of mood give it 0.2 s before asserting: an answer may be on
its way already.
"""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

Mood = Literal["pass", "hang", "refuse"]

CHUNK = 65536
"""Bytes read at once; a held chunk is the most a hanging direction keeps in memory."""


@dataclass(slots=True, kw_only=True)
class Proxy:
    """One listening address in front of one other; all of it runs in the event loop that started it."""

    listen: tuple[str, int]
    target: tuple[str, int]
    mood: Mood = "pass"
    _server: asyncio.Server | None = None
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Listen."""
        self.set_mood(self.mood)
        self._server = await asyncio.start_server(self._accept, *self.listen)

    async def stop(self) -> None:
        """Close the listener and every connection."""
        if self._server is not None:
            self._server.close()
        self.set_mood("refuse")
        # Held connections run into their reset ends; cancelling them instead makes Python 3.11's streams complain.
        self._flowing.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5.0)

    def set_mood(self, mood: Mood) -> None:
        """Change behaviour now, for open connections too."""
        self.mood = mood
        if mood == "pass":
            self._flowing.set()
        else:
            self._flowing.clear()
        if mood == "refuse":
            self._reset()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.mood == "refuse":
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            await self._flowing.wait()
            upstream_reader, upstream_writer = await asyncio.open_connection(*self.target)
            self._open.add(upstream_writer)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pump(reader, upstream_writer))
                    group.create_task(self._pump(upstream_reader, writer))
            finally:
                self._open.discard(upstream_writer)
                upstream_writer.close()
        except OSError:
            writer.transport.abort()
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        # The end of one direction ends the connection: Kafka clients never half-close.
        writer.close()

    def _reset(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()
        self._open.clear()


class ProxyThread:
    """The proxy in a thread with a loop of its own, for tests that are not asynchronous.

    with ProxyThread(listen=("10.245.0.2", 9092), target=("10.245.0.1", 9094)) as proxy:
        proxy.set_mood("hang")
    """

    def __init__(self, *, listen: tuple[str, int], target: tuple[str, int]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._proxy = Proxy(listen=listen, target=target)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._proxy.start())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._call(self._proxy.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5.0)
        self._loop.close()

    def set_mood(self, mood: Mood) -> None:
        """Change behaviour; returns when the proxy has changed."""
        done = threading.Event()

        def change() -> None:
            self._proxy.set_mood(mood)
            done.set()

        self._loop.call_soon_threadsafe(change)
        done.wait(timeout=5.0)

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10.0)
