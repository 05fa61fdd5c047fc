"""One sweep of one connection, step by step. The order of the reads decides the sign of the error.

Committed offsets first, ends after them: what is read as lag is then never less than it was when the commits were
read. Groups that rest are judged by the ends; those that wake are asked in the same sweep, and the ends of their
topics once more after that, for the same reason.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError

from sluicegate.model.kafka import ClientConfig, Fault, GroupAnswer, Sweep
from sluicegate.observe.kafka import answer, ends, faults, history, memory
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client, Committed, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.failures import Failures
from sluicegate.observe.kafka.history import First
from sluicegate.observe.kafka.memory import Known, Want
from sluicegate.observe.kafka.metadata import Metadata, Unreachable
from sluicegate.observe.kafka.wire import Order


class Sweeper:
    """The client of one connection and what its sweeps remember. Not thread-safe: one thread per connection."""

    def __init__(self, config: ClientConfig) -> None:
        """KafkaException when librdkafka refuses a setting."""
        self._client = Client(config)
        self._metadata = Metadata(self._client)
        self._past = Past(known={}, lines={}, turn=0)

    def sweep(self, order: Order) -> Sweep:
        """Everything ``order`` asks; what cannot be had is a fault where it belongs."""
        began = time.monotonic()
        self._client.calls.deadline = began + order.limit
        self._client.requests.clear()
        one = _One(self._client, self._metadata, self._past, order)
        answers: tuple[GroupAnswer, ...] = ()
        fault: Fault | None = None
        try:
            answers = one.answers()
        except Unreachable as error:
            fault = error.fault
        self._past = one.past()
        cluster = self._metadata.cluster
        return Sweep(
            at=one.unix(began),
            seconds=time.monotonic() - began,
            brokers=cluster.brokers if cluster and fault is None else 0,
            cluster_id=cluster.id if cluster else None,
            answers=answers,
            fault=fault,
            requests=dict(self._client.requests),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a sweep leaves to the next: groups and lines as it saw them, and its number."""

    known: dict[str, Known]
    lines: dict[At, Line]
    turn: int


