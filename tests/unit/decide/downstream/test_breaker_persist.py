"""A restart in the middle changes nothing; what anybody may have written into a status breaks nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluicegate.decide.downstream.breaker import BreakerMemory, persist, restore
from sluicegate.model.downstream import BreakerState
from tests.support.breakers import LAG, NOW, PING, Watched, spec

STATUS_SHARE = 1024
"""Bytes: a breaker is a small part of a status."""


@pytest.mark.parametrize("when_open", ["Hold", "Zero"])
def test_a_restart_at_every_look_changes_nothing(when_open: str) -> None:
    told = [False] * 4 + [True] * 9 + [False] * 3 + [None] + [True] * 60
    lasting, restarted = (Watched(spec=spec(openFor="60s", whenOpen=when_open)) for _ in range(2))
    for step, passed in enumerate(told):
        at = 15.25 * (step + 1)
        assert lasting.tell(at, passed) == restarted.tell(at, passed)
        restarted.restart()
    assert lasting.moves == restarted.moves
    assert len(lasting.moves) >= 4


def test_it_is_small_whatever_the_checks_say() -> None:
    names = [f"{'a-very-long-name-of-a-check' * 2}-{number}" for number in range(8)]
    watched = Watched(spec=spec(health=tuple({**(PING if i % 2 else LAG), "name": n} for i, n in enumerate(names))))
    for at in (15, 30, 45):
        for name in names:
            watched.tell(at, False, check=name, why="€" * 5000)
    written = json.dumps(persist(watched.memory), ensure_ascii=False, separators=(",", ":"))
    assert len(watched.memory.why) <= 512
    assert len(written) < 2 * STATUS_SHARE


@pytest.mark.parametrize(
    "found",
    [
        None,
        {},
        [],
        "Open",
        {"v": 2, "state": "Open", "since": 1.0},
        {"v": 1},
        {"v": 1, "state": "Ajar", "since": 1.0},
        {"v": 1, "state": "Open"},
        {"v": 1, "state": "Open", "since": "yesterday"},
        {"v": 1, "state": ["Open"], "since": 1},
    ],
)
def test_what_is_not_ours_is_an_empty_memory(found: Any) -> None:
    assert restore(found, now=NOW) == BreakerMemory()


def test_parts_that_make_no_sense_are_absent() -> None:
    found = {
        "v": 1,
        "mode": "Ajar",
        "state": "Open",
        "since": NOW + 1e9,
        "timedFrom": -5,
        "trips": 1e300,
        "base": 12,
        "why": 3,
        "rows": {"ping": [1, 2], "pg": ["x", 0, 0.0], "http": [1, 0, NOW], "sql": "none"},
    }
    memory = restore(found, now=NOW)
    assert (memory.state, memory.since, memory.mode.value) == (BreakerState.OPEN, NOW, "Auto")
    assert (memory.timed_from, memory.base, memory.why) == (0.0, None, "")
    assert [row.check for row in memory.rows] == ["http"]
    watched = Watched(spec=spec(openFor="60s"), memory=memory)
    assert watched.look(0).state is BreakerState.OPEN


def test_a_mode_changed_while_no_operator_ran_counts_from_the_first_look() -> None:
    watched = Watched(spec=spec(mode="ForcedOpen", openFor="60s"))
    watched.every(15, True, since=0, until=60)
    watched.restart()
    watched.spec = spec(openFor="60s")
    assert watched.look(3600).next_at == NOW + 3660
