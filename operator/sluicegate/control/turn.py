"""One poll of one Kafka access: read everything about every app on it, then decide and act for each."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from sluicegate.act.ports import Secrets
from sluicegate.control.access import DEFAULT_POLL, Access, access
from sluicegate.control.attend import Attendant
from sluicegate.control.connection_status import ConnectionStatuses
from sluicegate.control.errands import Errand, Errands
from sluicegate.control.records import NOWHERE, AppRecord, Source
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.decide.topics.names import topics_of
from sluicegate.model.kafka import ClientConfig, Fault, GroupQuestion, Sweep
from sluicegate.model.topic import Role
from sluicegate.telemetry import metrics

SWEEP_LIMIT = 20.0
"""Seconds after which a sweep's process is taken for hanging; Kafka's own time-outs end a slow sweep long before."""


class Sweeps(Protocol):
    """Looks at Kafka clusters; what goes wrong is in the answer."""

    async def sweep(
        self,
        config: ClientConfig,
        questions: Sequence[GroupQuestion],
        *,
        timeout: float,  # noqa: ASYNC109 (of the process behind it, which is killed then)
    ) -> Sweep: ...


class Turns:
    """Takes the turns of all sources. Sources with equal resolved access are swept once, by the first of them."""

    def __init__(
        self,
        *,
        store: Store,
        roster: Roster,
        pool: Sweeps,
        secrets: Secrets,
        attendant: Attendant,
        connections: ConnectionStatuses,
    ) -> None:
        self._store = store
        self._roster = roster
        self._pool = pool
        self._secrets = secrets
        self._attendant = attendant
        self._connections = connections
        self._accesses: dict[Source, Access] = {}
        self._errands = Errands()

    def forget(self, source: Source) -> None:
        """Let go of a source that is no more."""
        self._accesses.pop(source, None)
        self._roster.forget(source)
        self._connections.forget(source)

    async def close(self) -> None:
        """End the writes that are under way."""
        await self._errands.close()

    async def turn(self, source: Source) -> float:
        """One poll; returns the seconds until the next."""
        if source == NOWHERE:
            await self._conclude((source,), self._roster.apps_of(source), fault=None, poll=DEFAULT_POLL)
            return DEFAULT_POLL
        found = self._accesses[source] = await access(
            source,
            connections=self._store.connections,
            secrets=self._secrets,
            last=self._accesses.get(source),
        )
        # Sources that begin together find out together which of them sweeps for all.
        await asyncio.sleep(0)
        if found.config is None:
            if self._is_as_it_was(source, found):
                await self._conclude((source,), self._roster.apps_of(source), fault=found.fault, poll=found.poll)
        elif self.leader_of(source) == source:
            await self._sweep(found.config, poll=found.poll)
        return found.poll

    def leader_of(self, source: Source) -> Source:
        """The source whose turn sweeps this one, too; itself while its access is not known."""
        found = self._accesses.get(source)
        sharing = self._sharing(found.config) if found and found.config else {}
        return min(sharing, key=lambda one: (sharing[one].poll, str(one)), default=source)

    def _sharing(self, config: ClientConfig) -> dict[Source, Access]:
        return {
            source: found
            for source, found in self._accesses.items()
            if found.config == config and self._is_as_it_was(source, found)
        }

    def _is_as_it_was(self, source: Source, found: Access) -> bool:
        """Whether the connection still is the one that the access was worked out from."""
        return self._roster.stamp(source) == found.stamp

    async def _sweep(self, config: ClientConfig, *, poll: float) -> None:
        sharing = self._sharing(config)
        apps = {source: self._roster.apps_of(source) for source in sharing}
        questions = self._questions(record for records in apps.values() for record in records)
        sweep = await self._pool.sweep(config, questions, timeout=SWEEP_LIMIT)
        metrics.sweep_seconds.observe(sweep.seconds)
        for api, count in sweep.requests.items():
            metrics.sweep_requests_total.labels(api=api).inc(count)
        if sweep.fault:
            metrics.kafka_errors_total.labels(kind=sweep.fault.kind.value).inc()
        # What changed while Kafka was asked has not been looked at.
        sources = [source for source, found in sharing.items() if self._is_as_it_was(source, found)]
        records = [record for source in sources for record in apps[source]]
        await self._conclude(sources, records, sweep=sweep, fault=sweep.fault, poll=poll)

    def _questions(self, records: Iterable[AppRecord]) -> list[GroupQuestion]:
        """One question for each (group, topics), however many apps ask it."""
        describe: dict[GroupQuestion, bool] = {}
        history: set[GroupQuestion] = set()
        for record in records:
            question = question_of(record)
            if question is not None:
                describe[question] = describe.get(question, False) or self._attendant.members_may_move(record)
                if self._attendant.lacks_history(record):
                    history.add(question)
        return [
            replace(question, describe=changed, history=question in history) for question, changed in describe.items()
        ]

    async def _conclude(
        self,
        sources: Sequence[Source],
        records: Sequence[AppRecord],
        *,
        sweep: Sweep | None = None,
        fault: Fault | None,
        poll: float,
    ) -> None:
        """What follows from a look at these sources."""
        for source in sources:
            self._roster.looked(source, identity=sweep.cluster_id if sweep else None)

        publishing = [
            (
                f"KafkaConnection {source}",
                partial(self._connections.publish, source, stamp=stamp, sweep=sweep, fault=fault),
            )
            for source in sources
            if (stamp := self._roster.stamp(source))
        ]
        attending = self._attending(records, sweep=sweep, fault=fault, poll=poll)
        await self._errands.run(itertools.chain(publishing, attending))

    def _attending(
        self, records: Iterable[AppRecord], *, sweep: Sweep | None, fault: Fault | None, poll: float
    ) -> Iterator[tuple[str, Errand]]:
        found = sweep.answers if sweep else ()
        answers = {replace(answer.question, describe=False, history=False): answer for answer in found}
        for record in records:
            question = question_of(record)
            answer = answers.get(question) if question else None
            errand = partial(self._attendant.attend, record, answer=answer, fault=fault, poll=poll)
            yield f"KafkaConsumerApp {record.meta.key}", errand


def question_of(record: AppRecord) -> GroupQuestion | None:
    """What is asked about an app, as long as nothing says that more is worth reading; None where its spec is refused.
    Several delays that share one topic say nothing of when a record in it is due: that one is not asked about."""
    spec = record.spec
    if spec is None:
        return None
    if spec.error_handling is None:
        return GroupQuestion(group=spec.consumer_group, topics=spec.topics)
    named = topics_of(spec, key=record.meta.key).topics
    return GroupQuestion(
        group=spec.consumer_group,
        topics=spec.topics,
        retry=tuple([(one.name, one.delay) for one in named if one.delay is not None and len(set(one.delays)) == 1]),
        dead_letters=tuple([one.name for one in named if one.role is Role.DEAD_LETTER]),
    )
