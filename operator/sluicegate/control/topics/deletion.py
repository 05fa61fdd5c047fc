"""`topics.deletion: Delete`: a finalizer while it is asked for, and the topics' end when the app goes.

Only this asks for a finalizer, so that no other deletion ever waits for the operator.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from sluicegate.act.ports import EventNote, Events, Finalizers
from sluicegate.control.clock import Clock
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.control.topics.ports import Topics
from sluicegate.control.topics.remembered import NOBODY, ask_of
from sluicegate.control.topics.schedule import Schedule
from sluicegate.decide.topics.plan import Seen, on_deletion
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.error_handling import Deletion as Rule
from sluicegate.model.error_handling import Provisioner
from sluicegate.model.kafka import ClientConfig, Fault
from sluicegate.model.resource import TOPICS_FINALIZER as FINALIZER
from sluicegate.model.resource import Key
from sluicegate.model.topic import Outcome
from sluicegate.model.topic_order import TopicOrder
from sluicegate.model.topic_policy import TopicPolicy

log = logging.getLogger(__name__)
LIMIT = 60.0
PLURAL = "kafkaconsumerapps"


class Deletion:
    """Keeps finalizers as specs ask for them, and deletes topics of apps that are leaving."""

    def __init__(self, *, store: Store, kafka: Topics, finalizers: Finalizers, events: Events, clock: Clock) -> None:
        self._store = store
        self._kafka = kafka
        self._finalizers = finalizers
        self._events = events
        self._clock = clock
        self._schedule = Schedule()

    def waiting(self) -> list[AppRecord]:
        """Apps that are being deleted, hold our finalizer, and whose turn it is."""
        now = self._clock.now()
        leaving = {record.meta.key: record for record in self._store.apps.leaving()}
        self._schedule.forget_unless(leaving.__contains__)
        return [record for key, record in leaving.items() if self._schedule.is_due(key, about=record.meta.uid, now=now)]

    async def keep(self, record: AppRecord, *, policy: TopicPolicy | None) -> None:
        """Add or remove the finalizer, as the spec and the connection's policy have it now."""
        wanted = asks_for_deletion(record, policy=policy)
        if wanted == (FINALIZER in record.meta.finalizers):
            return
        others = [name for name in record.meta.finalizers if name != FINALIZER]
        await self._write(record, [*others, FINALIZER] if wanted else others)

    async def leave(
        self,
        record: AppRecord,
        config: ClientConfig | Fault,
        *,
        policy: TopicPolicy | None,
        needed: Mapping[str, Key] = NOBODY,
    ) -> None:
        """Delete what may be deleted and is not ``needed`` by another app, then let the app go.

        What fails is told and tried again. An app whose spec cannot be read asks for nothing, and one whose connection
        is gone has nobody's leave: it goes, its topics stay (a namespace that is deleted takes the connection first,
        and must not wait for ever).
        """
        outcomes: Sequence[Outcome] = ()
        fault: Fault | None = None
        if not asks_for_deletion(record, policy=policy):
            pass
        elif isinstance(config, Fault):
            fault = config
        else:
            fault, outcomes = await self._delete(record, config, policy=policy, needed=needed)
        failed = fault or next((one.fault for one in outcomes if one.fault), None)
        well = failed is None
        self._schedule.looked(record.meta.key, about=record.meta.uid, now=self._clock.now(), well=well)
        if failed is not None:
            message = (
                f"the topics of this app could not be deleted: {failed.message}; it is tried again; "
                f"to keep them remove the finalizer {FINALIZER}"
            )
            note = EventNote(type="Warning", reason="TopicsNotDeleted", message=message)
            await self._events.create_event(note, plural=PLURAL, record_key=record.meta.key, uid=record.meta.uid)
            return
        kept = sorted(one.change.topic for one in outcomes if one.kept)
        deleted = sorted(one.change.topic for one in outcomes if not one.kept)
        log.info("topics of a deleted app", extra={"app": str(record.meta.key), "deleted": deleted, "kept": kept})
        if kept:
            message = f"{', '.join(kept)} not deleted with the app: there are messages in it"
            note = EventNote(type="Normal", reason="TopicsKept", message=message)
            await self._events.create_event(note, plural=PLURAL, record_key=record.meta.key, uid=record.meta.uid)
        await self._write(record, [name for name in record.meta.finalizers if name != FINALIZER])

    async def _delete(
        self, record: AppRecord, config: ClientConfig, *, policy: TopicPolicy | None, needed: Mapping[str, Key]
    ) -> tuple[Fault | None, Sequence[Outcome]]:
        ask = ask_of(record, policy=policy, claimed=needed)
        names = tuple(sorted(one.topic.name for one in ask.remembered))
        answer = await self._kafka.topics(config, TopicOrder(read=names, changes=()), timeout=LIMIT)
        if answer.fault:
            return answer.fault, ()
        changes = on_deletion(ask, seen=Seen(topics=answer.topics, config_keys=answer.config_keys))
        if not changes:
            return None, ()
        answer = await self._kafka.topics(config, TopicOrder(read=(), changes=tuple(changes)), timeout=LIMIT)
        return answer.fault, answer.outcomes

    async def _write(self, record: AppRecord, finalizers: Sequence[str]) -> None:
        try:
            await self._finalizers.put_finalizers(
                plural=PLURAL,
                key=record.meta.key,
                resource_version=record.meta.resource_version,
                finalizers=tuple(finalizers),
            )
        except (Conflict, Gone):
            return
        except SluicegateError as error:
            log.warning("finalizer not written", extra={"app": str(record.meta.key), "why": str(error)})


def asks_for_deletion(record: AppRecord, *, policy: TopicPolicy | None) -> bool:
    """Whether the app's topics go with it: the app says so, and its connection lets it."""
    handling = record.spec.error_handling if record.spec else None
    if handling is None or handling.topics.provisioner is not Provisioner.ADMIN:
        return False
    return handling.topics.deletion is Rule.DELETE and policy is not None and policy.may_delete
