"""One app, one look: observe, decide, act. Nothing here may raise for a foreign fault: the next poll comes anyway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sluicegate.act import events, status
from sluicegate.act.ports import Events, Scales, Statuses
from sluicegate.act.scale import scale
from sluicegate.control.clock import Clock
from sluicegate.control.records import AppRecord
from sluicegate.control.refused import checked, refused
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.decide import acted, decide, persist, restore
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.decision import Action, Condition, Decision, Truth
from sluicegate.model.kafka import Fault, GroupAnswer
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation, Workload
from sluicegate.model.resource import Key
from sluicegate.telemetry import metrics
from sluicegate.telemetry.identity import new_id
from sluicegate.telemetry.log import context

log = logging.getLogger(__name__)
PLURAL = "kafkaconsumerapps"


@dataclass(slots=True, kw_only=True)
class AppState:
    """What this process holds of one app (one uid)."""

    uid: str
    memory: Memory
    decision: Decision | None = None
    status_written: float = float("-inf")
    workload_version: str = ""
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)


class Attendant:
    """Keeps the state of every app and carries one observation through to what is written."""

    def __init__(
        self, *, store: Store, roster: Roster, clock: Clock, scales: Scales, statuses: Statuses, events: Events
    ) -> None:
        self._store = store
        self._roster = roster
        self._clock = clock
        self._scales = scales
        self._statuses = statuses
        self._events = events
        self._states: dict[Key, AppState] = {}

    def state_of(self, record: AppRecord) -> AppState:
        """The app's state; a new one takes up what an earlier process left in status.memory."""
        state = self._states.get(record.meta.key)
        if state is None or state.uid != record.meta.uid:
            memory = restore(record.status.get("memory"), now=self._clock.now())
            state = self._states[record.meta.key] = AppState(uid=record.meta.uid, memory=memory)
        return state

    def workload_changed(self, record: AppRecord) -> bool:
        """Whether the target changed since the last look: then members may have, too."""
        workload = self._store.workload_of(record)
        return workload is not None and workload.resource_version != self.state_of(record).workload_version

    def forget_gone(self) -> None:
        """Let go of apps that are no more, and of their metrics."""
        for key in [key for key in self._states if self._store.apps.get(key) is None]:
            del self._states[key]
            metrics.forget(namespace=key.namespace, app=key.name)

    async def attend(self, key: Key, *, answer: GroupAnswer | None, fault: Fault | None, poll: float) -> None:
        """Decide about one app from one answer, and write what follows."""
        known = self._store.apps.get(key)
        if known is None:
            return
        # Without an answer the connection may not even be there, and ``poll`` be a mere default.
        record = checked(known, poll=poll) if answer else known
        state = self.state_of(record)
        async with state.busy:
            await self._attend(record, state, answer=answer, fault=fault, poll=poll)

    async def _attend(
        self, record: AppRecord, state: AppState, *, answer: GroupAnswer | None, fault: Fault | None, poll: float
    ) -> None:
        now = self._clock.now()
        identity = new_id(now)
        before = state.decision
        with context(decision=identity, namespace=record.meta.key.namespace, app=record.meta.key.name):
            workload = self._store.workload_of(record)
            if record.refusal is not None or record.spec is None:
                decision = refused(record, before=before, workload=workload, now=now)
            else:
                observation = self._observe(record, workload, answer=answer, fault=fault, now=now)
                state.workload_version = workload.resource_version if workload else ""
                with metrics.decision_seconds.time():
                    decision, state.memory = decide(
                        spec=record.spec,
                        generation=record.meta.generation,
                        observation=observation,
                        memory=state.memory,
                        now=now,
                        poll=poll,
                    )
                decision = await self._scale(record, state, decision, workload=workload)
            state.decision = decision
            metrics.observe(namespace=record.meta.key.namespace, app=record.meta.key.name, decision=decision)
            await self._publish(record, state, decision, before=before, identity=identity)

    def _observe(
        self,
        record: AppRecord,
        workload: Workload | None,
        *,
        answer: GroupAnswer | None,
        fault: Fault | None,
        now: float,
    ) -> Observation:
        return Observation(
            at=answer.at if answer and not (fault or answer.fault) else now,
            workload=workload,
            pods=self._store.pods_of(record),
            partitions=answer.partitions if answer else (),
            group=answer.group if answer else None,
            fault=fault or (answer.fault if answer else None),
            topic_faults=answer.topic_faults if answer else (),
            foreign=self._store.foreign_of(record),
            rival=self._roster.rival_of(record.meta.key),
        )

    async def _scale(
        self, record: AppRecord, state: AppState, decision: Decision, *, workload: Workload | None
    ) -> Decision:
        """Write the number where it differs; a lost race is looked at again at the next poll."""
        if not decision.write or decision.replicas is None or workload is None or record.spec is None:
            return decision
        if decision.replicas == workload.desired:
            return decision
        now_known = self._store.apps.get(record.meta.key)
        if now_known is None or now_known.meta.uid != record.meta.uid:
            return decision
        try:
            await scale(
                self._scales,
                target=record.spec.scale_target_ref,
                key=record.meta.key,
                workload=workload,
                decision=decision,
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
        state.memory = acted(state.memory, decision=decision, now=self._clock.now())
        metrics.reaction_seconds.observe(max(0.0, self._clock.now() - decision.at))
        direction = "up" if decision.action is Action.SCALE_UP else "down"
        metrics.scalings_total.labels(
            namespace=record.meta.key.namespace, app=record.meta.key.name, direction=direction, reason=decision.reason
        ).inc()
        log.info(
            "scaled",
            extra={
                "before": workload.desired,
                "after": decision.replicas,
                "reason": decision.reason,
                "why": decision.message,
            },
        )
        return decision

    async def _publish(
        self, record: AppRecord, state: AppState, decision: Decision, *, before: Decision | None, identity: str
    ) -> None:
        """Events for transitions, status where a person would notice the difference."""
        now = self._clock.now()
        current = self._store.apps.get(record.meta.key)
        if current is None or current.meta.uid != record.meta.uid:
            return
        previous: Mapping[str, Any] = current.status
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
        if status.worth_writing(previous, wanted, last_written=state.status_written, now=now):
            try:
                version, written = await self._statuses.patch_status(
                    plural=PLURAL,
                    key=record.meta.key,
                    resource_version=current.meta.resource_version,
                    patch=status.merge_patch(previous, wanted),
                )
            except Conflict:
                log.debug("status not written: the object changed meanwhile")
            except SluicegateError as error:
                log.warning("status not written", extra={"why": str(error)})
            else:
                state.status_written = now
                self._store.apps.wrote_status(current, resource_version=version, status=written)
        for note in notes:
            await self._events.create_event(note, plural=PLURAL, record_key=record.meta.key, uid=record.meta.uid)


def _not_written(decision: Decision, *, current: int, condition: Condition | None = None) -> Decision:
    conditions = decision.conditions
    if condition:
        conditions = tuple(condition if known.type == condition.type else known for known in conditions)
    return replace(decision, action=Action.HOLD, replicas=current, conditions=conditions)
