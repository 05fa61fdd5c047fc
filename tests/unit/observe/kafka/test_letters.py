"""How deep dead letters lie and since when, from what a sweep read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import cast

import pytest
from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import DeadLetters
from sluicegate.observe.kafka import letters
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client, Offset, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.memory import Known

NOW = 1_800_000_000.0
ZERO, ONE = ("dlq", 0), ("dlq", 1)
TOPIC = Topic(id="1", leaders={0: 1, 1: 1})
DENIED = KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED)


class Leaders:
    """Every first message was stamped ``age`` seconds ago."""

    def __init__(self, *, age: float = 500.0) -> None:
        self.age = age
        self.asked: list[set[At]] = []

    def first_since(self, stamps: Mapping[At, int]) -> dict[At, tuple[int | None, int]]:
        if stamps:
            self.asked.append(set(stamps))
        return dict.fromkeys(stamps, (0, round((time.time() - self.age) * 1000)))


def line(end: int | None, *, start: int = 0, fault: Fault | None = None) -> Line:
    return Line(start=start, end=end, stable=end, fault=fault)


def told(known: Known, *lines: Line, found: Topic | KafkaError = TOPIC) -> DeadLetters:
    numbered = {("dlq", number): one for number, one in enumerate(lines)}
    return letters.of_topic("dlq", known=known, found=found, lines=numbered, bootstrap="kafka:9092")


def dated(known: Known, leaders: Leaders, *lines: Line, now: float = NOW, topic: Topic = TOPIC) -> None:
    numbered = {("dlq", number): one for number, one in enumerate(lines)}
    letters.date(cast(Client, leaders), known, topics={"dlq": topic}, lines=numbered, now=now)
    known.ends = {at: one.end for at, one in numbered.items() if one.end is not None}
    known.shape = {"dlq": (topic.id, len(topic.leaders))}


def test_the_depth_is_what_lies_behind_what_was_settled() -> None:
    known = Known(committed={ZERO: Offset(value=4)})

    found = told(known, line(9), line(3))

    assert (found.records, found.ends) == (8, 12)


def test_what_retention_took_is_no_dead_letter_any_more() -> None:
    assert told(Known(committed={ZERO: Offset(value=2)}), line(9, start=7)).records == 2


def test_what_was_settled_beyond_the_end_belongs_to_a_topic_of_before() -> None:
    """Never a negative depth, and never a letter that is hidden by it."""
    assert told(Known(committed={ZERO: Offset(value=50)}), line(9)).records == 9


@pytest.mark.parametrize(
    ("known", "lines", "kind"),
    [
        (Known(error=DENIED), (line(9),), FaultKind.DENIED),
        (Known(committed={ZERO: Offset(value=None, error=DENIED)}), (line(9),), FaultKind.DENIED),
        (Known(), (line(None, fault=Fault(FaultKind.LEADER, "no leader")),), FaultKind.LEADER),
    ],
)
def test_what_could_not_be_read_is_not_taken_for_none(known: Known, lines: tuple[Line, ...], kind: FaultKind) -> None:
    found = told(known, *lines)

    assert (found.records, found.ends) == (None, None)
    assert found.fault is not None
    assert found.fault.kind is kind


def test_a_topic_that_is_not_there_says_so() -> None:
    found = told(Known(), found=KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART))

    assert found.records is None
    assert found.fault is not None
    assert found.fault.kind is FaultKind.UNKNOWN_TOPIC


def test_the_oldest_is_dated_by_its_stamp_and_asked_for_once() -> None:
    known, leaders = Known(), Leaders(age=500)
    dated(known, leaders, line(9), line(0))
    dated(known, leaders, line(11), line(0), now=NOW + 60)

    assert told(known, line(11), line(0)).oldest == pytest.approx(NOW - 500, abs=1)
    assert leaders.asked == [{ZERO}]


def test_when_retention_takes_the_oldest_the_next_one_is_asked_about() -> None:
    known, leaders = Known(), Leaders()
    dated(known, leaders, line(9))
    leaders.age = 100.0
    dated(known, leaders, line(9, start=5))

    assert len(leaders.asked) == 2
    assert told(known, line(9, start=5)).oldest == pytest.approx(NOW - 100, abs=1)


def test_a_letter_that_comes_after_all_were_settled_is_dated_by_when_it_was_seen() -> None:
    known, leaders = Known(committed={ZERO: Offset(value=9)}), Leaders()
    dated(known, leaders, line(9))
    assert told(known, line(9)).oldest is None
    dated(known, leaders, line(10), now=NOW + 10)
    dated(known, leaders, line(12), now=NOW + 20)

    assert told(known, line(12)).oldest == NOW + 10
    assert leaders.asked == []


def test_letters_that_nobody_saw_come_behind_settled_ones_have_no_age() -> None:
    known, leaders = Known(committed={ZERO: Offset(value=4)}), Leaders()
    dated(known, leaders, line(9))

    assert told(known, line(9)).records == 5
    assert told(known, line(9)).oldest is None


def test_what_is_settled_takes_its_age_along() -> None:
    known, leaders = Known(), Leaders()
    dated(known, leaders, line(9))
    known.committed = {ZERO: Offset(value=9)}
    dated(known, leaders, line(9))

    assert told(known, line(9)).oldest is None
    assert known.oldest == {}


def test_a_topic_that_was_made_anew_is_dated_anew() -> None:
    known, leaders = Known(), Leaders(age=500)
    dated(known, leaders, line(9))
    leaders.age = 5.0
    dated(known, leaders, line(2), topic=Topic(id="2", leaders={0: 1, 1: 1}))

    assert told(known, line(2)).oldest == pytest.approx(NOW - 5, abs=1)
