"""How many dead letters nobody dealt with yet, and since when the oldest of them waits.

Up to where they were dealt with a consumer group of its own says (`decide.topics.names.settled_group`); where it says
nothing, all that is in the topic counts. The oldest is dated by its own stamp where nothing before it is settled, else
by when the end was seen to pass what was settled; offsets alone do not tell it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from confluent_kafka import KafkaError

from sluicegate.decide.topics.names import settled_group
from sluicegate.model.topic import DeadLetters
from sluicegate.observe.kafka import faults, memory
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.memory import Known


def date(
    client: Client,
    known: Known,
    *,
    topics: Mapping[str, Topic | KafkaError],
    lines: Mapping[At, Line],
    now: float,
) -> None:
    """Bring ``known.oldest`` up to the offsets just read; ``now`` unix seconds of the operator's clock. Asks the
    brokers only where a partition's first dead letter is another one than before."""
    before = {} if memory.has_other_shape(known, topics) else known.oldest
    waiting = {at: first for at, line in lines.items() if (first := _first(known, at, line)) is not None}
    known.oldest = {at: before[at] for at, first in waiting.items() if at in before and before[at][0] == first}
    ask = []
    for at, first in waiting.items():
        if at in known.oldest:
            continue
        if first == lines[at].start:
            ask.append(at)
        elif known.ends.get(at, first + 1) <= first:
            known.oldest[at] = (first, now)
    wall = time.time()
    for at, (offset, stamp) in client.first_since(dict.fromkeys(ask, 0)).items():
        if offset is not None and stamp >= 0:
            known.oldest[at] = (waiting[at], now - max(0.0, wall - stamp / 1000))


def of_topic(
    topic: str,
    *,
    known: Known,
    found: Topic | KafkaError,
    lines: Mapping[At, Line],
    bootstrap: str,
    heard: str = "",
) -> DeadLetters:
    """What is known of ``topic``; ``lines`` and ``known`` are those of its group."""
    if isinstance(found, KafkaError):
        fault = faults.of_topic(found, topic=topic, bootstrap=bootstrap)
        return DeadLetters(topic=topic, records=None, ends=None, fault=fault)
    if known.error is not None:
        fault = faults.of_group(known.error, group=settled_group(topic), what="committed offsets", heard=heard)
        return DeadLetters(topic=topic, records=None, ends=None, fault=fault)
    records = ends = 0
    oldest: list[float] = []
    for at, line in lines.items():
        offset = known.committed.get(at)
        error = (
            faults.of_partition(offset.error, topic=topic, partition=at[1], what="settled offset")
            if (offset is not None and offset.error is not None)
            else line.fault
        )
        if error is not None or line.end is None:
            return DeadLetters(topic=topic, records=None, ends=None, fault=error)
        ends += line.end
        first = _first(known, at, line)
        if first is not None:
            records += line.end - first
            if at in known.oldest and known.oldest[at][0] == first:
                oldest.append(known.oldest[at][1])
    return DeadLetters(topic=topic, records=records, ends=ends, oldest=min(oldest, default=None))


def _first(known: Known, at: At, line: Line) -> int | None:
    """Offset of the first dead letter that nobody dealt with; None without one. What was settled beyond the end was
    settled in another topic of the same name."""
    if line.start is None or line.end is None:
        return None
    offset = known.committed.get(at)
    settled = offset.value if offset is not None and offset.value is not None else line.start
    first = max(line.start, settled) if settled <= line.end else line.start
    return first if first < line.end else None
