"""Dead letters on a real broker, and a redrive's process on them: what the suites and the benches of redrives use."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from sluicegate.model.redrive import RedriveSpec
from sluicegate.observe.kafka import config
from sluicegate.redrive.order import NO_SOURCE, RedriveOrder
from sluicegate.redrive.progress import Progress
from sluicegate.redrive.run import Died, RedriveProcess
from tests.support.broker import Broker

Headers = list[tuple[str, Any]]
LIMIT = 30.0


@dataclass(frozen=True, slots=True)
class Found:
    """One record as it lies in a topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int

    def header(self, name: str) -> str | None:
        """The last of this name, as text."""
        told = [value for one, value in self.headers if one == name]
        return told[-1].decode() if told else None


@dataclass
class Letters:
    """Topics with a prefix of their own, gone at the end. ``source`` what records came from, ``dead`` where they lie,
    ``parking`` where they may be laid aside."""

    broker: Broker
    prefix: str = field(default_factory=lambda: f"redrive-{uuid.uuid4().hex[:8]}")
    made: set[str] = field(default_factory=set)
    runs: int = 0
    producer: Producer = field(init=False)

    def __post_init__(self) -> None:
        self.producer = Producer({"bootstrap.servers": self.broker.bootstrap, "acks": "all", "linger.ms": 5})

    @property
    def source(self) -> str:
        return f"{self.prefix}.orders"

    @property
    def dead(self) -> str:
        return f"{self.prefix}.orders.dlq"

    @property
    def parking(self) -> str:
        return f"{self.dead}.parked"

    @property
    def settled(self) -> str:
        return f"{self.dead}.settled"

    def topic(self, name: str, *, partitions: int = 3, config: dict[str, str] | None = None) -> str:
        self.broker.create(name, partitions=partitions, config=config)
        self.made.add(name)
        return name

    def topics(self, *, partitions: int = 3) -> Letters:
        """The source, its dead-letter topic and the parking topic."""
        for name in (self.source, self.dead, self.parking):
            self.topic(name, partitions=partitions)
        return self

    def configure(self, topic: str, config: dict[str, str]) -> None:
        """Set these of its settings, in force when this returns."""
        changes = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in config.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=changes)
        self.broker.admin.incremental_alter_configs([resource])[resource].result(LIMIT)

    def put(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: Headers | None = None, partition: int = 0
    ) -> None:
        """One record; `flush` tells when it is there."""
        while True:
            try:
                self.producer.produce(topic, value, key, partition, headers=headers or [])
                self.producer.poll(0)
                return
            except BufferError:
                self.producer.poll(0.1)

    def flush(self) -> None:
        assert self.producer.flush(LIMIT) == 0, "records were not acknowledged"

    def grow(self, topic: str, *, to: int) -> None:
        """As the broker's `grow`; records can be put into the new partitions when this returns."""
        self.broker.grow(topic, to=to)
        deadline = time.monotonic() + LIMIT
        while len(self.producer.list_topics(topic, timeout=LIMIT).topics[topic].partitions) < to:
            assert time.monotonic() < deadline, "the broker did not show the new partitions"
            time.sleep(0.1)

    def die(
        self, count: int, *, keys: int = 30, partitions: int = 3, headers: Headers | None = None, padding: int = 0
    ) -> None:
        """So many dead letters with our own headers; record ``n`` has value ``n`` and key ``n mod keys``, and lies in
        the partition that key belongs to. ``padding``: zeros before the value, to so many bytes in all."""
        for number in range(count):
            key = number % keys
            told = [
                ("sluicegate.original.topic", self.source.encode()),
                ("sluicegate.original.partition", str(key % partitions).encode()),
                ("sluicegate.original.offset", str(number).encode()),
                ("sluicegate.error.class", b"java.lang.IllegalStateException"),
                ("sluicegate.attempt", b"4"),
                ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ]
            given = told if headers is None else headers
            self.put(
                self.dead,
                key=str(key).encode(),
                value=str(number).zfill(padding).encode(),
                headers=given,
                partition=key % partitions,
            )
        self.flush()

    def order(self, *, topics: Mapping[str, str] | None = None, **spec: Any) -> RedriveOrder:
        """A new run; ``spec`` as in the resource, unlimited unless told otherwise."""
        self.runs += 1
        uid = uuid.uuid4().hex
        given = {"appRef": {"name": "orders"}, "to": "Source", "rate": {"recordsPerSecond": 0}, **spec}
        parsed = RedriveSpec.model_validate(given)
        return RedriveOrder(
            config=config.plaintext(self.broker.bootstrap),
            uid=uid,
            name=f"run-{self.runs}",
            namespace=self.prefix,
            dead_letter=self.dead,
            destination=parsed.to,
            topics=topics if topics is not None else {self.source: self.source, NO_SOURCE: self.source},
            group=f"{self.dead}.redrive.{uid[:8]}",
            settled=self.settled,
            parking=self.parking,
            spec=parsed,
            started=time.time(),
        )

    def read(self, topic: str) -> list[Found]:
        """All records in ``topic``, by partition and offset."""
        reader = Consumer(
            {
                "bootstrap.servers": self.broker.bootstrap,
                "group.id": f"{self.prefix}-look",
                "enable.partition.eof": True,
            }
        )
        ends = self.broker.ends(topic)
        reader.assign([TopicPartition(topic, partition, 0) for partition in ends])
        found: list[Found] = []
        left = set(ends)
        deadline = time.monotonic() + LIMIT
        while left:
            assert time.monotonic() < deadline, f"{topic} was not read to its end"
            messages: list[Any] = reader.consume(5_000, timeout=0.2)
            for message in messages:
                if message.error() is not None:
                    assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                    left.discard(message.partition())
                    continue
                found.append(
                    Found(
                        message.partition(), message.offset(), message.key(), message.value(),
                        message.headers() or [], message.timestamp()[1],
                    )
                )  # fmt: skip
        reader.close()
        return sorted(found, key=lambda one: (one.partition, one.offset))

    def clean(self) -> None:
        groups = [
            one.group_id for one in self.broker.admin.list_consumer_groups().result(LIMIT).valid
            if one.group_id.startswith(self.prefix)
        ]  # fmt: skip
        self.broker.drop(topics=sorted(self.made), groups=groups)


