"""Parts that only live together: when one ends, all end, and the process with them. A restart is cheap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

log = logging.getLogger(__name__)
FAREWELL = 1.0
"""Seconds for the parts to end once told; what takes longer is left behind."""
DONE, FAILED = 0, 1


async def keep_going(parts: Mapping[str, Coroutine[Any, Any, None]], *, stop: asyncio.Event) -> int:
    """Run ``parts`` (by name) until ``stop`` is set or one of them ends; returns the process's exit code.

    DONE when told to stop, FAILED when a part ended by itself: the log says which, and why.
    """
    tasks = {asyncio.create_task(part, name=name) for name, part in parts.items()}
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        told = stop.is_set()
        dead = [task for task in tasks if task.done()]
    finally:
        for task in (*tasks, stopping):
            task.cancel()
        _, left = await asyncio.wait(tasks, timeout=FAREWELL)
    for task in left:
        log.warning("a part did not end in time and is left behind", extra={"part": task.get_name()})
    if told:
        log.info("stopped")
        return DONE
    for task in dead:
        error = None if task.cancelled() else task.exception()
        log.error("a part ended, so the process ends", extra={"part": task.get_name()}, exc_info=error)
    return FAILED
