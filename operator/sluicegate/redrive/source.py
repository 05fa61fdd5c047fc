"""The dead-letter topic as a redrive reads it: assigned by hand, from offsets given, committed records only."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from sluicegate.model.kafka import FaultKind
from sluicegate.observe.kafka import faults
from sluicegate.redrive.clients import Heard
from sluicegate.redrive.letter import Letter
from sluicegate.redrive.refusal import Refusal

GONE_FOR = 30.0
"""Seconds for which a broker may not know the topic before that is believed: one that just started may not yet."""
BATCH_BYTES = 8 * 1024 * 1024
"""What one call should bring at most, by the size of what the last one brought."""


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more lies in ``partition`` before ``offset``."""

    partition: int
    offset: int


class Source:
    """Reads ``topic`` with ``consumer``, which it closes."""

    def __init__(self, topic: str, *, consumer: Consumer, heard: Heard) -> None:
        self._topic = topic
        self._consumer = consumer
        self._heard = heard
        self._octets = 1024.0

    def begin(self, positions: Mapping[int, int]) -> None:
        """From these offsets, by partition."""
        self._consumer.assign([TopicPartition(self._topic, *one) for one in positions.items()])

    def leave(self, partitions: Iterable[int]) -> None:
        """No more of these; some that were read ahead may still come."""
        self._consumer.pause([TopicPartition(self._topic, partition) for partition in partitions])

    def batch(self, most: int, *, within: float) -> list[Letter | End]:
        """What comes in so many seconds; Refusal when the topic can no longer be read."""
        fit = max(1, min(most, int(BATCH_BYTES / self._octets)))
        found: list[Letter | End] = []
        octets = 0
        messages: list[Any] = self._consumer.consume(fit, timeout=within)
        for message in messages:
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    found.append(End(message.partition(), message.offset()))
                else:
                    self._trouble(error)
                continue
            letter = Letter(
                message.partition(), message.offset(), message.key(), message.value(),
                self._headers(message), message.timestamp()[1],
            )  # fmt: skip
            octets += len(letter.value or b"") + len(letter.key or b"")
            found.append(letter)
        if found:
            self._heard.well()
            self._octets = max(256.0, octets / len(found))
        return found

    def close(self) -> None:
        self._consumer.close()

    def _headers(self, message: Any) -> list[tuple[str, bytes | None]]:
        try:
            headers: list[tuple[str, bytes | None]] = message.headers() or []
        except UnicodeDecodeError:
            at = f"partition {message.partition()}, offset {message.offset()}"
            raise Refusal(
                f"{self._topic}, {at}: the name of a header is not UTF-8, and the record could not be moved as it is: "
                "begin behind it with spec.select.offsets"
            ) from None
        return headers

    def _trouble(self, error: KafkaError) -> None:
        match faults.kind_of(error):
            case FaultKind.UNKNOWN_TOPIC:
                raise _gone(self._topic, error, heard=self._heard)
            case FaultKind.DENIED:
                raise self._heard.refused(
                    error,
                    what=f"the dead-letter topic {self._topic!r} may not be read",
                    remedy="grant Read on it to the operator's user",
                )
        self._heard.error(error)


class Ledger:
    """Where progress is committed: to one consumer group, for one topic."""

    def __init__(self, topic: str, *, group: str, consumer: Consumer, heard: Heard) -> None:
        self._topic = topic
        self._group = group
        self._consumer = consumer
        self._heard = heard
        self.trouble = ""
        """Why the last commit failed; empty when it did not."""
        self._gone_since: float | None = None

    def commit(self, offsets: Mapping[int, tuple[int, str]]) -> bool:
        """Offset and metadata by partition; whether the broker has it. Refusal when it never will."""
        asked = [
            TopicPartition(self._topic, partition, offset, metadata)
            for partition, (offset, metadata) in offsets.items()
        ]
        try:
            done = self._consumer.commit(offsets=asked, asynchronous=False) or []
            errors = [at.error for at in done if at.error is not None]
            if errors:
                raise KafkaException(errors[0])
        except KafkaException as error:
            told: KafkaError = error.args[0]
            if faults.kind_of(told) is FaultKind.DENIED:
                raise self._heard.refused(
                    told,
                    what=f"group {self._group!r} may not commit",
                    remedy="grant Read on this group and on the dead-letter topic to the operator's user",
                ) from None
            self._may_be_gone(told)
            self.trouble = f"group {self._group!r} could not commit: {self._heard.told(told)}"
            return False
        self.trouble, self._gone_since = "", None
        return True

    def _may_be_gone(self, error: KafkaError) -> None:
        if faults.kind_of(error) is not FaultKind.UNKNOWN_TOPIC:
            self._gone_since = None
            return
        self._gone_since = self._gone_since or time.monotonic()
        if time.monotonic() - self._gone_since > GONE_FOR:
            raise _gone(self._topic, error, heard=self._heard)


def _gone(topic: str, error: KafkaError, *, heard: Heard) -> Refusal:
    return heard.refused(
        error,
        what=f"the dead-letter topic {topic!r} is gone",
        remedy="what was read of it before is where it should be; the rest went with the topic",
    )
