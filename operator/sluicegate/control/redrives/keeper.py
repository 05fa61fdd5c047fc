"""Keeps all redrives: begins those that may run, holds them to their guards, ends them, and tells how they stand."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sluicegate.act.ports import Redrives as Deletes
from sluicegate.act.ports import Secrets
from sluicegate.act.redrive_status import Told
from sluicegate.control.access import Access, access
from sluicegate.control.clock import Clock
from sluicegate.control.records import AppRecord, RedriveRecord, source_of
from sluicegate.control.redrives.errand import Errand, Guidance
from sluicegate.control.redrives.prepare import Refused, Unready, prepare
from sluicegate.control.redrives.statuses import RedriveStatuses
from sluicegate.control.redrives.told import OVER, taken_up
from sluicegate.control.store import Store
from sluicegate.control.topics.ports import Topics
from sluicegate.decide.redrives import guards
from sluicegate.decide.redrives.queue import Waiting, admitted
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.decision import Decision
from sluicegate.model.redrive import Phase
from sluicegate.model.resource import Key

log = logging.getLogger(__name__)
EVERY = 0.5
PATIENCE = 30.0
"""Seconds in which what a redrive needs may still appear: files are applied in any order."""
AGAIN = 5.0
"""Seconds until what was not ready is looked at again."""


@dataclass(slots=True, kw_only=True)
class Kept:
    """One redrive as this process knows it. ``before`` what its status said first; ``again`` unix seconds before which
    its preparation (or its deletion) is not tried anew; ``unready`` since when something has been missing."""

    record: RedriveRecord
    told: Told
    before: Told
    errand: Errand | None = None
    task: asyncio.Task[None] | None = None
    again: float = 0.0
    unready: float | None = None


class Keeper:
    """Runs until cancelled. ``owners`` who has which topic on an app's cluster; ``last`` the last decision about an
    app; ``ready``: whether the first lists are in."""

    def __init__(
        self,
        *,
        store: Store,
        kafka: Topics,
        secrets: Secrets,
        deletes: Deletes,
        statuses: RedriveStatuses,
        clock: Clock,
        owners: Callable[[AppRecord], Mapping[str, Key]],
        last: Callable[[AppRecord], Decision | None],
        ready: Callable[[], bool],
    ) -> None:
        self._store = store
        self._kafka = kafka
        self._secrets = secrets
        self._deletes = deletes
        self._statuses = statuses
        self._clock = clock
        self._owners = owners
        self._last = last
        self._ready = ready
        self._kept: dict[Key, Kept] = {}

    async def run(self) -> None:
        try:
            while True:
                await asyncio.sleep(EVERY)
                if self._ready():
                    try:
                        await self._turn()
                    except Exception:
                        log.exception("a bug: this look at the redrives was lost")
        finally:
            await self._end([one for one in self._kept.values() if one.task is not None])

    async def _turn(self) -> None:
        records = {record.meta.key: record for record in self._store.redrives.all()}
        await self._forget(records)
        for record in records.values():
            self._notice(record)
        await self._suspend([one for one in self._kept.values() if _is_suspended(one)])
        self._begin()
        for one in self._kept.values():
            if one.errand is not None:
                one.told = one.errand.told
                await one.errand.guide(self._guidance(one))
            published = await self._statuses.publish(one.record, one.told, before=one.before)
            if published and one.told.phase in OVER:
                await self._expire(one)

    def _notice(self, record: RedriveRecord) -> None:
        one = self._kept.get(record.meta.key)
        if one is None:
            told = taken_up(record)
            one = self._kept[record.meta.key] = Kept(record=record, told=told, before=told)
        changed = one.record.stamp != record.stamp
        one.record = record
        if changed and one.task is not None:
            # The process goes on with the new spec from what it committed.
            one.task.cancel()

    async def _forget(self, records: Iterable[Key]) -> None:
        """Let go of redrives that are no more, or whose name another one has now."""
        there = set(records)
        self._statuses.forget_unless(there.__contains__)
        gone = [
            key
            for key, one in self._kept.items()
            if key not in there or (now := self._store.redrives.get(key)) is None or now.meta.uid != one.record.meta.uid
        ]
        await self._end([self._kept.pop(key) for key in gone])

    async def _suspend(self, some: Iterable[Kept]) -> None:
        standing = [one for one in some if one.told.phase not in OVER]
        await self._end(standing)
        for one in standing:
            if one.told.phase in OVER:
                continue
            phase = Phase.PAUSED if one.told.started is not None else Phase.PENDING
            said = "suspended: set spec.suspend to false to go on"
            one.told = replace(one.told, phase=phase, message=said, suspended=True, rate=0.0)

    def _begin(self) -> None:
        now = self._clock.now()
        waiting = [
            one
            for one in self._kept.values()
            if one.told.phase not in OVER and not _is_suspended(one) and self._is_there(one)
        ]
        for one in waiting:
            if one.told.suspended:
                one.told = replace(one.told, suspended=False, message="")
        busy = {one.record.meta.uid for one in waiting if one.task or one.told.phase is not Phase.PENDING}
        queue = [
            Waiting(key=one.record.meta.key, uid=one.record.meta.uid, created=one.record.meta.created)
            for one in waiting
        ]
        words = admitted(queue, running=busy)
        for one in waiting:
            why = words[one.record.meta.uid]
            if one.task is None and why:
                one.told = replace(one.told, phase=Phase.PENDING, message=why)
            elif one.task is None and now >= one.again:
                one.task = asyncio.create_task(self._run(one), name=f"redrive {one.record.meta.key}")

    def _is_there(self, one: Kept) -> bool:
        record = self._store.redrives.get(one.record.meta.key)
        return record is not None and record.meta.uid == one.record.meta.uid

    async def _run(self, one: Kept) -> None:
        """Prepare and run; what goes wrong ends up in ``one.told``."""
        try:
            routes, config = await prepare(
                one.record, store=self._store, kafka=self._kafka, access_of=self._access_of, owners=self._owners
            )
            one.unready = None
            one.errand = Errand(one.record, one.told, routes=routes, config=config, clock=self._clock)
            await one.errand.run()
            one.told = one.errand.told
        except Unready as error:
            now = self._clock.now()
            one.again, one.unready = now + AGAIN, one.unready if one.unready is not None else now
            one.told = replace(one.told, phase=Phase.PENDING, message=str(error))
            if error.is_due_soon and one.told.started is None and now - one.unready > PATIENCE:
                self._fail(one, str(error))
        except Refused as error:
            self._fail(one, str(error))
        except Exception:
            log.exception("a bug: this redrive was cut off", extra={"redrive": str(one.record.meta.key)})
            one.again = self._clock.now() + AGAIN
            told, one.errand = one.errand.told if one.errand else one.told, None
            one.told = replace(told, message="cut off by a mistake of Sluicegate, see its log; it is tried again")
        finally:
            if one.errand is not None:
                one.told = one.errand.told
            one.errand = one.task = None

    def _fail(self, one: Kept, message: str) -> None:
        one.told = replace(one.told, phase=Phase.FAILED, message=message, finished=self._clock.now(), rate=0.0)

    async def _access_of(self, record: AppRecord) -> Access:
        return await access(source_of(record), connections=self._store.connections, secrets=self._secrets, last=None)

    def _guidance(self, one: Kept) -> Guidance:
        spec = one.record.spec
        if spec is None:
            return Guidance(pause=f"paused: the spec cannot be used: {one.record.refusal}")
        app = self._store.apps.get(Key(one.record.meta.key.namespace, spec.app_ref.name))
        if app is None:
            return Guidance(pause=f"paused: there is no KafkaConsumerApp {spec.app_ref.name!r} any more")
        decision = self._last(app)
        return Guidance(pause=guards.pause(spec, decision), rate=guards.rate(spec, decision))

    async def _expire(self, one: Kept) -> None:
        spec, finished = one.record.spec, one.told.finished
        now = self._clock.now()
        if spec is None or finished is None or now < max(finished + spec.ttl_seconds_after_finished, one.again):
            return
        one.again = now + AGAIN
        try:
            await self._deletes.delete_redrive(one.record.meta.key, uid=one.record.meta.uid)
        except (Gone, Conflict):
            return
        except SluicegateError as error:
            log.warning("redrive not deleted", extra={"redrive": str(one.record.meta.key), "why": str(error)})

    async def _end(self, some: Iterable[Kept]) -> None:
        tasks = [one.task for one in some if one.task is not None]
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def _is_suspended(one: Kept) -> bool:
    return one.record.spec is not None and one.record.spec.suspend
