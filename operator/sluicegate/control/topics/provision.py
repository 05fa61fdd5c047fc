"""One pass over the topics of all apps of one Kafka access: read together, planned one by one, changed together.

What will be created is first remembered in the app's status, by the app's own look, and created once it stands there:
an operator that dies in between must know its own topics from those that others made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sluicegate.control.clock import Clock
from sluicegate.control.records import AppRecord
from sluicegate.control.topics.book import Book
from sluicegate.control.topics.ports import Topics
from sluicegate.control.topics.remembered import ask_of, remembered
from sluicegate.decide.topics.plan import Seen, TopicPlan, after, intent, plan, wants_to_read
from sluicegate.model.kafka import ClientConfig, Fault
from sluicegate.model.resource import Key
from sluicegate.model.topic import Change, ChangeKind, Outcome, TopicState, TopicsView
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.model.topic_policy import TopicPolicy

log = logging.getLogger(__name__)
LIMIT = 60.0
"""Seconds for one order: brokers make topics one after the other."""
NOT_YET = 2.0
"""Seconds until what is to be created will stand in the status."""

What = tuple[ChangeKind, str]
"""A change by what it does to which topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of one app: ``well``: nothing failed; ``again`` seconds until it must be looked at whatever else happens."""

    record: AppRecord
    well: bool
    again: float | None = None


class Provision:
    """Makes and checks topics; what it finds goes into the book."""

    def __init__(self, *, kafka: Topics, book: Book, clock: Clock) -> None:
        self._kafka = kafka
        self._book = book
        self._clock = clock

    async def provide(
        self,
        config: ClientConfig,
        records: Sequence[AppRecord],
        *,
        policy: TopicPolicy | None,
        claimed: Mapping[str, Key],
    ) -> list[Result]:
        """One pass. ``policy`` of the connection; ``claimed`` who has which name: the oldest app that asks for it."""
        asks = {record.meta.key: ask_of(record, policy=policy, claimed=claimed) for record in records}
        names = frozenset[str]().union(*(wants_to_read(ask) for ask in asks.values()))
        answer = await self._kafka.topics(config, TopicOrder(read=tuple(sorted(names)), changes=()), timeout=LIMIT)
        if answer.fault:
            return [self._unreadable(record, answer.fault) for record in records]
        seen = Seen(topics=answer.topics, config_keys=answer.config_keys)
        plans = {key: plan(ask, seen=seen, now=self._clock.now()) for key, ask in asks.items()}
        ready = [record for record in records if self._is_remembered(record, plans[record.meta.key])]
        outcomes = await self._apply(config, [plans[record.meta.key] for record in ready])
        return [
            self._conclude(record, plans[record.meta.key], outcomes=outcomes if record in ready else None)
            for record in records
        ]

    def unreachable(self, record: AppRecord, fault: Fault) -> Result:
        """No access at all: said, and tried again."""
        return self._unreadable(record, fault)

    def _is_remembered(self, record: AppRecord, planned: TopicPlan) -> bool:
        """Whether everything that would be created stands in the status as such."""
        wanted = intent(planned)
        if wanted is None:
            return True
        creating = {one.topic.name for one in wanted.topics if one.state is TopicState.CREATING}
        told = {one.topic.name for one in remembered(record.status) if one.state is TopicState.CREATING}
        if creating <= told:
            return True
        self._book.put(record, wanted)
        return False

    async def _apply(self, config: ClientConfig, plans: Iterable[TopicPlan]) -> Mapping[What, Outcome] | Fault:
        changes = list({_what(change): change for one in plans for change in one.changes}.values())
        if not changes:
            return {}
        answer: TopicAnswer = await self._kafka.topics(
            config, TopicOrder(read=(), changes=tuple(changes)), timeout=LIMIT
        )
        if answer.fault:
            return answer.fault
        for outcome in answer.outcomes:
            _tell(outcome)
        return {_what(outcome.change): outcome for outcome in answer.outcomes}

    def _conclude(
        self, record: AppRecord, planned: TopicPlan, *, outcomes: Mapping[What, Outcome] | Fault | None
    ) -> Result:
        if outcomes is None:
            return Result(record=record, well=True, again=NOT_YET)
        if isinstance(outcomes, Fault):
            return self._unreadable(record, outcomes)
        own = [outcomes[_what(change)] for change in planned.changes if _what(change) in outcomes]
        view = after(planned, own, now=self._clock.now()) if planned.changes else planned.view
        self._book.put(record, view)
        failed = any(outcome.fault for outcome in own) or any(one.state is TopicState.WAITING for one in view.topics)
        # What was done is looked at once more: a broker tells of new topics a moment later.
        return Result(record=record, well=not failed, again=NOT_YET if own and not failed else None)

    def _unreadable(self, record: AppRecord, fault: Fault) -> Result:
        before = self._book.view(record)
        topics = before.topics if before else remembered(record.status)
        message = f"the topics could not be read: {fault.message}"
        view = TopicsView(topics=topics, reason="Unknown", message=message, at=self._clock.now())
        self._book.put(record, view if before is None else replace(view, at=before.at))
        return Result(record=record, well=False)


def _what(change: Change) -> What:
    return change.kind, change.topic


def _tell(outcome: Outcome) -> None:
    extra = {"topic": outcome.change.topic, "change": outcome.change.kind.value}
    if outcome.fault:
        log.warning("topic not changed", extra={**extra, "why": outcome.fault.message})
    else:
        log.info("topic changed", extra=extra)
