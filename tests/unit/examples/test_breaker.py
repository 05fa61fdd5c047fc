"""The breaker opens after failures in a row only, and lets one through after its rest."""

from __future__ import annotations

from examples.consumer.breaker import Breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(failures=3, rest=5.0)
    assert [breaker.failed(10.0) for _ in range(3)] == [False, False, True]
    assert breaker.wait(10.0) == 5.0
    assert breaker.wait(15.0) == 0.0


def test_a_success_between_keeps_it_closed() -> None:
    breaker = Breaker(failures=2, rest=5.0)
    for _ in range(5):
        assert not breaker.failed(10.0)
        breaker.succeeded()
    assert breaker.wait(10.0) == 0.0


def test_after_its_rest_one_failure_opens_it_again_and_one_success_closes_it() -> None:
    breaker = Breaker(failures=2, rest=5.0)
    breaker.failed(0.0)
    breaker.failed(0.0)
    assert breaker.failed(6.0)
    assert breaker.wait(6.0) == 5.0
    breaker.succeeded()
    assert not breaker.failed(12.0)
