"""Where partitions begin and end: one question per leader for each of start, end and last stable offset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client, Offsets, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One partition's offsets; None where they could not be had, and then ``fault`` says why."""

    start: int | None
    end: int | None
    stable: int | None
    fault: Fault | None = None


def read(
    client: Client,
    topics: Mapping[str, Topic | KafkaError],
    *,
    names: Iterable[str],
    resting: Iterable[str] = (),
    before: Mapping[At, Line] | None = None,
) -> dict[At, Line]:
    """The lines of all partitions of those ``names`` that are known topics.

    Of the topics in ``resting`` only the ends are asked for: where one is as ``before``, so is the whole line. Where
    it is not, start and last stable offset are those of before, for a caller who asks again.
    Partitions without a leader are not asked for: one of them would hold up the answer for all others until the
    time-out.
    """
    before = before or {}
    quiet = frozenset(resting)
    whole: list[At] = []
    only_end: list[At] = []
    found: dict[At, Line] = {}
    for name in sorted(set(names)):
        topic = topics.get(name)
        if not isinstance(topic, Topic):
            continue
        for number, leader in sorted(topic.leaders.items()):
            at = (name, number)
            if leader is None:
                fault = Fault(FaultKind.LEADER, f"{name}-{number} has no leader at the moment")
                found[at] = Line(start=None, end=None, stable=None, fault=fault)
            elif name in quiet and at in before and before[at].fault is None:
                only_end.append(at)
            else:
                whole.append(at)
    start, end, stable = client.offsets(whole, only_end=only_end)
    heard = client.calls.last_heard()
    for at in whole:
        found[at] = line(at, start=start, end=end, stable=stable, heard=heard)
    for at in only_end:
        found[at] = _after(before[at], line(at, start={}, end=end, stable={}, heard=heard))
    return found


def _after(before: Line, now: Line) -> Line:
    return before if now.end == before.end else replace(before, end=now.end, fault=now.fault)


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
