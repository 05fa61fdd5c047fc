"""Topics as the brokers describe them: partitions, settings in force, and which groups read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from confluent_kafka import KafkaError
from confluent_kafka.admin import ConfigResource, ConfigSource, ResourceType  # type: ignore[attr-defined]

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import BrokerTopic
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.client import Committed
from sluicegate.observe.kafka.topic_asking import Asking, Found, batches

BATCH = 100
"""Topics in one request."""
Read = dict[str, BrokerTopic | Fault | None]


class Reading:
    """Writes nothing."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._client = asking.client

    def read(self, names: Sequence[str]) -> tuple[Read, frozenset[str]]:
        """Topics by name, None where there is none; and the topic settings that the brokers know."""
        described: Found = {}
        for some in batches(sorted(set(names)), size=BATCH):
            described |= self._asking.described(some)
        configs = self._configs([name for name, found in described.items() if not isinstance(found, KafkaError)])
        keys = frozenset(name for found in configs.values() if not isinstance(found, KafkaError) for name in found)
        return {name: self._told(name, found, configs.get(name)) for name, found in described.items()}, keys

    def readers(self, topics: Sequence[str]) -> dict[str, tuple[str, ...]] | Fault:
        """The groups with committed offsets on each topic. Groups that may not be read are left out, as brokers leave
        them out of their lists; a Fault where any other could not be read: it may be one of them."""
        listed = self._asking.ask(
            "ListGroups",
            ["groups"],
            lambda _, limit: {"groups": self._client.calls.admin.list_consumer_groups(request_timeout=limit)},
        )["groups"]
        if isinstance(listed, KafkaError):
            return faults.fault(listed, f"the consumer groups could not be listed: {faults.words(listed)}")
        if listed.errors:
            told = faults.words(listed.errors[0].args[0])
            return Fault(FaultKind.COORDINATOR, f"the consumer groups of a broker could not be listed: {told}")
        found: dict[str, set[str]] = {topic: set() for topic in topics}
        lost: list[Fault] = []

        def tell(group: str, committed: Committed | KafkaError, at: float) -> None:
            if not isinstance(committed, KafkaError):
                for (topic, _), offset in committed.items():
                    if topic in found and offset.value is not None:
                        found[topic].add(group)
            elif faults.kind_of(committed) is not FaultKind.DENIED:
                lost.append(faults.of_group(committed, group=group, what="committed offsets"))

        self._client.committed({one.group_id: None for one in listed.valid}, tell=tell)
        return lost[0] if lost else {topic: tuple(sorted(groups)) for topic, groups in found.items()}

    def _configs(self, names: Sequence[str]) -> Found:
        found: Found = {}
        for some in batches(names, size=BATCH):
            found |= self._asking.ask("DescribeConfigs", some, self._describe_configs)
        return found

    def _describe_configs(self, names: Sequence[str], limit: float) -> Mapping[str, Any]:
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        pending = self._client.calls.admin.describe_configs(resources, request_timeout=limit)
        return {resource.name: future for resource, future in pending.items()}

    def _told(
        self, name: str, found: Any | KafkaError, configs: Mapping[str, Any] | KafkaError | None
    ) -> BrokerTopic | Fault | None:
        if isinstance(found, KafkaError):
            if faults.kind_of(found) is FaultKind.UNKNOWN_TOPIC:
                return None
            return faults.of_topic(found, topic=name, bootstrap=self._client.bootstrap)
        if configs is None or isinstance(configs, KafkaError):
            error = configs or KafkaError(KafkaError._TIMED_OUT, "its settings were not told")
            if faults.kind_of(error) is FaultKind.UNKNOWN_TOPIC:
                return None
            return faults.of_settings(error, topic=name)
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
