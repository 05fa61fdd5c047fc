"""Many small pieces of work at once, of which a slow one holds up nobody: it goes on beside the next poll."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

log = logging.getLogger(__name__)
PATIENCE = 1.0
"""Seconds that a poll waits for the work that came of it."""
BATCH = 20
"""Errands begun before others get a turn: each may think for a millisecond."""
Errand = Callable[[], Awaitable[None]]


class Errands:
    """Errands by name. One that is still under way is not begun again: its app is looked at again a poll later."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def run(self, errands: Iterable[tuple[str, Errand]]) -> None:
        """Begin all; return when they have ended, or when patience has. Never raises for an errand's fault."""
        begun: list[asyncio.Task[None]] = []
        for name, errand in errands:
            if name in self._under_way:
                log.debug("still under way, left out this time", extra={"errand": name})
                continue
            task = self._under_way[name] = asyncio.create_task(self._one(name, errand), name=name)
            begun.append(task)
            if len(begun) % BATCH == 0:
                await asyncio.sleep(0)
        if begun:
            await asyncio.wait(begun, timeout=self._patience)

    async def close(self) -> None:
        """End what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, name: str, errand: Errand) -> None:
        try:
            await errand()
        except Exception:
            log.exception("a bug: left out for one poll", extra={"errand": name})
        finally:
            del self._under_way[name]
