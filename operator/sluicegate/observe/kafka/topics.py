"""Topics of one cluster: changed as ordered, then described. Only what was ordered is ever written.

Everything is asked in batches, whatever the number of topics. Blocks the calling thread, within the order's limit.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from confluent_kafka import KafkaError, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Outcome
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.calls import LONGEST
from sluicegate.observe.kafka.client import Client, Committed

T = TypeVar("T")
BATCH = 100
"""Topics in one request."""
NOWHERE = frozenset({FaultKind.UNREACHABLE, FaultKind.TIMED_OUT, FaultKind.AUTHENTICATION, FaultKind.TLS})


class Topics:
    """Not thread-safe: one thread per connection."""

    def __init__(self, config: ClientConfig) -> None:
        """KafkaException when librdkafka refuses a setting."""
        self._client = Client(config)
        self._calls = self._client.calls
        self._requests: Counter[str] = Counter()

    def do(self, order: TopicOrder, *, limit: float) -> TopicAnswer:
        """Carry out ``order`` within ``limit`` seconds."""
        self._calls.deadline = time.monotonic() + limit
        self._requests.clear()
        outcomes = tuple(self._change(order.changes))
        topics, keys = self._read(order.read)
        readers = self._readers(order.readers_of) if order.readers_of else {}
        return TopicAnswer(
            topics=topics,
            outcomes=outcomes,
            config_keys=keys,
            fault=self._hidden(topics, outcomes),
            readers=readers,
            requests=dict(self._requests),
        )

    # reading

    def _read(self, names: Sequence[str]) -> tuple[dict[str, BrokerTopic | Fault | None], frozenset[str]]:
        described: dict[str, Any | KafkaError] = {}
        for some in _batches(sorted(set(names))):
            described |= self._ask(
                "Metadata",
                some,
                lambda limit, some=some: self._calls.admin.describe_topics(
                    TopicCollection(some), request_timeout=limit
                ),
            )
        there = [name for name, found in described.items() if not isinstance(found, KafkaError)]
        configs = self._configs(there)
        keys = frozenset(name for found in configs.values() if not isinstance(found, KafkaError) for name in found)
        return {name: self._told(name, found, configs.get(name)) for name, found in described.items()}, keys

    def _configs(self, names: Sequence[str]) -> dict[str, Mapping[str, Any] | KafkaError]:
        found: dict[str, Mapping[str, Any] | KafkaError] = {}
        for some in _batches(names):
            resources = {ConfigResource(ResourceType.TOPIC, name): name for name in some}
            found |= self._ask(
                "DescribeConfigs",
                some,
                lambda limit, resources=resources: {
                    resources[resource]: future
                    for resource, future in self._calls.admin.describe_configs(
                        list(resources), request_timeout=limit
                    ).items()
                },
            )
        return found

    def _told(
        self, name: str, found: Any | KafkaError, configs: Mapping[str, Any] | KafkaError | None
    ) -> BrokerTopic | Fault | None:
        if isinstance(found, KafkaError):
            if faults.kind_of(found) is FaultKind.UNKNOWN_TOPIC:
                return None
            return faults.of_topic(found, topic=name, bootstrap=self._client.bootstrap)
        if configs is None or isinstance(configs, KafkaError):
            error = configs or KafkaError(KafkaError._TIMED_OUT, "its settings were not told")
            told = f"the settings of topic {name!r} could not be read: {faults.words(error)}"
            if faults.kind_of(error) is FaultKind.DENIED:
                told += ": grant DescribeConfigs on it to the operator's user"
            return faults.fault(error, told)
        own = frozenset(
            entry.name for entry in configs.values() if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        )
        return BrokerTopic(
            name=name,
            id=str(found.topic_id),
            partitions=len(found.partitions),
            replication=len(found.partitions[0].replicas) if found.partitions else 0,
            config={entry.name: entry.value for entry in configs.values() if entry.value is not None},
            own=own,
        )

    def _readers(self, topics: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Groups whose offsets may not be read are left out: nobody could say what they read."""
        found: dict[str, set[str]] = {topic: set() for topic in topics}
        listed = self._ask(
            "ListGroups", [""], lambda limit: {"": self._calls.admin.list_consumer_groups(request_timeout=limit)}
        )[""]
        if isinstance(listed, KafkaError):
            return {}

        def tell(group: str, committed: Committed | KafkaError, at: float) -> None:
            if isinstance(committed, KafkaError):
                return
            for (topic, _), offset in committed.items():
                if topic in found and offset.value is not None:
                    found[topic].add(group)

        self._client.committed({one.group_id: None for one in listed.valid}, tell=tell)
        return {topic: tuple(sorted(groups)) for topic, groups in found.items()}

    # changing

    def _change(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """In the order of ``changes`` within each kind: created, grown, configured, deleted."""
        by_kind = {kind: [one for one in changes if one.kind is kind] for kind in ChangeKind}
        for some in _batches(by_kind[ChangeKind.CREATE]):
            yield from self._validated(some, self._create)
        for some in _batches(by_kind[ChangeKind.GROW]):
            yield from self._validated(some, self._grow)
        for some in _batches(by_kind[ChangeKind.CONFIGURE]):
            yield from self._validated(some, self._configure)
        for some in _batches(by_kind[ChangeKind.DELETE]):
            yield from self._delete(some)

    def _validated(self, changes: Sequence[Change], make: Any) -> Iterator[Outcome]:
        """Only what the brokers would take is done; what they would not is told as they word it."""
        checked = make(changes, validate_only=True)
        good = [one for one in changes if not isinstance(checked[one.topic], KafkaError)]
        done = make(good, validate_only=False) if good else {}
        for change in changes:
            found = done.get(change.topic, checked[change.topic])
            yield self._outcome(change, found)

    def _create(self, changes: Sequence[Change], *, validate_only: bool) -> dict[str, Any | KafkaError]:
        topics = [
            NewTopic(
                one.topic,
                num_partitions=one.partitions,
                replication_factor=-1 if one.replication is None else one.replication,
                config=dict(one.config),
            )
            for one in changes
        ]
        return self._ask(
            "CreateTopics",
            [one.topic for one in changes],
            lambda limit: self._calls.admin.create_topics(
                topics, operation_timeout=limit / 2, request_timeout=limit, validate_only=validate_only
            ),
        )

    def _grow(self, changes: Sequence[Change], *, validate_only: bool) -> dict[str, Any | KafkaError]:
        wanted = [NewPartitions(one.topic, one.partitions) for one in changes]
        return self._ask(
            "CreatePartitions",
            [one.topic for one in changes],
            lambda limit: self._calls.admin.create_partitions(
                wanted, operation_timeout=limit / 2, request_timeout=limit, validate_only=validate_only
            ),
        )

    def _configure(self, changes: Sequence[Change], *, validate_only: bool) -> dict[str, Any | KafkaError]:
        resources = {
            ConfigResource(
                ResourceType.TOPIC,
                one.topic,
                incremental_configs=[
                    ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                    for name, value in sorted(one.config.items())
                ],
            ): one.topic
            for one in changes
        }
        return self._ask(
            "IncrementalAlterConfigs",
            [one.topic for one in changes],
            lambda limit: {
                resources[resource]: future
                for resource, future in self._calls.admin.incremental_alter_configs(
                    list(resources), request_timeout=limit, validate_only=validate_only
                ).items()
            },
        )

    def _delete(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Only the very topics that were meant, and only empty ones unless ``force``."""
        names = [one.topic for one in changes]
        described = self._ask(
            "Metadata",
            names,
            lambda limit: self._calls.admin.describe_topics(TopicCollection(names), request_timeout=limit),
        )
        meant = []
        for change in changes:
            found = described[change.topic]
            if isinstance(found, KafkaError):
                yield self._outcome(change, found)
            elif str(found.topic_id) != change.id:
                yield Outcome(change=change, exists=True)
            elif change.force or (empty := self._is_empty(change.topic, partitions=len(found.partitions))) is True:
                meant.append(change)
            elif isinstance(empty, KafkaError):
                yield self._outcome(change, empty)
            else:
                yield Outcome(change=change, kept=True)
        if meant:
            done = self._ask(
                "DeleteTopics",
                [one.topic for one in meant],
                lambda limit: self._calls.admin.delete_topics(
                    [one.topic for one in meant], operation_timeout=limit / 2, request_timeout=limit
                ),
            )
            yield from (self._outcome(change, done[change.topic]) for change in meant)

    def _is_empty(self, topic: str, *, partitions: int) -> bool | KafkaError:
        at = [(topic, number) for number in range(partitions)]
        start, end, _ = self._client.offsets(at)
        unknown = next((one for one in (*start.values(), *end.values()) if isinstance(one, KafkaError)), None)
        return all(start[one] == end[one] for one in at) if unknown is None else unknown

    def _outcome(self, change: Change, found: Any | KafkaError) -> Outcome:
        if not isinstance(found, KafkaError):
            return Outcome(change=change)
        code = found.code()
        if change.kind is ChangeKind.CREATE and code == KafkaError.TOPIC_ALREADY_EXISTS:
            return Outcome(change=change, fault=faults.fault(found, faults.words(found)), exists=True)
        if change.kind is ChangeKind.DELETE and faults.kind_of(found) is FaultKind.UNKNOWN_TOPIC:
            return Outcome(change=change, exists=True)
        return Outcome(change=change, fault=faults.fault(found, faults.words(found)))

    # asking

    def _ask(self, api: str, keys: Sequence[str], call: Any) -> dict[str, Any | KafkaError]:
        self._requests[api] += 1
        return dict(self._calls.wait(self._calls.submit_many(list(keys), call, longest=LONGEST)))

    def _hidden(self, topics: Mapping[str, BrokerTopic | Fault | None], outcomes: Sequence[Outcome]) -> Fault | None:
        """The fault that hides the whole cluster; those of single topics do not."""
        found = [one if isinstance(one, Fault) else None for one in topics.values()]
        found += [one.fault for one in outcomes]
        if found and all(one is not None and one.kind in NOWHERE for one in found):
            return found[0]
        return None


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, BATCH)):
        yield some
