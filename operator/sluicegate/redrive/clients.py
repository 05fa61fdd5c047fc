"""Settings of the Kafka clients of one redrive: nothing committed by itself, nothing lost, little memory.

Also what they say by the way: librdkafka tells of brokers that are away, or that refuse it, in callbacks only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaError

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.redact import redact, secrets_of
from sluicegate.redrive.refusal import Refusal

Settings = dict[str, Any]
_QUIET: Mapping[str, object] = {"log_level": "2", "log.connection.close": "false"}
READ_AHEAD_KB = 16 * 1024
"""Read and not yet looked at, in KiB."""
WRITE_BEHIND_KB = 64 * 1024
"""Written and not yet acknowledged, in KiB; `MOST_BYTES` of the engine stays below it."""
LARGEST = 1_000_000_000
"""Bytes; librdkafka's own bound. What is too large is the topic's matter."""


class Heard:
    """The last trouble that a client told of, in words for people; empty when there is none."""

    def __init__(self, config: ClientConfig) -> None:
        self._secrets = secrets_of(config)
        self._bootstrap = dict(config.settings).get("bootstrap.servers", "")
        self.words = ""

    def error(self, error: KafkaError) -> None:
        """As librdkafka's `error_cb`."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN and self.words:
            return
        self.words = f"{self._bootstrap}: {self.told(error)}"

    def well(self) -> None:
        """Something worked."""
        self.words = ""

    def told(self, error: KafkaError) -> str:
        return redact(faults.words(error), self._secrets)

    def refused(self, error: KafkaError, *, what: str, remedy: str) -> Refusal:
        return Refusal(f"{what}: {self.told(error)}: {remedy}")


def of_reader(config: ClientConfig, *, group: str, heard: Heard) -> Settings:
    return {
        **dict(config.settings),
        **_QUIET,
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "queued.min.messages": 20_000,
        "queued.max.messages.kbytes": READ_AHEAD_KB,
        "fetch.message.max.bytes": 1024 * 1024,
        "fetch.max.bytes": 8 * 1024 * 1024,
        "receive.message.max.bytes": LARGEST,
        "fetch.wait.max.ms": 100,
        "error_cb": heard.error,
    }


def of_writer(config: ClientConfig, *, batch: int, heard: Heard) -> Settings:
    """``batch`` bytes of the largest batch: one of several records that is too large would be refused as a whole."""
    return {
        **dict(config.settings),
        **_QUIET,
        "enable.idempotence": True,
        "acks": "all",
        # Without end: what the run gives up is the parent's to say. A record is never dropped for being slow.
        "message.timeout.ms": 0,
        "linger.ms": 5,
        "batch.size": batch,
        "message.max.bytes": LARGEST,
        "queue.buffering.max.messages": 100_000,
        "queue.buffering.max.kbytes": WRITE_BEHIND_KB,
        "error_cb": heard.error,
    }


def of_admin(config: ClientConfig, *, heard: Heard) -> Settings:
    return {**dict(config.settings), **_QUIET, "error_cb": heard.error}
