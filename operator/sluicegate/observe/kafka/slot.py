"""A place for one child process: started when first needed, started anew after its end, with back-off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from sluicegate.observe.kafka.process import Process

HEALTHY = 60.0
"""Seconds of life after which earlier ends no longer count."""


class NotYet(Exception):
    """The back-off lasts longer than the caller can wait: another so many ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s to wait")
        self.seconds = seconds


class Slot:
    """``process`` the current child, None before the first. ``wait`` gives seconds for a number of ends in a row."""

    def __init__(self, name: str, *, wait: Callable[[int], float]) -> None:
        self.name = name
        self.process: Process | None = None
        self._wait = wait
        self._ends = 0
        self._started = 0.0
        self._not_before = 0.0
        self._starting = asyncio.Lock()

    async def ready(self, *, within: float) -> Process:
        """A living child. NotYet when the back-off outlasts ``within`` seconds, OSError when none can be started."""
        async with self._starting:
            if self.process is None or not self.process.alive:
                seconds = self._not_before - time.monotonic()
                if seconds > within:
                    raise NotYet(seconds)
                await asyncio.sleep(max(0.0, seconds))
                try:
                    self.process = await Process.start(self.name, ended=self._note_end)
                except OSError:
                    self._note_end()
                    raise
                self._started = time.monotonic()
            return self.process

    async def close(self) -> None:
        if self.process is not None:
            await self.process.close()

    def _note_end(self) -> None:
        now = time.monotonic()
        self._ends = 1 if now - self._started > HEALTHY else self._ends + 1
        self._not_before = now + self._wait(self._ends)
