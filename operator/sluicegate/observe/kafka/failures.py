"""What one sweep finds of the topics that failures go to: what is due of retries, and how deep dead letters lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaError

from sluicegate.decide.topics.names import settled_group
from sluicegate.model.kafka import GroupQuestion
from sluicegate.model.topic import DeadLetters, RetryPartition
from sluicegate.observe.kafka import letters, retries
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.memory import Known
from sluicegate.observe.kafka.retries import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """``known`` groups and ``lines_of`` each, once a sweep has read all offsets."""

    client: Client
    known: Mapping[str, Known]
    topics: Mapping[str, Topic | KafkaError]
    lines_of: Callable[[str], Mapping[At, Line]]

    def due(self, questions: Iterable[GroupQuestion], *, now: float) -> list[tuple[RetryPartition, ...]]:
        """For each question; ``now`` unix seconds of the wall's clock, by which brokers stamp."""
        return retries.read(self.client, [self._waiting(question) for question in questions], now=now)

    def date(self, groups: Iterable[str], *, now: float) -> None:
        """Find since when the dead letters behind what these groups settled wait; ``now`` unix seconds of the
        operator's clock."""
        for group in groups:
            letters.date(self.client, self.known[group], topics=self.topics, lines=self.lines_of(group), now=now)

    def dead_letters(self, topics: Sequence[str]) -> tuple[DeadLetters, ...]:
        """How deep they lie in each of ``topics``."""
        heard = self.client.calls.last_heard()
        return tuple(
            letters.of_topic(
                topic,
                known=self.known[group],
                found=self.topics[topic],
                lines=self.lines_of(group),
                bootstrap=self.client.bootstrap,
                heard=heard,
            )
            for topic, group in ((topic, settled_group(topic)) for topic in topics)
        )

    def _waiting(self, question: GroupQuestion) -> Waiting:
        known = self.known[question.group]
        lines = self.lines_of(question.group) if question.retry and known.error is None else {}
        return Waiting(retry=question.retry, topics=self.topics, lines=lines, committed=known.committed)
