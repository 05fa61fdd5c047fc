"""Writes what a redrive came to: at once when its phase turns, else every two seconds; tells of phases by Events."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sluicegate.act import redrive_status
from sluicegate.act.merge import merge_patch
from sluicegate.act.ports import EventNote, Events, Statuses
from sluicegate.act.redrive_status import Told
from sluicegate.control.clock import Clock
from sluicegate.control.records import RedriveRecord
from sluicegate.control.store import Store
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.redrive import Phase
from sluicegate.model.resource import Key
from sluicegate.telemetry.redact import redact

log = logging.getLogger(__name__)
PLURAL = "deadletterredrives"
EVERY = 2.0
"""Seconds between two writes about one redrive whose phase does not turn."""


@dataclass(slots=True, kw_only=True)
class Last:
    """What was written last; ``tried`` to be written last, and when; ``phase`` that people were told of."""

    uid: str
    told: Told
    tried: Told
    at: float
    phase: Phase | None


class RedriveStatuses:
    """What fails is told, and tried again at the next look."""

    def __init__(self, *, store: Store, statuses: Statuses, events: Events, clock: Clock) -> None:
        self._store = store
        self._statuses = statuses
        self._events = events
        self._clock = clock
        self._last: dict[Key, Last] = {}

    def forget_unless(self, there: Callable[[Key], bool]) -> None:
        for key in [key for key in self._last if not there(key)]:
            del self._last[key]

    async def publish(self, record: RedriveRecord, told: Told, *, before: Told) -> bool:
        """Whether what is in the status now is ``told``. ``before`` is what the status said when this process first
        saw it: what it tells has been told already."""
        key, now = record.meta.key, self._clock.now()
        last = self._last.get(key)
        if last is None or last.uid != record.meta.uid:
            last = self._last[key] = Last(
                uid=record.meta.uid, told=before, tried=before, at=float("-inf"), phase=before.phase
            )
        if told == last.told:
            return True
        if told.phase is last.tried.phase and now - last.at < EVERY:
            return False
        last.tried, last.at = told, now
        if not await self._write(record, told, now=now):
            return False
        if told.phase is not last.phase:
            await self._tell(record, told)
        last.told, last.phase = told, told.phase
        return True

    async def _write(self, record: RedriveRecord, told: Told, *, now: float) -> bool:
        current = self._store.redrives.get(record.meta.key)
        if current is None or current.meta.uid != record.meta.uid:
            return False
        generation = record.meta.generation
        wanted = redrive_status.render(told, generation=generation, previous=current.status, now=now)
        try:
            version, written = await self._statuses.patch_status(
                plural=PLURAL,
                key=record.meta.key,
                resource_version=current.meta.resource_version,
                patch=merge_patch(current.status, wanted),
            )
        except (Conflict, Gone):
            return False
        except SluicegateError as error:
            extra = {"redrive": str(record.meta.key), "why": str(error)}
            log.warning("status of a redrive not written", extra=extra)
            return False
        self._store.redrives.wrote_status(current, resource_version=version, status=written)
        return True

    async def _tell(self, record: RedriveRecord, told: Told) -> None:
        bad = told.phase is Phase.FAILED
        said = told.message or f"dead letters of {told.topic} go to {told.destination or 'nowhere'}"
        log.info("redrive", extra={"redrive": str(record.meta.key), "phase": told.phase.value, "why": said})
        if told.phase is Phase.PENDING:
            return
        note = EventNote(
            type="Warning" if bad else "Normal", reason=f"Redrive{told.phase.value}", message=redact(said)[:1024]
        )
        await self._events.create_event(note, plural=PLURAL, record_key=record.meta.key, uid=record.meta.uid)
