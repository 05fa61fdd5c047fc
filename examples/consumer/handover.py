"""Results, retries and dead letters: written by one producer, all acknowledged before anything is committed."""

from __future__ import annotations

import json
import time
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from examples.consumer import headers
from examples.consumer.headers import Story
from examples.consumer.routes import Routes


class Handover:
    """``settings`` of the producer: acks=all and idempotence are a must, since what is handed over is committed."""

    def __init__(self, settings: dict[str, Any], *, group: str, me: str, results_topic: str, routes: Routes) -> None:
        self.retried = 0
        self.dead_lettered = 0
        self.failed = False
        """Something was not taken by the broker: nothing may be committed any more."""
        self._partitions: dict[str, int] = {}
        self._group = group
        self._me = me
        self._results_topic = results_topic
        self._routes = routes
        self._producer = Producer(settings)

    def report(self, message: Message, story: Story) -> None:
        """That the message was handled, under the key of its first place."""
        if not self._results_topic:
            return
        fact = {
            "p": message.partition(),
            "o": message.offset(),
            "sent": story.timestamp,
            "handled": time.time_ns() // 1_000_000,
            "by": self._me,
        }
        self._produce(self._results_topic, key=story.place, value=json.dumps(fact))

    def pass_on(self, message: Message, story: Story, error: BaseException, *, retriable: bool) -> str:
        """To the next retry topic, or to the dead letters; returns the topic. RuntimeError when there is none: then
        the message must not be committed.

        The copy keeps its key and the partition number it was read from: provisioned topics have as many partitions as
        their source. Where a topic has fewer after all, the key decides.
        """
        retry = self._routes.after(story.attempt) if retriable else None
        topic = retry.topic if retry else self._routes.dead_letters
        if not topic:
            raise RuntimeError("a message cannot be handled and DEAD_LETTER_TOPIC names no topic for it") from error
        now = time.time_ns() // 1_000_000
        not_before = now + round(retry.delay * 1000) if retry else None
        self._produce(
            topic,
            key=message.key(),
            value=message.value(),
            partition=self._same_partition(topic, message.partition() or 0),
            headers=headers.written(story, group=self._group, error=error, now=now, not_before=not_before),
        )
        self.retried += retry is not None
        self.dead_lettered += retry is None
        return topic

    def _same_partition(self, topic: str, number: int) -> int:
        """-1, which leaves it to the key, where ``topic`` has no such partition. Asked anew only then: topics grow."""
        if number >= self._partitions.get(topic, 0):
            found = self._producer.list_topics(topic, timeout=10.0).topics[topic]
            self._partitions[topic] = len(found.partitions)
        # A topic that is not there: the broker's own answer to the record says so best.
        return number if number < self._partitions[topic] or not self._partitions[topic] else -1

    def flush(self, limit: float) -> int:
        """Waits for the acknowledgements; how many are still missing after ``limit`` seconds."""
        return int(self._producer.flush(limit))

    def _produce(self, topic: str, **what: Any) -> None:
        while True:
            try:
                self._producer.produce(topic, on_delivery=self._delivered, **what)
                self._producer.poll(0)
                return
            except BufferError:  # the buffer is full: wait, do not drop
                self._producer.poll(0.1)

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        # librdkafka has retried already. What is not safe must not be committed: end, start afresh.
        if error is not None:
            self.failed = True
            raise KafkaException(error)
