"""The heartbeat: one task per source, started and ended as resources come and go, each on its own beat."""

from __future__ import annotations

import asyncio
import logging
import zlib

from sluicegate.control.attend import Attendant
from sluicegate.control.clock import Clock
from sluicegate.control.records import Source
from sluicegate.control.relist import Relist
from sluicegate.control.roster import Roster
from sluicegate.control.turn import Turns
from sluicegate.model.resource import Key
from sluicegate.telemetry import metrics

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5
"""Seconds between looks for new sources and changed specs."""
SHORTEST_GAP = 1.0
"""Seconds between two polls of a source, however often its specs change."""
BUG_PAUSE = 5.0


class Operator:
    """Runs until cancelled. ``turned`` is when the supervision last turned (unix seconds of the clock)."""

    def __init__(self, *, roster: Roster, turns: Turns, attendant: Attendant, relist: Relist, clock: Clock) -> None:
        self._roster = roster
        self._turns = turns
        self._attendant = attendant
        self._relist = relist
        self._clock = clock
        self._tasks: dict[Source, asyncio.Task[None]] = {}
        self._signatures: dict[Source, object] = {}
        self._wake: dict[Source, asyncio.Event] = {}
        self._unfinished = False
        self.turned = clock.now()

    @property
    def ready(self) -> bool:
        """Whether the first whole list has come in."""
        return self._relist.ready.is_set()

    def look_at(self, key: Key) -> None:
        """Poll the source of this app now: something other than its lag changed what it may run."""
        source = self._roster.source_of(key)
        if source is not None:
            self._call(source)
            self._call(self._turns.leader_of(source))

    async def run(self) -> None:
        """Lists first, then a task for each source, for as long as it is there."""
        relist = asyncio.create_task(self._relist.run(), name="relist")
        try:
            while not relist.done():
                try:
                    if self.ready:
                        self._supervise()
                    self.turned = self._clock.now()
                except Exception:
                    log.exception("a bug: this look for changes was lost")
                await asyncio.sleep(LOOK_EVERY)
            await relist
        finally:
            tasks = [relist, *self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(self._turns.close(), *tasks, return_exceptions=True)

    def _supervise(self) -> None:
        if self._roster.refresh() or self._unfinished:
            self._unfinished = True
            sources = self._roster.sources()
            for source in self._tasks.keys() - sources:
                self._end(source)
            for source in sources:
                self._notice(source)
            self._attendant.forget_gone()
            self._unfinished = False
        for source in [source for source, task in self._tasks.items() if task.done()]:
            log.error("a bug: the polls of this source ended; begun again", extra={"connection": str(source)})
            self._tasks[source] = self._begin(source)

    def _notice(self, source: Source) -> None:
        """Begin with a source that is new; poll one now where a spec changed."""
        signature = self._roster.signature(source)
        if source not in self._tasks:
            self._wake[source] = asyncio.Event()
            self._tasks[source] = self._begin(source)
        elif signature != self._signatures[source]:
            self._call(source)
            self._call(self._turns.leader_of(source))
        self._signatures[source] = signature

    def _begin(self, source: Source) -> asyncio.Task[None]:
        return asyncio.create_task(self._beat(source), name=f"source {source}")

    def _end(self, source: Source) -> None:
        self._tasks.pop(source).cancel()
        del self._signatures[source], self._wake[source]
        self._turns.forget(source)

    def _call(self, source: Source) -> None:
        if source in self._wake:
            self._wake[source].set()

    async def _beat(self, source: Source) -> None:
        """Polls of one source. A poll that took too long is not made up for."""
        spread = 0.5 + zlib.crc32(str(source).encode()) / 2**33
        wake = self._wake[source]
        due = began = self._clock.now()
        while True:
            metrics.tick_lateness_seconds.observe(max(0.0, began - due))
            wake.clear()
            try:
                poll = await self._turns.turn(source)
                if not self._roster.was_looked_at(source):
                    self._call(self._turns.leader_of(source))
            except Exception:
                log.exception("a bug: this poll was lost", extra={"connection": str(source)})
                poll = BUG_PAUSE
            due = max(began + poll * spread, began + SHORTEST_GAP)
            spread = 1.0
            await asyncio.sleep(max(0.0, began + SHORTEST_GAP - self._clock.now()))
            try:
                async with asyncio.timeout(max(0.0, due - self._clock.now())):
                    await wake.wait()
                due = self._clock.now()
            except TimeoutError:
                pass
            began = self._clock.now()
            due = max(due, began - poll)
