from __future__ import annotations

import pytest

from sluicegate.redrive.dialects import read
from sluicegate.redrive.headers import moved, parked
from sluicegate.redrive.letter import Headers
from tests.unit.redrive.given import letter
from tests.unit.redrive.test_dialects import CONNECT, OURS, SHARE_GROUP, SMALLRYE, SPRING, STREAMS

MINE: Headers = [("traceparent", b"00-1"), ("tenant", b"\xff"), ("tenant", b"again"), ("empty", None)]


@pytest.mark.parametrize("theirs", [SPRING, CONNECT, STREAMS, SHARE_GROUP, SMALLRYE, OURS])
def test_errors_are_replaced_by_where_it_came_from_and_what_is_the_apps_stays(theirs: Headers) -> None:
    one = letter([*MINE, *theirs])
    found = moved(one, read(one.headers), by="0b5e")
    assert found[:4] == MINE
    ours = dict(found[4:])
    assert set(ours) <= {
        "sluicegate.group",
        "sluicegate.original.topic",
        "sluicegate.original.partition",
        "sluicegate.original.offset",
        "sluicegate.original.timestamp",
        "sluicegate.redrive.count",
        "sluicegate.redrive.id",
    }
    assert ours["sluicegate.original.topic"] == b"orders"
    assert ours["sluicegate.original.partition"] == b"3"
    assert ours["sluicegate.original.offset"] == b"42"
    assert ours["sluicegate.redrive.count"] == b"1"
    assert ours["sluicegate.redrive.id"] == b"0b5e"


def test_headers_do_not_grow_however_often_a_record_is_moved() -> None:
    one = letter([*MINE, *OURS])
    sizes = []
    for times in range(1, 6):
        found = moved(one, read(one.headers), by="0b5e")
        assert dict(found)["sluicegate.redrive.count"] == str(times).encode()
        sizes.append(len(found))
        one = letter([*found, ("sluicegate.error.class", b"Again"), ("sluicegate.attempt", b"4")])
    assert len(set(sizes)) == 1


def test_attempts_begin_anew() -> None:
    one = letter([*OURS, ("sluicegate.attempt", b"4"), ("sluicegate.not-before", b"1")])
    names = {name for name, _ in moved(one, read(one.headers), by="0b5e")}
    assert not names & {"sluicegate.attempt", "sluicegate.not-before"}


def test_a_record_without_a_time_of_its_own_keeps_that_of_the_dead_letter() -> None:
    one = letter(CONNECT)
    assert dict(moved(one, read(one.headers), by="x"))["sluicegate.original.timestamp"] == str(one.timestamp).encode()


def test_what_is_parked_keeps_its_errors_and_its_count() -> None:
    one = letter([*SPRING, ("sluicegate.redrive.count", b"3")])
    found = parked(one, read(one.headers), by="0b5e")
    assert set(SPRING) <= set(found)
    assert dict(found)["sluicegate.redrive.count"] == b"3"
    assert dict(found)["sluicegate.original.topic"] == b"orders"
