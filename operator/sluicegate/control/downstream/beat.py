"""The beat of dependencies: signals kept read, shares settled, statuses, Events and metrics told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sluicegate.control.downstream.probes import Probes
from sluicegate.control.downstream.statuses import DependencyStatuses
from sluicegate.control.downstream.steward import Steward

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds: a breaker that opens, or capacity that is cut, waits no longer than this."""


class Beat:
    """Runs until cancelled. ``ready``: whether the first whole lists have come in."""

    def __init__(
        self, *, probes: Probes, steward: Steward, statuses: DependencyStatuses, ready: Callable[[], bool]
    ) -> None:
        self._probes = probes
        self._steward = steward
        self._statuses = statuses
        self._ready = ready

    async def run(self) -> None:
        try:
            while True:
                await asyncio.sleep(EVERY)
                if self._ready():
                    await self._turn()
        finally:
            await asyncio.gather(self._probes.close(), self._statuses.close(), return_exceptions=True)

    async def _turn(self) -> None:
        try:
            self._probes.refresh()
            self._steward.settle()
            await self._statuses.publish(self._steward.views())
        except Exception:
            log.exception("a bug: this look at the dependencies was lost")
