"""Streams of one recording that follow each other are one recording."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluicegate.cli.recording import Joint
from sluicegate.errors import Transient


def header(poll: float = 10.0) -> str:
    params = {"name": "orders", "generation": 2, "poll": poll}
    return json.dumps({"v": 1, "app": {"consumerGroup": "g"}, "memory": {"exact": {"pollsSeen": 7}}, "params": params})


def look(now: float, **more: Any) -> str:
    return json.dumps({"at": now, "now": now, **more}) + "\n"


def begun() -> Joint:
    joint = Joint()
    joint.begin()
    assert joint.take(header()) == [header()]
    assert joint.take(look(100)) == [look(100)]
    return joint


def test_a_further_header_becomes_part_of_its_first_line() -> None:
    joint = begun()
    joint.begin()
    assert joint.take(header(poll=5.0)) == []
    (line,) = joint.take(look(110))
    assert json.loads(line) == {
        "at": 110,
        "now": 110,
        "app": {"consumerGroup": "g"},
        "memory": {"exact": {"pollsSeen": 7}},
        "generation": 2,
        "poll": 5.0,
    }
    assert joint.take(look(120)) == [look(120)]


def test_the_look_that_was_told_already_is_left_out_and_with_it_the_header() -> None:
    """The same process still: what follows continues what there is."""
    joint = begun()
    joint.begin()
    joint.take(header())
    assert joint.take(look(100)) == []
    assert joint.take(look(110)) == [look(110)]


def test_a_look_from_before_is_not_taken_and_the_stream_is_asked_for_again() -> None:
    joint = begun()
    joint.begin()
    joint.take(header())
    for earlier in (90, 95):
        with pytest.raises(Transient, match="clock is behind"):
            joint.take(look(earlier))
        joint.begin()
        joint.take(header())
    (line,) = joint.take(look(101))
    assert "memory" in json.loads(line)
