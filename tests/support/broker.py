"""A real broker as tests see it: topics, records in, offsets and groups out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
)
from confluent_kafka import TopicPartition as At
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic, OffsetSpec

LIMIT = 15.0


class Broker:
    """Admin and producer against one bootstrap address."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.admin = AdminClient({"bootstrap.servers": bootstrap})
        self._producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 5})

    def create(self, topic: str, *, partitions: int, config: dict[str, str] | None = None) -> None:
        new = NewTopic(topic, num_partitions=partitions, replication_factor=1, config=config or {})
        self.admin.create_topics([new])[topic].result(LIMIT)
        self._until(lambda: self.partitions(topic) == partitions)

    def grow(self, topic: str, *, to: int) -> None:
        self.admin.create_partitions([NewPartitions(topic, to)])[topic].result(LIMIT)

    def delete(self, *topics: str) -> None:
        for future in self.admin.delete_topics(list(topics)).values():
            future.result(LIMIT)
        self._until(lambda: not any(self.partitions(topic) for topic in topics))

    def drop(self, *, topics: Sequence[str], groups: Sequence[str] = ()) -> None:
        """Delete what is there; what is not there is fine."""
        pending = [*self.admin.delete_topics(list(topics)).values()] if topics else []
        pending += [*self.admin.delete_consumer_groups(list(groups)).values()] if groups else []
        for future in pending:
            try:
                future.result(LIMIT)
            except KafkaException:
                continue

    def partitions(self, topic: str) -> int:
        found = self.admin.list_topics(timeout=LIMIT).topics.get(topic)
        return len(found.partitions) if found and found.error is None else 0

    def produce(self, topic: str, count: int, *, partition: int | None = None, key: str | None = None) -> None:
        """``count`` records, spread evenly over all partitions unless one is named; returns once acknowledged."""
        partitions = self.partitions(topic)
        for number in range(count):
            self.send(topic, partition=number % partitions if partition is None else partition, key=key)
        self.flush()

    def send(self, topic: str, *, partition: int, key: str | None = None) -> None:
        """One record, on its way; `flush` tells when it has arrived."""
        while True:
            try:
                self._producer.produce(topic, value=topic, key=key, partition=partition)
                self._producer.poll(0)
                return
            except BufferError:
                self._producer.poll(0.1)

    def flush(self) -> None:
        assert self._producer.flush(60) == 0, "records were not acknowledged"

    def truncate(self, topic: str, *, before: int) -> None:
        """Delete what lies before this offset in every partition, as retention does."""
        at = [At(topic, partition, before) for partition in range(self.partitions(topic))]
        for future in self.admin.delete_records(at).values():
            future.result(LIMIT)

    def keys(self, topic: str) -> set[str]:
        """The keys of all records in ``topic``."""
        ends = self.ends(topic)
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": topic, "enable.partition.eof": True})
        reader.assign([At(topic, partition, 0) for partition in ends])
        found: set[str] = set()
        done: set[int | None] = set()
        while len(done) < len(ends):
            message = reader.poll(LIMIT)
            assert message is not None, f"{topic} was not read to its end"
            error = message.error()
            if error is None:
                found.add(str(message.key() or b"", "utf-8"))
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error
                done.add(message.partition())
        reader.close()
        return found

    def ends(self, topic: str) -> dict[int, int]:
        """High watermark by partition."""
        question = {At(topic, number): OffsetSpec.latest() for number in range(self.partitions(topic))}
        return {at.partition: future.result(LIMIT).offset for at, future in self.admin.list_offsets(question).items()}

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Committed offset by partition, of those that have one."""
        asked = ConsumerGroupTopicPartitions(group)
        found = self.admin.list_consumer_group_offsets([asked])[group].result(LIMIT)
        return {at.partition: at.offset for at in found.topic_partitions if at.topic == topic and at.offset >= 0}

    def commit(self, group: str, topic: str, offsets: dict[int, int]) -> None:
        """Set a group's committed offsets by hand; the group must have no members."""
        at = [At(topic, partition, offset) for partition, offset in offsets.items()]
        self.admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, at)])[group].result(LIMIT)

    def lag(self, group: str, topic: str) -> int:
        """Records not committed yet; a partition without a commit counts from its start."""
        committed = self.committed(group, topic)
        return sum(end - committed.get(partition, 0) for partition, end in self.ends(topic).items())

    def members(self, group: str) -> int:
        return len(self.admin.describe_consumer_groups([group])[group].result(LIMIT).members)

    def stable(self, group: str) -> bool:
        found = self.admin.describe_consumer_groups([group])[group].result(LIMIT)
        return bool(found.state == ConsumerGroupState.STABLE)

    def consumer(self, group: str, *topics: str, **settings: str | int | bool) -> Consumer:
        """A member of ``group`` outside the cluster; the caller closes it."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                **settings,
            }
        )
        consumer.subscribe(list(topics))
        return consumer

    def _until(self, look: Callable[[], bool], *, within: float = LIMIT) -> None:
        deadline = time.monotonic() + within
        while not look():
            assert time.monotonic() < deadline, "the broker did not show the change"
            time.sleep(0.1)
