"""Tells of dependencies: status, Events for the turns of a breaker, metrics, log."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sluicegate.act import dependency_status, events
from sluicegate.act.merge import merge_patch
from sluicegate.act.ports import EventNote, Events, Statuses
from sluicegate.control.clock import Clock
from sluicegate.control.downstream.accounts import account
from sluicegate.control.downstream.steward import View
from sluicegate.control.errands import Errands
from sluicegate.control.store import Store
from sluicegate.decide.downstream.breaker import Transition
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.account import Account
from sluicegate.model.downstream import BreakerState
from sluicegate.model.resource import Key
from sluicegate.telemetry import metrics

log = logging.getLogger(__name__)
PLURALS = {True: "downstreamdependencies", False: "clusterdownstreamdependencies"}


class DependencyStatuses:
    """Writes where a person would notice the difference. What fails is told and tried again at the next beat."""

    def __init__(self, *, store: Store, statuses: Statuses, events: Events, clock: Clock) -> None:
        self._store = store
        self._statuses = statuses
        self._events = events
        self._clock = clock
        self._written: dict[Key, float] = {}
        self._told: dict[Key, tuple[tuple[str, str, str], ...]] = {}
        self._errands = Errands()

    async def publish(self, views: Iterable[View]) -> None:
        """All of ``views``; those that are no more are forgotten."""
        found = {view.record.meta.key: view for view in views}
        for key in [key for key in self._written if key not in found]:
            del self._written[key]
            self._told.pop(key, None)
        told = {key: account(view) for key, view in found.items()}
        metrics.dependencies.observe(told)
        await self._errands.run(
            (f"dependency {key}", partial(self._publish, view, told[key])) for key, view in found.items()
        )

    async def close(self) -> None:
        await self._errands.close()

    async def _publish(self, view: View, told: Account) -> None:
        key = view.record.meta.key
        shelf = self._store.dependencies if key.namespace else self._store.cluster_dependencies
        record = shelf.get(key)
        if record is None or record.meta.uid != view.record.meta.uid:
            return
        now = self._clock.now()
        previous = record.status
        wanted = dependency_status.render(told, generation=record.meta.generation, previous=previous, now=now)
        notes = [*map(_note, self._transitions(view)), *self._news(key, told, previous)]
        last = self._written.get(key, float("-inf"))
        if dependency_status.worth_writing(previous, wanted, last_written=last, now=now):
            await self._write(record.meta.resource_version, key, previous, wanted)
        for note in notes:
            plural = PLURALS[bool(key.namespace)]
            await self._events.create_event(note, plural=plural, record_key=key, uid=record.meta.uid)

    def _transitions(self, view: View) -> list[Transition]:
        key, found = view.record.meta.key, list(view.kept.untold)
        view.kept.untold.clear()
        for one in found:
            metrics.dependencies.transition(key, before=one.before, after=one.after)
            extra = {"dependency": str(key), "before": one.before.value, "after": one.after.value, "why": one.message}
            log.warning("breaker turned", extra=extra)
        return found

    def _news(self, key: Key, told: Account, previous: Mapping[str, Any]) -> list[EventNote]:
        """An Event for each condition that turned, but for the breaker's own, of which its transitions tell."""
        said = tuple((one.type, one.status.value, one.reason) for one in told.conditions)
        before = self._told.get(key)
        self._told[key] = said
        if before is None:
            conditions = previous.get("conditions") or ()
            before = tuple((str(c.get("type")), str(c.get("status")), str(c.get("reason"))) for c in conditions)
        known = {type_: (status, reason) for type_, status, reason in before}
        return [
            events.note_of(one)
            for one in told.conditions
            if one.type not in ("Ready", "BreakerClosed") and events.is_news(one, known.get(one.type))
        ]

    async def _write(self, version: str, key: Key, previous: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        shelf = self._store.dependencies if key.namespace else self._store.cluster_dependencies
        record = shelf.get(key)
        if record is None:
            return
        try:
            new, written = await self._statuses.patch_status(
                plural=PLURALS[bool(key.namespace)],
                key=key,
                resource_version=version,
                patch=merge_patch(previous, wanted),
            )
        except (Conflict, Gone):
            return
        except SluicegateError as error:
            log.warning("status of a dependency not written", extra={"dependency": str(key), "why": str(error)})
            return
        self._written[key] = self._clock.now()
        shelf.wrote_status(record, resource_version=new, status=written)  # type: ignore[arg-type]


def _note(one: Transition) -> EventNote:
    good = one.after is BreakerState.CLOSED
    return EventNote(type="Normal" if good else "Warning", reason=f"Breaker{one.after.value}", message=one.message)
