"""Reads source, results, retry and dead-letter topics into the account of letters, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Self

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from demo.letters import Letters, place_of

LIMIT = 10.0
REDRIVE, DUE = "sluicegate.redrive.id", "sluicegate.not-before"


class Post:
    """``partitions`` of every topic; ``failure`` says why reading ended, None while it goes on."""

    def __init__(
        self,
        bootstrap: str,
        *,
        source: str,
        results: str,
        retries: Sequence[str],
        dead_letters: str,
        partitions: Mapping[str, int],
    ) -> None:
        self.letters = Letters()
        self.failure: str | None = None
        self._source, self._results, self._dead = source, results, dead_letters
        self._retries = frozenset(retries)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True, name="post")
        self._consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": "sluicegate-demo-post", "enable.auto.commit": False}
            | {"auto.offset.reset": "earliest", "log_level": 2}
        )
        topics = (source, results, dead_letters, *retries)
        self._consumer.assign([TopicPartition(topic, n, 0) for topic in topics for n in range(partitions[topic])])

    def __enter__(self) -> Self:
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
        except (KafkaException, ValueError) as failure:
            self.failure = f"reading the messages back failed: {failure}"

    def _take(self, message: Message) -> None:
        topic, at = message.topic() or "", message.timestamp()[1] / 1000
        if topic == self._source:
            self.letters.sent(f"{topic}-{message.partition()}-{message.offset()}", at)
        elif topic == self._results:
            self.letters.handled((message.key() or b"").decode(), at)
        else:
            self._letter(message, topic, at)

    def _letter(self, message: Message, topic: str, at: float) -> None:
        headers: Any = message.headers() or []
        found = [(str(name), value) for name, value in headers]
        place = place_of(found)
        if place is None:
            return
        if topic in self._retries:
            # A redriven message that fails again keeps the run's id, and gets a due time from its consumer.
            names = {name for name, _ in found}
            self.letters.retried(place, at, by_redrive=REDRIVE in names and DUE not in names)
        elif topic == self._dead:
            self.letters.died(place, at)
