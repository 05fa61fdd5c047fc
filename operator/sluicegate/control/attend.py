"""One app, one look: observe, decide, act. Nothing here may raise for a foreign fault: the next poll comes anyway."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sluicegate.act.client_config_status import with_client_config
from sluicegate.act.ports import Events, Scales, Statuses
from sluicegate.act.topic_status import with_topics
from sluicegate.control.chronicle import Chronicle, Entry, became
from sluicegate.control.client_configs import NOT_LOOKED, ClientConfigs
from sluicegate.control.clock import Clock
from sluicegate.control.downstream.steward import Steward
from sluicegate.control.records import AppRecord
from sluicegate.control.refused import checked, refused
from sluicegate.control.roster import Roster
from sluicegate.control.state import States
from sluicegate.control.store import Store
from sluicegate.control.topics.book import Book
from sluicegate.control.writing import Writing
from sluicegate.decide import decide
from sluicegate.model.decision import Decision
from sluicegate.model.kafka import Fault, GroupAnswer
from sluicegate.model.observation import Observation, Workload
from sluicegate.model.resource import Key
from sluicegate.telemetry import metrics
from sluicegate.telemetry.identity import new_id
from sluicegate.telemetry.log import context


class Attendant:
    """Keeps the state of every app and carries one observation through to what is written."""

    def __init__(
        self,
        *,
        store: Store,
        roster: Roster,
        clock: Clock,
        scales: Scales,
        statuses: Statuses,
        events: Events,
        steward: Steward,
        book: Book | None = None,
        configs: ClientConfigs | None = None,
        chronicle: Chronicle | None = None,
    ) -> None:
        self._store = store
        self._roster = roster
        self._clock = clock
        self._writing = Writing(store=store, clock=clock, scales=scales, statuses=statuses, events=events)
        self._states = States()
        self._steward = steward
        self._book = book or Book()
        self._configs = configs
        self._chronicle = chronicle or Chronicle()

    def members_may_move(self, record: AppRecord) -> bool:
        """Whether the group's members are worth reading: the target changed since the last look, an order is not in
        effect yet, or members are missed."""
        workload = self._store.workload_of(record)
        state = self._states.of(record, now=self._clock.now())
        if workload is None:
            return False
        awaited = state.memory.order is not None or state.memory.missing_since is not None
        return awaited or workload.resource_version != state.workload_version

    def lacks_history(self, record: AppRecord) -> bool:
        """Whether nothing is remembered yet of how the group's partitions fill. An app that is refused needs none."""
        return record.refusal is None and not self._states.of(record, now=self._clock.now()).memory.polls

    def last(self, record: AppRecord) -> Decision | None:
        """The last decision about the app; None before the first of this process."""
        return self._states.of(record, now=self._clock.now()).decision

    def forget_gone(self) -> None:
        """Let go of apps that are no more, and of their metrics."""
        for key in self._states.forget_unless(self._is_there):
            metrics.forget(namespace=key.namespace, app=key.name)
        self._chronicle.forget_unless(self._is_there)

    async def attend(self, asked: AppRecord, *, answer: GroupAnswer | None, fault: Fault | None, poll: float) -> None:
        """Decide about one app from one answer, and write what follows. Never twice at a time for one app.

        ``asked`` is the app as it was when the question was put: an answer to another question is no use.
        """
        known = self._store.apps.get(asked.meta.key)
        if known is None or known.stamp != asked.stamp or self._roster.may_have_rival(asked.meta.key):
            return
        # Without an answer the connection may not even be there, and ``poll`` be a mere default.
        record = checked(known, poll=poll) if answer else known
        now = self._clock.now()
        identity = new_id(now)
        state = self._states.of(record, now=now)
        before = state.decision
        key = record.meta.key
        with context(decision=identity, namespace=key.namespace, app=key.name):
            workload = self._store.workload_of(record)
            state.workload_version = workload.resource_version if workload else ""
            entry = None
            if record.refusal is not None or record.spec is None:
                decision = refused(record, before=before, workload=workload, now=now)
            else:
                observation = self._observe(record, workload, answer=answer, fault=fault, now=now)
                remembered = state.memory
                think = partial(
                    decide,
                    spec=record.spec,
                    generation=record.meta.generation,
                    memory=remembered,
                    now=now,
                    poll=poll,
                )
                with metrics.decision_seconds.time():
                    decided, left = think(observation=observation)
                    if observation.shares and decided.claim is not None:
                        shares = self._steward.ask(record, decided.claim)
                        if shares != observation.shares:
                            observation = replace(observation, shares=shares)
                            decided, left = think(observation=observation)
                state.memory = left
                decision = await self._writing.scale(record, state, decided, workload=workload)
                acted, left = became(left, decision=decided, after=state.memory)
                entry = Entry(
                    spec=record.spec,
                    generation=record.meta.generation,
                    observation=observation,
                    memory=remembered,
                    now=now,
                    poll=poll,
                    decision=decided,
                    acted=acted,
                    left=left,
                )
            decision = self._with_topics(record, decision)
            decision = self._with_client_config(record, decision)
            state.decision = decision
            if self._is_there(key):
                metrics.observe(namespace=key.namespace, app=key.name, decision=decision)
                self._chronicle.note(record, decision, identity=identity, entry=entry)
            await self._writing.publish(record, state, decision, before=before, identity=identity)

    def _with_topics(self, record: AppRecord, decision: Decision) -> Decision:
        asked = record.spec is not None and record.spec.error_handling is not None
        return with_topics(decision, self._book.view(record), previous=record.status, asked=asked)

    def _with_client_config(self, record: AppRecord, decision: Decision) -> Decision:
        asked = record.spec is not None and record.spec.client_config is not None
        found = self._configs.found(record) if self._configs else NOT_LOOKED
        return with_client_config(decision, found, previous=record.status, asked=asked)

    def _is_there(self, key: Key) -> bool:
        return self._store.apps.get(key) is not None

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
            shares=self._steward.shares(record),
            foreign=self._store.foreign_of(record),
            rival=self._roster.rival_of(record.meta.key),
            retry=answer.retry if answer else (),
            dead_letters=answer.dead_letters if answer else (),
        )
