"""Whatever happens to a dependency and its spec, its breaker keeps its promises. Twenty thousand histories are in
tests/simulate."""

from __future__ import annotations

from collections import Counter

from tests.support.breaker_histories import broken, lived

HISTORIES = 1_000


def test_a_breaker_keeps_its_promises_whatever_happens() -> None:
    for seed in range(HISTORIES):
        assert not broken(lived(seed)), f"history {seed}"


def test_the_same_history_has_the_same_end_with_restarts_or_without() -> None:
    for seed in range(HISTORIES // 4):
        assert lived(seed) == lived(seed, restarts=True), f"history {seed}"


def test_the_histories_go_every_way_often_enough_to_prove_something() -> None:
    ways = Counter((move.before, move.after) for seed in range(200) for look in lived(seed) for move in look.moves)
    assert len(ways) == 5
    assert min(ways.values()) > 20
