"""One redrive under way: its topics one after the other, each by a process that is started anew when it dies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sluicegate.act.redrive_status import Told
from sluicegate.control.clock import Clock
from sluicegate.control.records import RedriveRecord
from sluicegate.control.redrives.told import COUNTS, advanced
from sluicegate.decide.redrives.route import Route, Routes
from sluicegate.decide.topics.names import progress_group, settled_group
from sluicegate.model.kafka import ClientConfig
from sluicegate.model.redrive import Phase, RedriveSpec
from sluicegate.redrive.command import Command, Go, Pause, Rate
from sluicegate.redrive.order import RedriveOrder
from sluicegate.redrive.progress import Progress, recalled
from sluicegate.redrive.run import Died, RedriveProcess
from sluicegate.telemetry import metrics

log = logging.getLogger(__name__)
MOST_DEATHS = 10
"""Ends of its process in a row, without a record moved between them, after which a redrive has failed."""
LONGEST_WAIT = 30.0
LONGEST = 4_000
"""Characters of a message; a status takes 4,096."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """What a running redrive is held to: ``pause`` why it must wait, empty when it may go on; ``rate`` records a
    second, None: only its own."""

    pause: str = ""
    rate: float | None = None


async def to_the_end(closing: Coroutine[Any, Any, None]) -> None:
    """Await ``closing`` to its end, however often this task is cancelled meanwhile: a process that still commits must
    not be left behind, another one would begin beside it."""
    task = asyncio.ensure_future(closing)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    task.result()


class Errand:
    """``told`` how it stands. `run` ends when the redrive is over, or is cancelled: what was committed stands then."""

    def __init__(
        self, record: RedriveRecord, told: Told, *, routes: Routes, config: ClientConfig, clock: Clock
    ) -> None:
        self.record = record
        self.told = told
        self._routes = routes
        self._config = config
        self._clock = clock
        self._process: RedriveProcess | None = None
        self._guided = Guidance()

    @property
    def spec(self) -> RedriveSpec:
        assert self.record.spec is not None
        return self.record.spec

    async def run(self) -> None:
        self.told = replace(
            self.told,
            phase=Phase.RUNNING,
            message="",
            suspended=False,
            topic=", ".join(route.dead_letter for route in self._routes.routes),
            destination=self._routes.destination,
            started=self.told.started or self._clock.now(),
        )
        names = [route.dead_letter for route in self._routes.routes]
        # Topics may be others than when it began: those before the one under way are done, one that is gone is over.
        under_way = self.told.progress.get("topic")
        first = names.index(under_way) if under_way in names else 0
        notes: list[str] = []
        for route in self._routes.routes[first:]:
            ended = await self._move(route)
            if ended.phase is Phase.FAILED:
                self._end(Phase.FAILED, ended.message)
                return
            notes += [ended.message] if ended.message else []
        self._end(Phase.SUCCEEDED, "; ".join([self._sums(), *notes]))

    async def guide(self, guidance: Guidance) -> None:
        """Tell the process what changed since it was last told."""
        before, self._guided = self._guided, guidance
        told: list[Command] = []
        if guidance.pause != before.pause:
            told.append(Pause(why=guidance.pause) if guidance.pause else Go())
        if guidance.rate != before.rate:
            told.append(Rate(per_second=guidance.rate))
        if self._process is not None:
            for command in told:
                await self._process.tell(command)

    def _end(self, phase: Phase, message: str) -> None:
        self.told = replace(self.told, phase=phase, message=message[:LONGEST], finished=self._clock.now(), rate=0.0)

    def _sums(self) -> str:
        return f"{self.told.redriven} redriven, {self.told.parked} parked, {self.told.skipped} skipped"

    async def _move(self, route: Route) -> Progress:
        """One dead-letter topic, to its last report."""
        deaths = 0
        base: Mapping[str, int] = self.told.progress.get("base") or {}
        if self.told.progress.get("topic") != route.dead_letter:
            base = {name: getattr(self.told, name) for name in COUNTS}
            self.told = replace(self.told, progress={"topic": route.dead_letter, "base": dict(base)})
        while True:
            moved = self._moved()
            try:
                return await self._attempt(route, base=base)
            except (Died, OSError) as error:
                deaths = 1 if self._moved() != moved else deaths + 1
                why = f"the redrive's process ended {error}"
                log.warning("redrive process ended", extra={"redrive": str(self.record.meta.key), "why": str(error)})
                if deaths >= MOST_DEATHS:
                    return Progress(phase=Phase.FAILED, message=f"{why}, {deaths} times in a row")
                self.told = replace(self.told, message=f"{why}; it is started anew and goes on", rate=0.0)
            await asyncio.sleep(min(2.0 ** (deaths - 1), LONGEST_WAIT))

    async def _attempt(self, route: Route, *, base: Mapping[str, int]) -> Progress:
        process = self._process = await RedriveProcess.start(self._order(route))
        last = Progress(phase=Phase.RUNNING)
        try:
            for command in self._standing_orders():
                await process.tell(command)
            async for report in process.progress():
                last = report
                self._count(report, base)
                self.told = advanced(self.told, report, base=base, topic=route.dead_letter)
                if report.over:
                    return report
        finally:
            self._process = None
            await to_the_end(process.close())
        raise Died(f"without a last word ({last.message or 'nothing said'})")

    def _standing_orders(self) -> list[Command]:
        pause = [Pause(why=self._guided.pause)] if self._guided.pause else []
        rate = [Rate(per_second=self._guided.rate)] if self._guided.rate is not None else []
        return [*pause, *rate]

    def _order(self, route: Route) -> RedriveOrder:
        ends, counted = recalled(self.told.progress)
        uid, key = self.record.meta.uid, self.record.meta.key
        return RedriveOrder(
            config=self._config,
            uid=uid,
            name=key.name,
            namespace=key.namespace,
            dead_letter=route.dead_letter,
            destination=self.spec.to,
            topics=route.topics,
            group=progress_group(route.dead_letter, uid),
            settled=settled_group(route.dead_letter),
            parking=route.parking,
            spec=self.spec,
            started=self.told.started or self._clock.now(),
            ends=ends,
            counted=counted,
        )

    def _count(self, report: Progress, base: Mapping[str, int]) -> None:
        """What was moved since the last report, for the metrics."""
        for name in ("redriven", "parked", "skipped"):
            more = base.get(name, 0) + getattr(report, name) - getattr(self.told, name)
            if more > 0:
                metrics.redrive_records_total.labels(result=name).inc(more)

    def _moved(self) -> int:
        return self.told.redriven + self.told.parked + self.told.skipped + self.told.scanned
