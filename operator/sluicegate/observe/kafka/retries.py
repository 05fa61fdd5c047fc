"""What is due in retry topics: up to where their records have waited for as long as their topic's delay.

A record is due its delay after it was appended (retry topics stamp by LogAppendTime), so one look for the first record
that is stamped later than that long ago tells which are. Only partitions in which something waits are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import RetryPartition
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client, Offset, Topic
from sluicegate.observe.kafka.ends import Line

NEVER = Offset(value=None)
Ask = tuple[At, float]
"""A partition and its delay in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One group's retry topics: ``retry`` (topic, delay in seconds); ``lines`` and ``committed`` as this sweep read
    them, ``lines`` empty where the group's offsets could not be read."""

    retry: Sequence[tuple[str, float]]
    topics: Mapping[str, Topic | KafkaError]
    lines: Mapping[At, Line]
    committed: Mapping[At, Offset]

    def at(self) -> list[Ask]:
        """All partitions that are known, with their delays."""
        delays = dict(self.retry)
        return sorted((at, delays[at[0]]) for at in self.lines if at[0] in delays)


def read(client: Client, asked: Sequence[Waiting], *, now: float) -> list[tuple[RetryPartition, ...]]:
    """One tuple for each of ``asked``. ``now`` unix seconds of the wall's clock, by which brokers stamp."""
    stamps: dict[Ask, int] = {}
    for one in asked:
        for at, delay in one.at():
            if _waits(one.lines[at], one.committed.get(at, NEVER)):
                stamps[at, delay] = round((now - delay) * 1000)
    firsts = _firsts(client, stamps)
    return [(*_unread(client, one), *[_row(at, delay, one, firsts) for at, delay in one.at()]) for one in asked]


def _firsts(client: Client, stamps: Mapping[Ask, int]) -> dict[Ask, int | None]:
    """The offset of the first record that is not due, None without one. One request for all; a partition that is asked
    about with two delays needs one more."""
    found: dict[Ask, int | None] = {}
    left = dict(stamps)
    while left:
        turn = {at: (at, delay) for at, delay in left}
        answers = client.first_since({at: left[ask] for at, ask in turn.items()})
        found |= {turn[at]: offset for at, (offset, _) in answers.items()}
        if not answers:
            break
        left = {ask: stamp for ask, stamp in left.items() if turn[ask[0]] != ask}
    return found


def _waits(line: Line, offset: Offset) -> bool:
    if line.fault is not None or line.end is None or offset.error is not None:
        return False
    return line.end > max(line.start or 0, offset.value or 0)


def _row(at: At, delay: float, waiting: Waiting, firsts: Mapping[Ask, int | None]) -> RetryPartition:
    (topic, partition), line = at, waiting.lines[at]
    offset = waiting.committed.get(at, NEVER)
    fault, due_end = line.fault, line.end
    if offset.error is not None:
        fault = faults.of_partition(offset.error, topic=topic, partition=partition, what="committed offset")
    elif _waits(line, offset) and (at, delay) not in firsts:
        fault = Fault(FaultKind.LEADER, f"the leader of {topic}-{partition} did not tell what is due")
    elif (first := firsts.get((at, delay))) is not None and due_end is not None:
        due_end = min(first, due_end)
    return RetryPartition(
        topic=topic,
        partition=partition,
        due_end=None if fault else due_end,
        committed=offset.value,
        start=line.start or 0,
        fault=fault,
    )


def _unread(client: Client, waiting: Waiting) -> list[RetryPartition]:
    """A row for each topic that is there but may not, or cannot, be read; one that is not there holds nothing."""
    found = []
    for topic, _ in waiting.retry:
        error = waiting.topics.get(topic)
        if isinstance(error, KafkaError):
            fault = faults.of_topic(error, topic=topic, bootstrap=client.bootstrap)
            if fault.kind is not FaultKind.UNKNOWN_TOPIC:
                found.append(RetryPartition(topic=topic, partition=0, due_end=None, committed=None, fault=fault))
    return found
