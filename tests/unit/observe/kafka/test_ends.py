"""One partition's line from three answers, each of which may be an error."""

from __future__ import annotations

from confluent_kafka import KafkaError

from sluicegate.model.kafka import FaultKind
from sluicegate.observe.kafka.ends import line

AT = ("orders", 0)
NOT_LEADER = KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION, "Broker: Not leader for partition")


def test_three_good_answers_make_a_line_without_fault() -> None:
    found = line(AT, start={AT: 2}, end={AT: 9}, stable={AT: 7})

    assert (found.start, found.end, found.stable, found.fault) == (2, 9, 7, None)


def test_a_last_stable_offset_read_after_the_end_is_cut_to_it() -> None:
    assert line(AT, start={AT: 0}, end={AT: 9}, stable={AT: 12}).stable == 9


def test_an_end_that_is_not_known_is_none_and_says_why() -> None:
    found = line(AT, start={AT: 2}, end={AT: NOT_LEADER}, stable={AT: 7})

    assert (found.start, found.end) == (2, None)
    assert found.fault is not None
    assert found.fault.kind is FaultKind.LEADER
    assert found.fault.message == "the end of orders-0 could not be read: Broker: Not leader for partition"


def test_a_start_that_is_not_known_leaves_the_end_good() -> None:
    found = line(AT, start={AT: NOT_LEADER}, end={AT: 9}, stable={AT: 9})

    assert (found.start, found.end) == (None, 9)
    assert found.fault is not None
    assert "the start of orders-0" in found.fault.message
