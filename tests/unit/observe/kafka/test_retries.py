"""What becomes of retry partitions that could not be read, were not asked about, or tell something odd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.observe.kafka import retries
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client, Offset, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.retries import Waiting

NOW = 1_800_000_000.0
RETRY = ("r-10s", 10.0)
ZERO: At = ("r-10s", 0)
DENIED = KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)
MISSING = KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)


class Leaders:
    """Answers as brokers do: the first offset at or after a time, by partition; others say nothing."""

    bootstrap = "kafka:9092"

    def __init__(self, **firsts: int | None) -> None:
        self.firsts = {(name.rpartition("_")[0].replace("_", "-"), int(name[-1])): at for name, at in firsts.items()}
        self.asked: list[dict[At, int]] = []

    def first_since(self, stamps: Mapping[At, int]) -> dict[At, tuple[int | None, int]]:
        self.asked.append(dict(stamps))
        return {at: (self.firsts[at], stamps[at]) for at in stamps if at in self.firsts}


def waiting(
    line: Line | None = None,
    offset: Offset | None = None,
    *,
    topic: Topic | KafkaError | None = None,
    retry: tuple[tuple[str, float], ...] = (RETRY,),
) -> Waiting:
    return Waiting(
        retry=retry,
        topics={"r-10s": topic or Topic(id="1", leaders={0: 1})},
        lines={} if topic is not None else {ZERO: line or Line(start=0, end=9, stable=9)},
        committed={} if offset is None else {ZERO: offset},
    )


def read(leaders: Leaders, *asked: Waiting) -> list[tuple[Any, ...]]:
    return retries.read(cast(Client, leaders), asked, now=NOW)


def test_the_leader_is_asked_for_what_is_younger_than_the_delay() -> None:
    leaders = Leaders(r_10s_0=4)

    ((found,),) = read(leaders, waiting())

    assert leaders.asked == [{ZERO: round((NOW - 10) * 1000)}]
    assert (found.due_end, found.due) == (4, 4)


def test_where_nothing_is_younger_all_is_due() -> None:
    ((found,),) = read(Leaders(r_10s_0=None), waiting())

    assert found.due_end == 9


def test_what_came_after_the_end_was_read_is_not_due() -> None:
    ((found,),) = read(Leaders(r_10s_0=12), waiting())

    assert found.due_end == 9


@pytest.mark.parametrize(
    ("line", "offset"),
    [
        (Line(start=0, end=9, stable=9), Offset(value=9)),
        (Line(start=9, end=9, stable=9), None),
        (Line(start=9, end=9, stable=9), Offset(value=3)),
    ],
)
def test_nobody_is_asked_where_nothing_waits(line: Line, offset: Offset | None) -> None:
    leaders = Leaders()

    ((found,),) = read(leaders, waiting(line, offset))

    assert leaders.asked in ([], [{}])
    assert (found.due_end, found.due) == (9, 0)


def test_a_leader_that_does_not_tell_is_a_fault_of_its_partition_alone() -> None:
    ((found,),) = read(Leaders(), waiting())

    assert found.fault is not None
    assert found.fault.kind is FaultKind.LEADER
    assert (found.due_end, found.due) == (None, None)


def test_a_partition_without_a_leader_is_not_asked_about() -> None:
    leaders, fault = Leaders(), Fault(FaultKind.LEADER, "no leader")

    ((found,),) = read(leaders, waiting(Line(start=None, end=None, stable=None, fault=fault)))

    assert leaders.asked in ([], [{}])
    assert found.fault == fault


def test_an_offset_that_may_not_be_read_is_told() -> None:
    ((found,),) = read(Leaders(r_10s_0=4), waiting(offset=Offset(value=None, error=DENIED)))

    assert found.fault is not None
    assert found.fault.kind is FaultKind.DENIED


def test_a_topic_that_may_not_be_read_is_told_and_one_that_is_not_there_holds_nothing() -> None:
    denied, missing = read(Leaders(), waiting(topic=DENIED), waiting(topic=MISSING))

    assert [one.fault.kind for one in denied] == [FaultKind.DENIED]
    assert missing == ()


def test_all_are_asked_at_once_whatever_their_delays() -> None:
    leaders = Leaders(r_10s_0=4, r_1m_0=2)
    other: At = ("r-1m", 0)
    both = Waiting(
        retry=(RETRY, ("r-1m", 60.0)),
        topics={name: Topic(id="1", leaders={0: 1}) for name in ("r-10s", "r-1m")},
        lines={ZERO: Line(start=0, end=9, stable=9), other: Line(start=0, end=9, stable=9)},
        committed={},
    )

    (found,) = read(leaders, both)

    assert leaders.asked == [{ZERO: round((NOW - 10) * 1000), other: round((NOW - 60) * 1000)}]
    assert [(one.topic, one.due_end) for one in found] == [("r-10s", 4), ("r-1m", 2)]


def test_two_delays_for_one_partition_are_asked_one_after_the_other() -> None:
    leaders = Leaders(r_10s_0=4)

    one, other = read(leaders, waiting(), waiting(retry=(("r-10s", 60.0),)))

    assert leaders.asked == [{ZERO: round((NOW - 60) * 1000)}, {ZERO: round((NOW - 10) * 1000)}]
    assert [found.due_end for found in (*one, *other)] == [4, 4]
