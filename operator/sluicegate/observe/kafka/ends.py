"""Where partitions begin and end: one question per leader for each of start, end and last stable offset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.client import At, Client, Offsets, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One partition's offsets; None where they could not be had, and then ``fault`` says why."""

    start: int | None
    end: int | None
    stable: int | None
    fault: Fault | None = None


def read(client: Client, topics: Mapping[str, Topic | KafkaError], *, names: Iterable[str]) -> dict[At, Line]:
    """The lines of all partitions of those ``names`` that are known topics.

    Partitions without a leader are not asked for: one of them would hold up the answer for all others until the
    time-out.
    """
    led: list[At] = []
    found: dict[At, Line] = {}
    for name in sorted(set(names)):
        topic = topics.get(name)
        if not isinstance(topic, Topic):
            continue
        for number, leader in sorted(topic.leaders.items()):
            if leader is None:
                fault = Fault(FaultKind.LEADER, f"{name}-{number} has no leader at the moment")
                found[name, number] = Line(start=None, end=None, stable=None, fault=fault)
            else:
                led.append((name, number))
    start, end, stable = client.offsets(led)
    heard = client.last_heard()
    for at in led:
        found[at] = line(at, start=start, end=end, stable=stable, heard=heard)
    return found


def line(at: At, *, start: Offsets, end: Offsets, stable: Offsets, heard: str = "") -> Line:
    """One partition's part of the three answers. A last stable offset read after the end is cut to it."""
    low, high, last = start.get(at), end.get(at), stable.get(at)
    fault = None
    for what, value in (("end", high), ("last stable offset", last), ("start", low)):
        if isinstance(value, KafkaError):
            fault = faults.of_partition(value, topic=at[0], partition=at[1], what=what, heard=heard)
            break
    first, upper, stable_ = (value if isinstance(value, int) else None for value in (low, high, last))
    if stable_ is not None and upper is not None:
        stable_ = min(stable_, upper)
    return Line(start=first, end=upper, stable=stable_, fault=fault)
