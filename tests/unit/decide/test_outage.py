"""Silence on all partitions at once looks like an outage upstream, and replicas wait for its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide import outage
from sluicegate.decide.rates import Rates
from sluicegate.model.memory import Memory
from tests.support.scenes import NOW, rates

HOUR = 3600.0


def silence(**more: Any) -> Rates:
    """100 messages/s stopped half a minute ago."""
    return rates(0.0, **{"newest": 0.0, "long": 100.0, "mid": 60.0, **more})


def test_arrivals_that_stop_at_once_are_an_outage_from_then_on() -> None:
    memory = outage.watch(rates=silence(), memory=Memory(), now=NOW)
    assert (memory.silent_since, memory.silent_rate, memory.falls) == (NOW, 100, (NOW,))
    assert outage.held_for(memory, hold=900.0, now=NOW + 100) == 800
    assert outage.held_for(memory, hold=900.0, now=NOW + 1000) == 0


@pytest.mark.parametrize(
    "seen",
    [
        rates(100.0),
        replace(silence(), newest=0.1),
        replace(silence(), fast=2.1),
        rates(0.0, newest=0.0, long=0.6),
    ],
    ids=["arriving", "something came", "more than a fiftieth", "too few to tell"],
)
def test_anything_else_is_none(seen: Rates) -> None:
    memory = Memory()
    assert outage.watch(rates=seen, memory=memory, now=NOW) is memory
    assert outage.held_for(memory, hold=900.0, now=NOW) == 0


def test_a_fiftieth_of_what_came_is_still_silence_and_twenty_messages_in_half_a_minute_are_enough_to_tell() -> None:
    assert outage.watch(rates=replace(silence(), fast=2.0), memory=Memory(), now=NOW).falls
    assert outage.watch(rates=rates(0.0, newest=0.0, long=20 / 30), memory=Memory(), now=NOW).falls


def test_it_is_over_when_a_tenth_of_it_comes_again() -> None:
    out = Memory(silent_since=NOW - 100, silent_rate=100.0, falls=(NOW - 100,))
    assert outage.watch(rates=rates(10.0), memory=out, now=NOW) is out
    back = outage.watch(rates=rates(10.1), memory=out, now=NOW)
    assert (back.silent_since, back.silent_rate, back.falls) == (None, 0, (NOW - 100,))


def test_what_falls_silent_three_times_a_day_is_a_batch_and_is_not_waited_for() -> None:
    memory = Memory()
    waits = []
    for hour in range(5):
        memory = outage.watch(rates=silence(), memory=memory, now=NOW + hour * HOUR)
        waits.append(outage.held_for(memory, hold=900.0, now=NOW + hour * HOUR))
        memory = outage.watch(rates=rates(100.0), memory=memory, now=NOW + (hour + 0.5) * HOUR)
    assert waits == [900, 900, 900, 0, 0]


def test_falls_are_forgotten_after_a_day_and_eight_are_enough() -> None:
    day_ago = Memory(falls=(NOW - 24 * HOUR, NOW - 24 * HOUR + 1))
    assert outage.watch(rates=silence(), memory=day_ago, now=NOW).falls == (NOW - 24 * HOUR + 1, NOW)
    many = Memory(falls=tuple(NOW - 60 * ago for ago in range(10, 0, -1)))
    assert len(outage.watch(rates=silence(), memory=many, now=NOW).falls) == 8
