"""The headers by which a message keeps its story: written by one attempt, read by the next, wherever it was first."""

from __future__ import annotations

import pytest

from examples.consumer import headers
from examples.consumer.headers import Story

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOW = 1_790_000_000_000


def first(found: headers.Headers | None = None) -> Story:
    return headers.read(found, topic="orders", partition=3, offset=41, timestamp=NOW - 5_000)


def after(story: Story, *, now: int = NOW, not_before: int | None = NOW + 10_000, words: str = "no answer") -> Story:
    """The story as whoever reads the copy has it, at another place."""
    written = headers.written(story, group="g", error=TimeoutError(words), now=now, not_before=not_before)
    return headers.read(written, topic="orders.g.retry-10s", partition=3, offset=7, timestamp=now)


def test_a_message_without_headers_begins_its_story_where_it_was_read() -> None:
    story = first()
    assert (story.place, story.attempt, story.timestamp) == ("orders-3-41", 1, NOW - 5_000)
    assert (story.first_failed_at, story.not_before) == (None, None)


def test_every_copy_tells_the_first_place_and_time_not_its_own() -> None:
    second = after(first())
    third = after(second, now=NOW + 60_000, not_before=NOW + 120_000)
    assert (second.place, third.place) == ("orders-3-41", "orders-3-41")
    assert (second.timestamp, third.timestamp) == (NOW - 5_000, NOW - 5_000)


def test_attempts_are_counted_and_the_first_failure_is_kept() -> None:
    second = after(first())
    third = after(second, now=NOW + 60_000, not_before=NOW + 120_000)
    assert (second.attempt, third.attempt) == (2, 3)
    assert (second.first_failed_at, third.first_failed_at) == (NOW, NOW)
    assert (second.not_before, third.not_before) == (NOW + 10_000, NOW + 120_000)


def test_a_dead_letter_says_which_attempt_failed_and_waits_for_nothing() -> None:
    dead = after(after(first()), not_before=None)
    assert (dead.attempt, dead.not_before) == (2, None)


def test_the_trace_goes_through_all_copies_and_is_begun_where_there_is_none() -> None:
    assert after(after(first([("traceparent", TRACE.encode())]))).trace_id == "0af7651916cd43dd8448eb211c80319c"
    begun = first()
    assert len(begun.trace_id) == 32
    assert after(begun).trace_id == begun.trace_id != first().trace_id


def test_headers_of_others_are_kept_byte_by_byte_also_twice_the_same() -> None:
    others = [("tenant", b"a"), ("tenant", b"b"), ("schema", bytes([0, 255])), ("empty", b"")]
    assert after(after(first(others))).others == tuple(others)


def test_error_headers_are_replaced_not_stacked() -> None:
    second = after(first())
    written = headers.written(second, group="g", error=ValueError("bad"), now=NOW, not_before=None)
    names = [name for name, _ in written]
    assert len(names) == len(set(names))
    assert dict(written)["sluicegate.error.class"] == b"ValueError"


def test_all_that_is_written_is_utf8_text_and_a_long_error_is_cut() -> None:
    written = headers.written(first(), group="g", error=ValueError("ä" * 5_000), now=NOW, not_before=NOW)
    told = {name: value.decode() for name, value in written}
    assert len(told["sluicegate.error.message"]) == headers.LONGEST_ERROR
    assert told["sluicegate.original.partition"] == "3"
    assert told["sluicegate.not-before"] == str(NOW)


@pytest.mark.parametrize("raw", [b"", b"soon", b"\xff\xfe", b"1.5", b"--1", "²".encode()])
def test_numbers_that_are_none_are_as_good_as_absent(raw: bytes) -> None:
    story = first([("sluicegate.attempt", raw), ("sluicegate.not-before", raw)])
    assert (story.attempt, story.not_before) == (1, None)


def test_a_place_that_is_half_told_is_not_believed() -> None:
    assert first([("sluicegate.original.topic", b"elsewhere")]).place == "orders-3-41"


def test_what_a_redrive_leaves_begins_its_attempts_anew_at_its_old_place() -> None:
    redriven = [
        ("sluicegate.original.topic", b"orders"),
        ("sluicegate.original.partition", b"3"),
        ("sluicegate.original.offset", b"41"),
        ("sluicegate.original.timestamp", str(NOW - 5_000).encode()),
        ("sluicegate.redrive.count", b"1"),
        ("sluicegate.redrive.id", b"6f1c"),
    ]
    story = headers.read(redriven, topic="orders.g.retry-10s", partition=3, offset=900, timestamp=NOW)
    assert (story.place, story.attempt, story.not_before) == ("orders-3-41", 1, None)
    assert ("sluicegate.redrive.count", b"1") in after(story).others
