"""One poll of one Kafka access: read everything about every app on it, then decide and act for each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from sluicegate.act.ports import Secrets
from sluicegate.control.access import Access, access
from sluicegate.control.attend import Attendant
from sluicegate.control.clock import Clock
from sluicegate.control.connection_status import ConnectionStatuses
from sluicegate.control.records import AppRecord, Source
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.model.kafka import ClientConfig, Fault, GroupQuestion, Sweep
from sluicegate.model.resource import Key
from sluicegate.observe.kafka.pool import SweepPool
from sluicegate.telemetry import metrics

log = logging.getLogger(__name__)
WRITES_AT_ONCE = 16
SWEEP_LIMIT = 20.0
"""Seconds after which a sweep's process is taken for hanging; Kafka's own time-outs end a slow sweep long before."""

Question = tuple[str, tuple[str, ...] | None]


class Turns:
    """Takes the turns of all sources. Sources with equal resolved access are swept once, by the first of them."""

    def __init__(
        self,
        *,
        store: Store,
        roster: Roster,
        pool: SweepPool,
        secrets: Secrets,
        attendant: Attendant,
        connections: ConnectionStatuses,
        clock: Clock,
    ) -> None:
        self._store = store
        self._roster = roster
        self._pool = pool
        self._secrets = secrets
        self._attendant = attendant
        self._connections = connections
        self._clock = clock
        self._accesses: dict[Source, Access] = {}
        self._writes = asyncio.Semaphore(WRITES_AT_ONCE)

    def forget(self, source: Source) -> None:
        self._accesses.pop(source, None)

    async def turn(self, source: Source) -> float:
        """One poll; returns the seconds until the next."""
        found = self._accesses[source] = await access(
            source,
            connections=self._store.connections,
            secrets=self._secrets,
            last=self._accesses.get(source),
        )
        if found.config is None:
            await self._attend(self._roster.apps_of(source), sweep=None, fault=found.fault, poll=found.poll)
            await self._connections.publish(source, sweep=None, fault=found.fault)
        elif self._first_of(found.config) == source:
            await self._sweep(found.config, poll=found.poll)
        return found.poll

    def _sharing(self, config: ClientConfig) -> list[Source]:
        return [source for source, found in self._accesses.items() if found.config == config]

    def _first_of(self, config: ClientConfig) -> Source:
        return min(self._sharing(config), key=lambda source: (self._accesses[source].poll, str(source)))

    async def _sweep(self, config: ClientConfig, *, poll: float) -> None:
        sources = self._sharing(config)
        records = [record for source in sources for record in self._roster.apps_of(source)]
        sweep = await self._pool.sweep(config, self._questions(records), timeout=SWEEP_LIMIT)
        metrics.sweep_seconds.observe(sweep.seconds)
        for api, count in sweep.requests.items():
            metrics.sweep_requests_total.labels(api=api).inc(count)
        if sweep.fault:
            metrics.kafka_errors_total.labels(kind=sweep.fault.kind.value).inc()
        for source in sources:
            self._roster.identify(source, sweep.cluster_id)
        await self._attend(records, sweep=sweep, fault=sweep.fault, poll=poll)
        for source in sources:
            await self._connections.publish(source, sweep=sweep, fault=sweep.fault)

    def _questions(self, records: Sequence[AppRecord]) -> list[GroupQuestion]:
        """One question for each (group, topics), however many apps ask it."""
        describe: dict[Question, bool] = {}
        for record in records:
            if record.spec is not None:
                question = (record.spec.consumer_group, record.spec.topics)
                describe[question] = describe.get(question, False) or self._attendant.workload_changed(record)
        return [
            GroupQuestion(group=group, topics=topics, describe=changed) for (group, topics), changed in describe.items()
        ]

    async def _attend(
        self, records: Sequence[AppRecord], *, sweep: Sweep | None, fault: Fault | None, poll: float
    ) -> None:
        found = sweep.answers if sweep else ()
        answers = {(answer.question.group, answer.question.topics): answer for answer in found}

        async def one(record: AppRecord) -> None:
            question = (record.spec.consumer_group, record.spec.topics) if record.spec else None
            async with self._writes:
                try:
                    await self._attendant.attend(
                        record.meta.key, answer=answers.get(question) if question else None, fault=fault, poll=poll
                    )
                except Exception:
                    log.exception("a bug: this app was skipped for one poll", extra=_named(record.meta.key))

        await asyncio.gather(*(one(record) for record in records))


def _named(key: Key) -> dict[str, str]:
    return {"namespace": key.namespace, "app": key.name}
