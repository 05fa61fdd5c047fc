"""The promises of tests/property/test_breaker.py in twenty thousand histories."""

from __future__ import annotations

from tests.support.breaker_histories import broken, lived

HISTORIES = 20_000


def test_a_breaker_keeps_its_promises_in_twenty_thousand_histories() -> None:
    for seed in range(HISTORIES):
        assert not broken(lived(seed)), f"history {seed}"


def test_restarts_change_nothing_in_two_thousand_of_them() -> None:
    for seed in range(0, HISTORIES, 10):
        assert lived(seed) == lived(seed, restarts=True), f"history {seed}"
