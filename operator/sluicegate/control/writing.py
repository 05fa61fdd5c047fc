"""Carries a decision to the API server: scale, status, Events; never over anything newer than what was looked at."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from sluicegate.act import events, status
from sluicegate.act.ports import Events, Scales, Statuses
from sluicegate.act.scale import scale
from sluicegate.control.clock import Clock
from sluicegate.control.records import AppRecord
from sluicegate.control.state import AppState
from sluicegate.control.store import Store
from sluicegate.decide import acted, persist
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.decision import Action, Condition, Decision, Truth
from sluicegate.model.observation import Workload
from sluicegate.telemetry import metrics

log = logging.getLogger(__name__)
PLURAL = "kafkaconsumerapps"
AT_ONCE = 8
"""Writes at once in one namespace: a team whose webhook hangs fills its own places, nobody else's."""
LONGEST_WAIT = 5.0
"""Seconds after which a number that waited for its place is not written any more: the next poll has a newer one."""


class Writing:
    """Every write about apps. What fails is told, and decided anew at the next poll; nothing is raised."""

    def __init__(self, *, store: Store, clock: Clock, scales: Scales, statuses: Statuses, events: Events) -> None:
        self._store = store
        self._clock = clock
        self._scales = scales
        self._statuses = statuses
        self._events = events
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def scale(
        self, record: AppRecord, state: AppState, decision: Decision, *, workload: Workload | None
    ) -> Decision:
        """Write the number where it differs. Returns what came of it."""
        if not decision.write or decision.replicas is None or workload is None or record.spec is None:
            return decision
        if decision.replicas == workload.desired:
            return decision
        decided_at = self._clock.now()

        def still() -> bool:
            return self._is_current(record) and self._clock.now() - decided_at <= LONGEST_WAIT

        try:
            async with self._place(record):
                version = await scale(
                    self._scales,
                    target=record.spec.scale_target_ref,
                    key=record.meta.key,
                    workload=workload,
                    decision=decision,
                    still=still,
                )
        except (Conflict, Gone) as error:
            log.info("scale not written, looking again at the next poll", extra={"why": str(error)})
            return _not_written(decision, current=workload.desired)
        except SluicegateError as error:
            log.warning("scale not written", extra={"why": str(error)})
            failed = Condition(
                type="ScalingActive", status=Truth.FALSE, reason="ScaleFailed", message=f"{error}; tried at every poll"
            )
            return _not_written(decision, current=workload.desired, condition=failed)
        state.memory = acted(state.memory, decision=decision, now=self._clock.now(), version=version)
        self._tell_scaled(record, decision, before=workload.desired)
        return decision

    async def publish(
        self, record: AppRecord, state: AppState, decision: Decision, *, before: Decision | None, identity: str
    ) -> None:
        """Status where a person would notice the difference, Events for transitions."""
        current = self._store.apps.get(record.meta.key)
        if current is None or current.meta.uid != record.meta.uid:
            return
        now = self._clock.now()
        previous = current.status
        notes = events.transitions(previous.get("conditions") or (), decision=decision, before=before)
        wanted = status.render(
            spec=record.spec,
            generation=record.meta.generation,
            decision=decision,
            identity=identity,
            memory=persist(state.memory),
            previous=previous,
            now=now,
        )
        if status.worth_writing(state.pruned or previous, wanted, last_written=state.status_written, now=now):
            async with self._place(record):
                await self._write_status(current, state, wanted, previous=previous)
        for note in notes:
            async with self._place(record):
                await self._events.create_event(note, plural=PLURAL, record_key=record.meta.key, uid=record.meta.uid)

    async def _write_status(
        self, current: AppRecord, state: AppState, wanted: Mapping[str, Any], *, previous: Mapping[str, Any]
    ) -> None:
        try:
            version, written = await self._statuses.patch_status(
                plural=PLURAL,
                key=current.meta.key,
                resource_version=current.meta.resource_version,
                patch=status.merge_patch(previous, wanted),
            )
        except (Conflict, Gone) as error:
            log.debug("status not written: the object changed meanwhile", extra={"why": str(error)})
        except SluicegateError as error:
            log.warning("status not written", extra={"why": str(error)})
        else:
            state.status_written = self._clock.now()
            state.pruned = None if written == wanted else wanted
            self._store.apps.wrote_status(current, resource_version=version, status=written)

    def _is_current(self, record: AppRecord) -> bool:
        """Whether the app still is what was decided about."""
        known = self._store.apps.get(record.meta.key)
        return known is not None and known.stamp == record.stamp

    def _place(self, record: AppRecord) -> asyncio.Semaphore:
        return self._places.setdefault(record.meta.key.namespace, asyncio.Semaphore(AT_ONCE))

    def _tell_scaled(self, record: AppRecord, decision: Decision, *, before: int) -> None:
        metrics.reaction_seconds.observe(max(0.0, self._clock.now() - decision.at))
        if self._is_current(record):
            direction = "up" if decision.action is Action.SCALE_UP else "down"
            key = record.meta.key
            metrics.scalings_total.labels(
                namespace=key.namespace, app=key.name, direction=direction, reason=decision.reason
            ).inc()
        log.info(
            "scaled",
            extra={
                "before": before,
                "after": decision.replicas,
                "reason": decision.reason,
                "why": decision.message,
            },
        )


def _not_written(decision: Decision, *, current: int, condition: Condition | None = None) -> Decision:
    conditions = decision.conditions
    if condition:
        conditions = tuple(condition if known.type == condition.type else known for known in conditions)
    return replace(decision, action=Action.HOLD, replicas=current, conditions=conditions)
