"""Topics changed as ordered: created, grown, configured, deleted. Only what was ordered is ever written.

Everything is validated by the brokers before anything of its batch is done, so that what they refuse is refused in
their words and what they take is not held up by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from sluicegate.model.kafka import FaultKind
from sluicegate.model.topic import Change, ChangeKind, Outcome
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.topic_asking import Asking, Found, batches

BATCH = 20
"""Changes in one request: a broker makes topics one after the other, and must be done within one call's time."""
LOOKS = 5
PAUSE = 0.2
"""Looks for the ids of topics that were just made, and seconds between two: brokers learn of them a moment later."""
Pending = Mapping[str, Future[Any]]


class Changing:
    """Makes changes; what became of each is in its outcome."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def change(self, changes: Sequence[Change]) -> tuple[Outcome, ...]:
        """Outcomes in the order of ``changes``; done by kind: created, grown, configured, deleted."""
        found: dict[int, Outcome] = {}
        for kind in ChangeKind:
            places = [place for place, one in enumerate(changes) if one.kind is kind]
            for some in batches(places, size=BATCH):
                found |= zip(some, self._batch(kind, [changes[place] for place in some]), strict=True)
        return tuple(found[place] for place in range(len(changes)))

    def _batch(self, kind: ChangeKind, changes: Sequence[Change]) -> list[Outcome]:
        match kind:
            case ChangeKind.CREATE:
                done = self._validated(changes, "CreateTopics", self._create)
                ids = self._ids([one.topic for one in changes if not isinstance(done[one.topic], KafkaError)])
                return [self._outcome(one, done, id_=ids.get(one.topic, "")) for one in changes]
            case ChangeKind.GROW:
                done = self._validated(changes, "CreatePartitions", self._grow)
            case ChangeKind.CONFIGURE:
                done = self._validated(changes, "IncrementalAlterConfigs", self._configure)
            case ChangeKind.DELETE:
                return list(self._delete(changes))
        return [self._outcome(one, done) for one in changes]

    def _validated(self, changes: Sequence[Change], api: str, make: Callable[..., Pending]) -> Found:
        by_topic = {one.topic: one for one in changes}

        def ask(topics: Sequence[str], *, validate_only: bool) -> Found:
            return self._asking.ask(
                api,
                topics,
                lambda some, limit: make([by_topic[topic] for topic in some], limit=limit, validate_only=validate_only),
            )

        found = ask(list(by_topic), validate_only=True)
        good = [topic for topic, one in found.items() if not isinstance(one, KafkaError)]
        return {**found, **(ask(good, validate_only=False) if good else {})}

    def _create(self, changes: Sequence[Change], *, limit: float, validate_only: bool) -> Pending:
        topics = [
            NewTopic(
                one.topic,
                num_partitions=one.partitions,
                replication_factor=-1 if one.replication is None else one.replication,
                config=dict(one.config),
            )
            for one in changes
        ]
        pending: Pending = self._asking.client.calls.admin.create_topics(
            topics, operation_timeout=limit / 2, request_timeout=limit, validate_only=validate_only
        )
        return pending

    def _grow(self, changes: Sequence[Change], *, limit: float, validate_only: bool) -> Pending:
        wanted = [NewPartitions(one.topic, one.partitions) for one in changes]
        pending: Pending = self._asking.client.calls.admin.create_partitions(
            wanted, operation_timeout=limit / 2, request_timeout=limit, validate_only=validate_only
        )
        return pending

    def _configure(self, changes: Sequence[Change], *, limit: float, validate_only: bool) -> Pending:
        resources = [
            ConfigResource(ResourceType.TOPIC, one.topic, incremental_configs=_entries(one)) for one in changes
        ]
        pending = self._asking.client.calls.admin.incremental_alter_configs(
            resources, request_timeout=limit, validate_only=validate_only
        )
        return {resource.name: future for resource, future in pending.items()}

    def _ids(self, topics: Sequence[str]) -> dict[str, str]:
        """Of topics that were just made; those that no broker knows yet are left out."""
        found: dict[str, str] = {}
        for look in range(LOOKS if topics else 0):
            time.sleep(PAUSE if look else 0.0)
            missing = [topic for topic in topics if topic not in found]
            described = self._asking.described(missing)
            found |= {name: str(one.topic_id) for name, one in described.items() if not isinstance(one, KafkaError)}
            if len(found) == len(topics):
                break
        return found

    def _delete(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Only the very topics that were meant, and only empty ones unless ``force``."""
        described = self._asking.described([one.topic for one in changes])
        there = {
            one.topic: [partition.id for partition in found.partitions]
            for one in changes
            if not isinstance(found := described[one.topic], KafkaError) and str(found.topic_id) == one.id
        }
        empty = self._empty({one.topic: there[one.topic] for one in changes if one.topic in there and not one.force})
        going = [topic for topic in there if empty.get(topic, True) is True]
        done = self._asking.ask("DeleteTopics", going, self._delete_topics) if going else {}
        for change in changes:
            if isinstance(described[change.topic], KafkaError):
                yield self._outcome(change, described)
            elif change.topic not in there:
                yield Outcome(change=change, exists=True)
            elif change.topic in done:
                yield self._outcome(change, done)
            elif isinstance(empty[change.topic], KafkaError):
                yield self._outcome(change, empty)
            else:
                yield Outcome(change=change, kept=True)

    def _delete_topics(self, topics: Sequence[str], limit: float) -> Pending:
        pending: Pending = self._asking.client.calls.admin.delete_topics(
            list(topics), operation_timeout=limit / 2, request_timeout=limit
        )
        return pending

    def _empty(self, topics: Mapping[str, Sequence[int]]) -> Found:
        """Whether each topic holds no message, or why that is not known; ``topics`` with their partitions."""
        at = [(topic, number) for topic, numbers in topics.items() for number in numbers]
        start, end, _ = self._asking.client.offsets(at)
        found: Found = {}
        for topic, numbers in topics.items():
            pairs = [(start[topic, number], end[topic, number]) for number in numbers]
            errors = (one for pair in pairs for one in pair if isinstance(one, KafkaError))
            found[topic] = next(errors, None) or all(first == last for first, last in pairs)
        return found

    def _outcome(self, change: Change, found: Mapping[str, Any | KafkaError], *, id_: str = "") -> Outcome:
        error = found[change.topic]
        if not isinstance(error, KafkaError):
            return Outcome(change=change, id=id_)
        if change.kind is ChangeKind.DELETE and faults.kind_of(error) is FaultKind.UNKNOWN_TOPIC:
            return Outcome(change=change, exists=True)
        exists = change.kind is ChangeKind.CREATE and error.code() == KafkaError.TOPIC_ALREADY_EXISTS
        heard = self._asking.client.calls.last_heard()
        return Outcome(change=change, fault=faults.of_change(error, heard=heard), exists=exists)


def _entries(change: Change) -> list[ConfigEntry]:
    return [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in sorted(change.config.items())
    ]