class _One:
    """The state of one sweep under way."""

    def __init__(self, client: Client, metadata: Metadata, past: Past, order: Order) -> None:
        self._client = client
        self._metadata = metadata
        self._order = order
        self._wants = memory.wants(order.questions)
        self._past = past
        self._turn = past.turn + 1
        self._began = time.monotonic()
        self._known = {group: past.known.get(group) or Known() for group in self._wants}
        self._topics: dict[str, Topic | KafkaError] = {}
        self._lines: dict[At, Line] = {}
        self._fresh: dict[str, dict[At, Line]] = {}
        self._firsts: dict[At, First] = {}
        self._looked_at: dict[str, frozenset[str]] = {}

    def past(self) -> Past:
        """What the next sweep starts from."""
        lines = {**self._lines, **{at: line for again in self._fresh.values() for at, line in again.items()}}
        return Past(known=self._known, lines=lines, turn=self._turn)

    def unix(self, monotonic: float) -> float:
        return self._order.now + monotonic - self._order.monotonic

    def answers(self) -> tuple[GroupAnswer, ...]:
        """Unreachable when no broker tells anything."""
        self._topics = self._metadata.read(self._names(self._known))
        resting = [group for group, want in self._wants.items() if self._may_rest(group, want)]
        awake = set(self._wants).difference(resting)
        asked = [group for group in self._wants if group in awake]
        self._ask(asked)
        now = time.monotonic()
        self._describe(
            [
                group
                for group, want in self._wants.items()
                if memory.due_before(self._known[group], want, name=group, now=now)
            ]
        )
        self._learn_topics(asked)
        before_ends = time.monotonic()
        calm = [
            group
            for group, known in self._known.items()
            if memory.is_calm(known, self._wants[group], asked=group in awake)
        ]
        new = [group for group, want in self._wants.items() if want.history]
        quiet = self._names(calm) - self._names({*set(self._known).difference(calm), *new})
        self._lines = ends.read(self._client, self._topics, names=self._topics, resting=quiet, before=self._past.lines)
        woken = [group for group in calm if self._has_moved(group)]
        if woken:
            self._ask(woken)
            self._learn_topics(woken)
            again = ends.read(self._client, self._topics, names=self._names(woken))
            self._fresh = dict.fromkeys(woken, again)
        for group in set(resting).difference(woken):
            self._known[group].at = before_ends
        self._looked_at = {group: self._topics_of(group) for group in self._wants}
        self._describe([group for group in {*asked, *woken} if self._is_due_after(group)])
        self._look_back(new)
        failures = Failures(client=self._client, known=self._known, topics=self._topics, lines_of=self._lines_of)
        failures.date(
            [group for group in (*asked, *woken) if self._wants[group].letters], now=self.unix(time.monotonic())
        )
        found = self._compose(failures)
        for group in self._known:
            self._remember(group)
        return found

    def _names(self, groups: Iterable[str]) -> set[str]:
        return {name for group in groups for name in self._topics_of(group)}

    def _topics_of(self, group: str) -> frozenset[str]:
        """When all ends have been read no more come to them: what a late description shows is for the next sweep."""
        if group in self._looked_at:
            return self._looked_at[group]
        want = self._wants[group]
        return memory.topics_of(self._known[group], named=want.named | want.waits, all_topics=want.all_topics)

    def _lines_of(self, group: str) -> dict[At, Line]:
        lines = self._fresh.get(group, self._lines)
        return {
            (name, number): lines[name, number]
            for name in self._topics_of(group)
            if isinstance(topic := self._topics[name], Topic)
            for number in topic.leaders
        }

    def _own_lines(self, group: str) -> Mapping[At, Line]:
        return memory.own(self._lines_of(group), self._wants[group])

    def _learn_topics(self, groups: Iterable[str]) -> None:
        """Topics that these groups turn out to have offsets on, or to be given."""
        new = self._names(groups).difference(self._topics)
        if new:
            self._topics |= self._metadata.read(new)

    def _ask(self, groups: list[str]) -> None:
        def tell(group: str, found: Committed | KafkaError, at: float) -> None:
            known = self._known[group]
            known.before, known.at, known.error = known.committed, at, None
            if not isinstance(found, KafkaError):
                known.committed = found
            elif found.code() in answer.NO_GROUP:
                known.committed = {}
            else:
                known.committed, known.error = {}, found

        self._client.committed({group: self._partitions_of(group) for group in groups}, tell=tell)

    def _partitions_of(self, group: str) -> list[At] | None:
        """The partitions to ask about; None: all on which the group has offsets."""
        if self._wants[group].all_topics:
            return None
        return [
            (name, number)
            for name in sorted(self._topics_of(group))
            if isinstance(topic := self._topics[name], Topic)
            for number in topic.leaders
        ]

    def _describe(self, groups: list[str]) -> None:
        def tell(group: str, found: Any | KafkaError, at: float) -> None:
            known = self._known[group]
            known.described_at, known.group, known.group_fault = at, None, None
            if not isinstance(found, KafkaError):
                known.group = answer.group(found, at=self.unix(at))
            elif found.code() in answer.NO_GROUP:
                known.group = answer.no_group(at=self.unix(at))
            else:
                heard = self._client.calls.last_heard()
                known.group_fault = faults.of_group(found, group=group, what="members", heard=heard)

        self._client.describe(groups, tell=tell)

    def _look_back(self, groups: Iterable[str]) -> None:
        known = [group for group in groups if self._known[group].error is None]
        lines = {at: line for group in known for at, line in self._lines_of(group).items()}
        self._firsts = history.read(self._client, lines, now=self.unix(time.monotonic()))

    def _may_rest(self, group: str, want: Want) -> bool:
        return memory.may_rest(self._known[group], want, name=group, turn=self._turn)

    def _has_moved(self, group: str) -> bool:
        return memory.has_moved(self._known[group], topics=self._topics, lines=self._lines_of(group))

    def _is_due_after(self, group: str) -> bool:
        """Whether the offsets just read say that the assignment may have changed."""
        known = self._known[group]
        described = known.described_at is not None and known.described_at >= self._began
        if described or known.group is None or known.error is not None:
            return False
        stalled = memory.is_stalled(known, self._own_lines(group))
        return stalled or memory.has_other_shape(known, self._topics)

    def _compose(self, failures: Failures) -> tuple[GroupAnswer, ...]:
        questions = self._order.questions
        dues = failures.due(questions, now=time.time())
        heard = self._client.calls.last_heard()
        return tuple(
            answer.answer(
                question,
                known=self._known[question.group],
                names=question.topics if question.topics is not None else self._topics_of(question.group),
                topics=self._topics,
                lines=self._fresh.get(question.group, self._lines),
                at=self.unix(self._known[question.group].at),
                bootstrap=self._client.bootstrap,
                heard=heard,
                firsts=self._firsts,
                retry=due,
                dead_letters=failures.dead_letters(question.dead_letters),
            )
            for question, due in zip(questions, dues, strict=True)
        )

    def _remember(self, group: str) -> None:
        known, lines = self._known[group], self._lines_of(group)
        well = known.error is None
        rests = memory.is_read if self._wants[group].letters else memory.is_caught_up
        known.caught_up = well and rests(known.committed, lines)
        known.lagging = well and memory.is_lagging(known.committed, self._own_lines(group))
        known.ends = {at: line.end for at, line in lines.items() if line.end is not None}
        known.shape = {name: memory.shape_of(self._topics[name]) for name in self._topics_of(group)}
