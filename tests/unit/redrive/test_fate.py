from __future__ import annotations

from dataclasses import replace

import pytest

from sluicegate.redrive.dialects import read
from sluicegate.redrive.fate import Fate, Judge, Room
from sluicegate.redrive.letter import Headers, Letter
from sluicegate.redrive.order import NO_SOURCE, RedriveOrder
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.size import at_most, batch_of_one
from sluicegate.redrive.track import Outcome
from tests.unit.redrive.given import PARKING, SOURCE, letter, order
from tests.unit.redrive.test_dialects import OURS

ROOMS = {SOURCE: Room(partitions=12, most=1_000_000), PARKING: Room(partitions=12, most=2_000_000)}


def test_a_record_goes_to_the_topic_of_its_source_in_the_partition_it_lies_in() -> None:
    fate = _fate(letter(OURS, partition=7))
    assert (fate.outcome, fate.topic, fate.partition, fate.why) == (Outcome.REDRIVEN, SOURCE, 7, "")


def test_a_record_of_an_unknown_source_goes_where_the_order_says_or_is_stuck() -> None:
    elsewhere = {"elsewhere": Room(partitions=1, most=None)}
    told = replace(order(), topics={SOURCE: SOURCE, NO_SOURCE: "elsewhere"})
    assert _fate(letter(), given=told, rooms=ROOMS | elsewhere).topic == "elsewhere"
    stuck = _fate(letter())
    assert (stuck.outcome, stuck.why) == (Outcome.PARKED, "no header names its source")
    other = _fate(letter([("sluicegate.original.topic", b"bills")]))
    assert (other.outcome, other.why) == (Outcome.PARKED, "its source 'bills' is no topic of this app")


@pytest.mark.parametrize(
    ("guard", "outcome", "topic"), [("Park", Outcome.PARKED, PARKING), ("Skip", Outcome.SKIPPED, "")]
)
def test_a_record_that_came_back_as_often_as_allowed_is_not_moved_again(
    guard: str, outcome: Outcome, topic: str
) -> None:
    given = order(guards={"maxRedrives": 3, "onLoop": guard})
    back: Headers = [*OURS, ("sluicegate.redrive.count", b"3")]
    fate = _fate(letter(back), given=given)
    assert (fate.outcome, fate.topic, fate.why) == (outcome, topic, "it has come back 3 times")
    once_less = [*OURS, ("sluicegate.redrive.count", b"2")]
    assert _fate(letter(once_less), given=given).outcome is Outcome.REDRIVEN


def test_with_fail_the_run_ends_naming_topic_partition_offset_and_remedy() -> None:
    with pytest.raises(Refusal) as told:
        _fate(letter([*OURS, ("sluicegate.redrive.count", b"3")]), given=order(guards={"onLoop": "Fail"}))
    assert str(told.value) == (
        "orders.dlq, partition 1, offset 17: it has come back 3 times: set spec.guards.onLoop to Park or Skip, or "
        "leave the record out with spec.select"
    )


def test_to_park_parks_whatever_it_is() -> None:
    fate = _fate(letter([*OURS, ("sluicegate.redrive.count", b"9")]), given=order(to="Park", guards={"onLoop": "Fail"}))
    assert (fate.outcome, fate.topic, fate.why) == (Outcome.PARKED, PARKING, "")


def test_a_record_that_is_too_large_for_its_topic_and_for_the_parking_topic_ends_the_run_and_is_not_lost() -> None:
    large = letter(OURS, value=b"x" * 3_000_000)
    with pytest.raises(Refusal, match=r"more than topic 'orders\.dlq\.parked' takes \(max\.message\.bytes 2000000\)"):
        _fate(large)
    skipped = _fate(large, given=order(guards={"onLoop": "Skip"}))
    assert skipped.outcome is Outcome.SKIPPED
    assert "more than topic 'orders' takes (max.message.bytes 1000000)" in skipped.why


def test_where_the_broker_tells_no_limit_none_is_held_against_a_record() -> None:
    fate = _fate(letter(OURS, value=b"x" * 3_000_000), rooms={SOURCE: Room(partitions=12, most=None)})
    assert fate.outcome is Outcome.REDRIVEN


@pytest.mark.parametrize("size", [0, 1, 63, 64, 8191, 8192, 1_048_575])
def test_the_quick_size_is_never_less_than_the_exact_one_and_little_more(size: int) -> None:
    headers: Headers = [("ü" * 20, b"x" * size), ("n", None), ("traceparent", b"y" * 55)]
    for key, value in [(None, None), (b"k", b"x" * size), (b"x" * size, None)]:
        exact = batch_of_one(key, value, headers)
        assert exact <= at_most(key, value, headers) <= exact + 120


def _fate(one: Letter, *, given: RedriveOrder | None = None, rooms: dict[str, Room] | None = None) -> Fate:
    judge = Judge(given or order(), rooms=ROOMS if rooms is None else rooms, here=12)
    return judge.fate(one, read(one.headers))
