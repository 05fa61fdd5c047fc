"""Where a failure goes next: retries in their order, then the dead letters; settings that make no sense are told."""

from __future__ import annotations

import re

import pytest

from examples.consumer.routes import Retry, Routes, parse


def test_retries_are_taken_in_their_order_and_then_there_is_none() -> None:
    routes = parse("o.r-10s=10s, o.r-1m=1m", "o.dlq")
    assert [routes.after(attempt) for attempt in (1, 2, 3)] == [
        Retry(topic="o.r-10s", delay=10.0),
        Retry(topic="o.r-1m", delay=60.0),
        None,
    ]
    assert routes.dead_letters == "o.dlq"


def test_a_topic_that_two_retries_share_is_read_once() -> None:
    routes = parse("r-10s=10s,r-1m=1m,r-10s=10s", "dlq")
    assert routes.topics == ("r-10s", "r-1m")
    assert routes.after(3) == Retry(topic="r-10s", delay=10.0)


def test_nothing_waits_in_a_source() -> None:
    assert parse("r=10s", "dlq").delay_of("orders") == 0


@pytest.mark.parametrize(("text", "seconds"), [("250ms", 0.25), ("90s", 90), ("1h30m", 5400), ("10m", 600)])
def test_delays_are_read_as_the_operator_writes_them(text: str, seconds: float) -> None:
    assert parse(f"r={text}", "dlq").delay_of("r") == seconds


def test_without_settings_there_are_no_routes() -> None:
    assert parse("", "") == Routes()
    assert parse("", "").topics == ()


@pytest.mark.parametrize(
    ("retries", "dead_letters", "words"),
    [
        ("orders.retry", "dlq", "'orders.retry' is no topic with a delay: write name=10s,name=1m"),
        ("=10s", "dlq", "'=10s' is no topic"),
        ("r=10", "dlq", "'r=10' has no delay: write a number with its unit"),
        ("r=s", "dlq", "'r=s' has no delay"),
        ("r=10s", "", "DEAD_LETTER_TOPIC: name the topic"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_remedy(retries: str, dead_letters: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse(retries, dead_letters)
