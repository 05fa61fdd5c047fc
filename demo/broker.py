"""The broker's side of the story: topics made and removed, lag, members, and every message read back.

Committed offsets are read by a consumer that never joins the group (the group is not disturbed), records by one that
assigns itself all partitions from their beginning.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from confluent_kafka import Consumer, ConsumerGroupState, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec  # type: ignore[attr-defined]

from demo.accounts import Accounts
from demo.errors import DemoError

LIMIT = 10.0


class Broker:
    """One broker, looked at by one thread."""

    def __init__(self, bootstrap: str, *, group: str) -> None:
        self._settings: dict[str, str | int | float | bool] = {"bootstrap.servers": bootstrap, "log_level": 2}
        self._group = group
        self._admin = AdminClient(self._settings)
        self._offsets = Consumer(self._settings | {"group.id": group, "enable.auto.commit": False})

    def create(self, topics: Mapping[str, int]) -> None:
        """``topics``: name and number of partitions. Left over ones of the same name are removed first."""
        self.remove(list(topics))
        for _ in range(50):
            new = [NewTopic(name, num_partitions=count, replication_factor=1) for name, count in topics.items()]
            refused = [failure for future in self._admin.create_topics(new).values() if (failure := _failure(future))]
            if all(error.code() == KafkaError.TOPIC_ALREADY_EXISTS for error in refused):
                if not refused:
                    return
                # A topic on its way out still bears its name.
                time.sleep(0.2)
                self.remove(list(topics))
                continue
            raise DemoError(f"topics {', '.join(topics)} could not be made: {refused[0].str()}")
        raise DemoError(f"topics {', '.join(topics)} are there already and do not go away")

    def remove(self, topics: Sequence[str]) -> None:
        """What is not there is fine. The group goes too, once it has no members."""
        for future in self._admin.delete_topics(list(topics)).values():
            _failure(future)
        for future in self._admin.delete_consumer_groups([self._group]).values():
            _failure(future)

    def ends(self, topic: str) -> dict[int, int]:
        """The end offset of each partition there is: as nothing was deleted, the number of messages in it."""
        latest = OffsetSpec.latest()
        asked = self._admin.list_offsets({TopicPartition(topic, number): latest for number in self._partitions(topic)})
        return {at.partition: future.result(LIMIT).offset for at, future in asked.items()}

    def lag(self, topic: str) -> int:
        """End minus committed, over all partitions; one that was never committed counts from 0."""
        places = [TopicPartition(topic, number) for number in self._partitions(topic)]
        # Committed first, ends second: what is committed in between must not look like less than nothing.
        committed = {at.partition: max(at.offset, 0) for at in self._offsets.committed(places, timeout=LIMIT)}
        return sum(max(0, end - committed.get(partition, 0)) for partition, end in self.ends(topic).items())

    def _partitions(self, topic: str) -> tuple[int, ...]:
        return tuple(self._admin.list_topics(topic, timeout=LIMIT).topics[topic].partitions)

    def members(self) -> int | None:
        """Members of the group that own something; None while it is being rebalanced."""
        found = self._admin.describe_consumer_groups([self._group])[self._group].result(LIMIT)
        if found.state not in (ConsumerGroupState.STABLE, ConsumerGroupState.EMPTY):
            return None
        return len(found.members)

    def close(self) -> None:
        self._offsets.close()


class Reading:
    """Reads the source and the results topic into `Accounts`, in a thread of its own, until left."""

    def __init__(self, bootstrap: str, *, source: str, results: str, partitions: Mapping[str, int]) -> None:
        self.accounts = Accounts()
        self.bursts: list[float] = []
        """Timestamps (unix seconds) of the first and the last message whose source is ``burst``, once there are any."""
        self.failure: str | None = None
        self._source = source
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True, name="reading")
        self._consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": "sluicegate-demo-reading", "enable.auto.commit": False}
            | {"auto.offset.reset": "earliest", "log_level": 2}
        )
        self._consumer.assign(
            [TopicPartition(topic, n, 0) for topic in (source, results) for n in range(partitions[topic])]
        )

    def __enter__(self) -> Reading:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(LIMIT)
        self._consumer.close()

    def _read(self) -> None:
        try:
            while not self._ending.is_set():
                for message in self._consumer.consume(num_messages=1000, timeout=0.5):
                    if message.error() is None:
                        self._take(message)
        except (KafkaException, ValueError, KeyError) as failure:
            self.failure = f"reading the messages back failed: {failure}"

    def _take(self, message: Message) -> None:
        fact: dict[str, Any] = json.loads(message.value() or b"{}")
        if message.topic() != self._source:
            self.accounts.handled((fact["p"], fact["o"]), fact["handled"] / 1000)
            return
        at = message.timestamp()[1] / 1000
        self.accounts.sent((message.partition() or 0, message.offset() or 0), at)
        if fact["source"] == "burst":
            known = [*self.bursts, at]
            self.bursts = [min(known), max(known)]


def _failure(future: Any) -> KafkaError | None:
    try:
        future.result(LIMIT)
    except KafkaException as failure:
        error: KafkaError = failure.args[0]
        return error
    return None
