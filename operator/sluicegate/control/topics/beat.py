"""The beat of topics: apps that ask for some are looked at after a change, after a failure, and every few minutes."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sluicegate.act.ports import Secrets
from sluicegate.control.access import Access, access
from sluicegate.control.client_configs import ClientConfigs
from sluicegate.control.clock import Clock
from sluicegate.control.errands import Errands
from sluicegate.control.records import AppRecord, Source, source_of
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.control.topics.book import Book
from sluicegate.control.topics.claims import claims, needs
from sluicegate.control.topics.deletion import Deletion
from sluicegate.control.topics.provision import Provision, Result
from sluicegate.control.topics.schedule import Schedule
from sluicegate.decide.topics.names import Named, topics_of
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.model.resource import TOPICS_FINALIZER, Key
from sluicegate.model.topic_policy import TopicPolicy

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between looks for apps whose turn it is."""
AT_ONCE = 16
"""Requests to the API server under way: one that answers late must not hold up the topics of a thousand apps."""
NO_ACCESS = Fault(FaultKind.CONFIGURATION, "the cluster of this app is not known")


class Beat:
    """Runs until cancelled. ``ready``: whether the first whole lists have come in."""

    def __init__(
        self,
        *,
        store: Store,
        roster: Roster,
        secrets: Secrets,
        clock: Clock,
        book: Book,
        provision: Provision,
        deletion: Deletion,
        configs: ClientConfigs,
        ready: Callable[[], bool],
    ) -> None:
        self._store = store
        self._roster = roster
        self._secrets = secrets
        self._clock = clock
        self._book = book
        self._provision = provision
        self._deletion = deletion
        self._configs = configs
        self._ready = ready
        self._schedule = Schedule()
        self._accesses: dict[Source, Access] = {}
        self._errands = Errands()
        self._asking = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        try:
            while True:
                await asyncio.sleep(EVERY)
                if self._ready():
                    await self._turn()
        finally:
            await self._errands.close()

    async def _turn(self) -> None:
        try:
            self._book.forget_unless(self._is_there)
            self._schedule.forget_unless(self._is_there)
            self._configs.forget_unless(self._is_there)
            due = self._due()
            leaving = [
                (f"topics of {record.meta.key}", partial(self._leave, record)) for record in self._deletion.waiting()
            ]
            if due or leaving:
                claimed = claims(self._store.apps.all(), cluster_of=self._cluster_of)
                passes = [
                    (f"topics on {source}", partial(self._pass, source, records, claimed))
                    for source, records in due.items()
                ]
                await self._errands.run([*passes, *leaving])
        except Exception:
            log.exception("a bug: this look at the topics was lost")

    def _due(self) -> Mapping[Source, Sequence[AppRecord]]:
        now = self._clock.now()
        found: defaultdict[Source, list[AppRecord]] = defaultdict(list)
        for record in self._store.apps.all():
            if _asks(record) and self._schedule.is_due(record.meta.key, about=self._about(record), now=now):
                found[source_of(record)].append(record)
        return found

    def _about(self, record: AppRecord) -> Hashable:
        """Another value: what was found out about the app's topics counts no more."""
        partitions = (record.status.get("partitions") or {}).get("count")
        return record.stamp, self._roster.stamp(source_of(record)), partitions

    async def _pass(
        self, source: Source, records: Sequence[AppRecord], claimed: Mapping[str, Mapping[str, Key]]
    ) -> None:
        abouts = {record.meta.key: self._about(record) for record in records}
        results = await self._results(source, records, claimed)
        for result in results:
            key = result.record.meta.key
            now = self._clock.now()
            self._schedule.looked(key, about=abouts[key], now=now, well=result.well, again=result.again)

    async def _results(
        self, source: Source, records: Sequence[AppRecord], claimed: Mapping[str, Mapping[str, Key]]
    ) -> list[Result]:
        config = await self._config(source)
        if isinstance(config, Fault):
            return [self._provision.unreachable(record, config) for record in records]
        policy = self._policy(source)
        told = await asyncio.gather(*(self._keep(record, source, policy) for record in records))
        kept = {record.meta.key: well for record, well in zip(records, told, strict=True)}
        asking = [record for record in records if record.spec and record.spec.error_handling]
        results = [Result(record=record, well=True) for record in records if record not in asking]
        if asking:
            mine = claimed.get(self._cluster_of(asking[0]), {})
            results += await self._provision.provide(config, asking, policy=policy, claimed=mine)
        return [result if kept[result.record.meta.key] else replace(result, well=False) for result in results]

    async def _keep(self, record: AppRecord, source: Source, policy: TopicPolicy | None) -> bool:
        """What the API server holds for the app's topics: the ConfigMap with their names, the finalizer."""
        async with self._asking:
            await self._deletion.keep(record, policy=policy)
            return await self._configs.keep(record, bootstrap=self._bootstrap(source), named=_named(record))

    async def _leave(self, record: AppRecord) -> None:
        config = await self._config(source_of(record))
        needed = needs(self._store.apps.all(), cluster_of=self._cluster_of).get(self._cluster_of(record), {})
        await self._deletion.leave(record, config, policy=self._policy(source_of(record)), needed=needed)

    async def _config(self, source: Source) -> ClientConfig | Fault:
        found = self._accesses[source] = await access(
            source, connections=self._store.connections, secrets=self._secrets, last=self._accesses.get(source)
        )
        return found.config or found.fault or NO_ACCESS

    def _policy(self, source: Source) -> TopicPolicy | None:
        connection = self._store.connections.get(source.connection) if source.connection else None
        return connection.spec.topic_policy if connection and connection.spec else None

    def _bootstrap(self, source: Source) -> str:
        connection = self._store.connections.get(source.connection) if source.connection else None
        return connection.spec.bootstrap_servers if connection and connection.spec else source.bootstrap

    def _cluster_of(self, record: AppRecord) -> str:
        return self._roster.cluster_of(source_of(record))

    def _is_there(self, key: Key) -> bool:
        return self._store.apps.get(key) is not None


def _asks(record: AppRecord) -> bool:
    """An app whose spec is refused keeps what its last good one asked for: nothing is changed for it."""
    spec = record.spec
    return (
        spec is not None
        and record.refusal is None
        and bool(spec.error_handling or spec.client_config or TOPICS_FINALIZER in record.meta.finalizers)
    )


def _named(record: AppRecord) -> Named:
    assert record.spec is not None
    return topics_of(record.spec, key=record.meta.key)
