"""Rates with a clock of the test's own."""

from __future__ import annotations

import math

import pytest

from sluicegate.redrive.pace import HELD, Meter, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0


def _run(pace: Pace, clock: Clock, *, seconds: float, octets: int = 100, nap: float = 0.0) -> int:
    """Records that go in so long; each costs no time, each wait takes ``nap`` more than asked for."""
    gone, until = 0, clock.now + seconds
    while clock.now < until:
        wait = pace.wait(now=clock.now)
        if wait > 0:
            clock.now += min(wait + nap, until - clock.now + 1e-9)
            continue
        pace.take(octets=octets)
        gone += 1
    return gone


@pytest.mark.parametrize("rate", [0.5, 1.0, 7.0, 50.0, 1000.0, 20_000.0])
@pytest.mark.parametrize("nap", [0.0, 0.001, 0.05])
def test_the_rate_is_kept_within_ten_percent_however_late_each_wait_ends(rate: float, nap: float) -> None:
    clock = Clock()
    pace = Pace(records=rate, octets=math.inf, now=clock.now)
    assert _run(pace, clock, seconds=40.0, nap=nap) == pytest.approx(40 * rate, rel=0.1)


def test_a_long_pause_is_made_up_for_by_a_quarter_of_a_second_at_most() -> None:
    clock = Clock()
    pace = Pace(records=100.0, octets=math.inf, now=clock.now)
    clock.now += 3600
    assert _run(pace, clock, seconds=10.0) <= 1000 + 100 * HELD + 1


def test_large_records_are_held_to_the_rate_in_bytes() -> None:
    clock = Clock()
    pace = Pace(records=1000.0, octets=1_000_000.0, now=clock.now)
    assert _run(pace, clock, seconds=20.0, octets=50_000) == pytest.approx(400, rel=0.1)


def test_a_record_larger_than_the_bucket_goes_and_is_paid_for_after() -> None:
    clock = Clock()
    pace = Pace(records=math.inf, octets=1_000_000.0, now=clock.now)
    assert _run(pace, clock, seconds=30.0, octets=5_000_000) == pytest.approx(6, abs=1)


def test_another_rate_holds_from_then_on() -> None:
    clock = Clock()
    pace = Pace(records=1000.0, octets=math.inf, now=clock.now)
    _run(pace, clock, seconds=5.0)
    pace.set(10.0, now=clock.now)
    assert _run(pace, clock, seconds=20.0) == pytest.approx(200, rel=0.1)


def test_without_a_limit_nothing_waits_and_at_zero_nothing_goes() -> None:
    pace = Pace(records=math.inf, octets=math.inf, now=0.0)
    for _ in range(10_000):
        assert pace.wait(now=0.0) == 0
        pace.take(octets=1_000)
    pace.set(0.0, now=1.0)
    assert pace.wait(now=2.0) == math.inf


def test_the_meter_shows_the_rate_of_the_last_seconds() -> None:
    meter = Meter(now=0.0)
    shown = [meter.rate(100 * second if second <= 10 else 1000, now=float(second)) for second in range(1, 21)]
    assert shown[0] == shown[9] == 100
    assert shown[-1] == 0