async def last(order: RedriveOrder) -> Progress:
    """Run ``order`` to its end; the last report."""
    return (await reports(order))[-1]


async def reports(order: RedriveOrder) -> list[Progress]:
    """Run ``order`` to its end; all reports."""
    process = await RedriveProcess.start(order)
    try:
        return [told async for told in process.progress()]
    finally:
        await process.close()


async def killed(order: RedriveOrder, *, once: Callable[[Progress], bool]) -> list[Progress]:
    """Run ``order``, and kill -9 its process at the first report for which ``once`` holds; all reports."""
    process = await RedriveProcess.start(order)
    heard: list[Progress] = []

    async def listen() -> None:
        async for told in process.progress():
            heard.append(told)
            if once(told):
                os.kill(process.pid, signal.SIGKILL)

    with pytest.raises(Died, match="SIGKILL"):
        await listen()
    await process.close()
    return heard


def used(pid: int) -> tuple[float, float] | None:
    """Seconds of processor time and MB of memory at most, until now, of a process; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    if not peaks:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peaks[0]) / 1024


def by_key(records: Iterable[Found]) -> dict[bytes | None, list[int]]:
    """The numbers of the records (their values) by key, in the order in which they lie in their partitions."""
    found: dict[bytes | None, list[int]] = defaultdict(list)
    for record in records:
        found[record.key].append(int(record.value or b"-1"))
    return found


def firsts(numbers: Iterable[int]) -> list[int]:
    """Each number at its first appearance."""
    return list(dict.fromkeys(numbers))
