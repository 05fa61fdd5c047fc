"""What is made of the first message of the last minutes: where the partition ended before, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.history import SPAN, First, earlier, first

NOW = 1_800_000_000.0
AGO = NOW - SPAN
LINE = Line(start=100, end=900, stable=900)


def made_of(offset: int | None, *, age: float = 290.0, line: Line = LINE) -> tuple[int, float] | None:
    return earlier(first(offset, age=age, now=NOW), line)


def test_the_first_message_of_the_span_says_where_the_partition_ended_before_it() -> None:
    assert made_of(400) == (400, AGO)


def test_of_a_partition_with_nothing_older_it_is_known_only_since_its_first_message() -> None:
    assert made_of(100, age=42.0) == (100, NOW - 42)


def test_a_partition_to_which_nothing_came_ended_where_it_ends_now() -> None:
    assert made_of(None) == (900, AGO)
    assert made_of(None, line=Line(start=7, end=7, stable=7)) == (7, AGO)


def test_a_message_that_came_after_the_end_was_read_changes_nothing() -> None:
    assert made_of(900, age=0.0) == (900, AGO)


def test_an_offset_above_the_end_is_not_believed() -> None:
    assert made_of(901) is None


@pytest.mark.parametrize("ahead", [0.0, 1.0, 60.0])
def test_a_clock_a_little_ahead_of_ours_means_now(ahead: float) -> None:
    assert made_of(100, age=-ahead) == (100, NOW)


def test_a_stamp_far_in_the_future_does_not_tell_when_its_message_came() -> None:
    """One such record ends the search, however long ago it was written: all after it would count as new."""
    assert made_of(400, age=-61.0) is None
    assert made_of(100, age=-61.0) is None


@pytest.mark.parametrize("age", [300.1, 10.0**9, NOW])
def test_a_message_without_a_stamp_or_with_an_older_one_came_at_the_beginning_of_the_span(age: float) -> None:
    assert made_of(100, age=age) == (100, AGO)


@pytest.mark.parametrize(("start", "end"), [(None, 900), (100, None), (None, None)])
def test_where_start_or_end_is_not_known_nothing_is(start: int | None, end: int | None) -> None:
    line = Line(start=start, end=end, stable=None, fault=Fault(FaultKind.LEADER, "no leader"))

    assert made_of(None, line=line) is None
    assert made_of(400, line=line) is None


def test_what_was_not_told_is_not_known() -> None:
    assert earlier(None, LINE) is None


@given(
    offset=st.none() | st.integers(0, 2**62),
    age=st.floats(-(10**10), 10**10),
    start=st.integers(0, 2**62),
    more=st.integers(0, 2**40),
)
def test_whatever_the_stamps_it_lies_within_the_span_and_not_above_the_end(
    offset: int | None, age: float, start: int, more: int
) -> None:
    found = made_of(offset, age=age, line=Line(start=start, end=start + more, stable=start))

    if found is not None:
        assert found[0] <= start + more
        assert AGO <= found[1] <= NOW


def test_the_time_asked_for_is_kept_beside_the_messages_own() -> None:
    assert first(5, age=42.0, now=NOW) == First(offset=5, at=NOW - 42, since=AGO)
