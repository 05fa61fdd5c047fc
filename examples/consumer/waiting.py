"""Messages that are not due yet hold up nobody: their partition is paused and taken up again when the first is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from confluent_kafka import TopicPartition

At = tuple[str, int]


class Seats(Protocol):
    """What is needed of a consumer."""

    def pause(self, partitions: list[TopicPartition]) -> None: ...
    def resume(self, partitions: list[TopicPartition]) -> None: ...
    def seek(self, partition: TopicPartition) -> None: ...


class Waiting:
    """Paused partitions, and until when (unix seconds). Within a retry topic messages are due in their order, since all
    wait equally long: so the first one that is not due stands for all behind it."""

    def __init__(self, consumer: Seats) -> None:
        self._consumer = consumer
        self._until: dict[At, float] = {}

    def put_back(self, *, topic: str, partition: int, offset: int, until: float) -> None:
        """Read this message again at ``until``, and nothing behind it before."""
        self._consumer.pause([TopicPartition(topic, partition)])
        self._consumer.seek(TopicPartition(topic, partition, offset))
        self._until[(topic, partition)] = until

    def holds(self, partition: TopicPartition) -> bool:
        """Whether it rests already. Pausing it once more would make it go on behind the message that was put back."""
        return (partition.topic, partition.partition) in self._until

    def resume(self, now: float) -> None:
        """Take up again what is due."""
        due = [at for at, until in self._until.items() if until <= now]
        if due:
            self._consumer.resume([TopicPartition(*at) for at in due])
        for at in due:
            del self._until[at]

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Of partitions that others have now."""
        for one in partitions:
            self._until.pop((one.topic, one.partition), None)
