"""The Flink operator's autoscaler, by its documentation's formula and the examples its own tests state."""

import math

import pytest

from sluicegate.simulate.laws import law
from sluicegate.simulate.laws.flink import DelayedDown, Thresholds, aligned, target_capacity, thresholds
from tests.unit.simulate.laws.given import context, seen

ANY = 1_000_000


@pytest.mark.parametrize(
    ("current", "partitions", "factor", "least", "most", "expected"),
    [
        (6, 36, 0.8, 1, ANY, 6),
        (16, 128, 1.5, 1, ANY, 32),
        (200, 720, 1.3, 1, ANY, 360),
        (200, 720, 1e9, 1, ANY, 720),
        (10, 128, 2.5, 1, ANY, 32),
        (6, 720, 0.8, 1, 700, 5),
        (8, 720, 0.8, 8, 700, 8),
        (16, 128, 1.5, 60, ANY, 64),
        (200, 720, 2, 1, 300, 240),
        (200, 720, 1e9, 1, 600, 360),
        (8, 32, 1.6, 1, 15, 11),
    ],
)
def test_parallelism_becomes_a_divisor_of_the_partitions(
    current: int, partitions: int, factor: float, least: int, most: int, expected: int
) -> None:
    """JobVertexScalerTest, testParallelismComputationWithAdjustment and testParallelismComputationWithLimit; the last
    by the rule for what is no divisor: 11 is the least count with at most two of 32 each, as 13 has."""
    assert aligned(current=current, factor=factor, partitions=partitions, least=least, most=most) == expected


def test_alignment_never_turns_the_direction_of_a_change() -> None:
    """A scale-up from 20 of 30 partitions that may not reach 30 finds no even count above 20, and stays."""
    assert aligned(current=20, factor=1.1, partitions=30, least=1, most=25) == 20
    assert aligned(current=15, factor=0.8, partitions=30, least=1, most=ANY) == 15


@pytest.mark.parametrize(
    ("lag_rate", "catch_up", "backlog", "expected"),
    [
        (0, 0, False, (778, 1000)),
        (350, 60, False, (1128, 4850)),
        (0, 60, False, (778, 4500)),
        (350, 60, True, (1050, math.inf)),
        (0, 60, True, (700, math.inf)),
    ],
)
def test_the_band_of_utilisation_is_that_of_its_tests(
    lag_rate: float, catch_up: float, backlog: bool, expected: tuple[float, float]
) -> None:
    """ScalingMetricEvaluatorTest: 700 messages/s at a target of 0.8 ± 0.1, restarts of five minutes."""
    band = thresholds(
        rate=700, lag=lag_rate * catch_up, target=0.8, boundary=0.1, catch_up=catch_up, restart=300, backlog=backlog
    )
    assert (band.up, band.down) == expected
    assert band.breached_by(expected[0] - 1)
    assert not band.breached_by(expected[0])


def test_target_capacity_is_the_sum_of_backlog_restart_and_rate_at_utilisation() -> None:
    """AutoScalerUtils: LAG/CATCH_UP + RATE*RESTART/CATCH_UP + RATE/TARGET."""
    assert target_capacity(rate=100, lag=600, utilization=0.5, catch_up=60, restart=30) == 10 + 50 + 200
    assert target_capacity(rate=100, lag=600, utilization=0.5, catch_up=0, restart=30) == 200
    assert target_capacity(rate=100, lag=0, utilization=0.0, catch_up=60, restart=30) == math.inf
    assert Thresholds(up=1, down=2).breached_by(3)


def test_a_scale_down_waits_for_a_whole_interval_and_takes_the_most_that_was_wanted() -> None:
    delayed = DelayedDown(600)
    assert delayed.ask(at=0, count=4, outside=True) is None
    assert delayed.ask(at=300, count=6, outside=False) is None
    assert delayed.ask(at=600, count=3, outside=True) == (6, False)
    assert delayed.ask(at=901, count=3, outside=True) == (3, True)
    delayed.clear()
    assert delayed.ask(at=960, count=2, outside=True) is None
    assert DelayedDown(0).ask(at=0, count=4, outside=True) == (4, True)


def run(options: str, *, rate: float, until: int, desired: int, ready_after: float = 0.0) -> list[tuple[int, int]]:
    """The law over time with no lag; (second, count) of each change."""
    flink = law(options, context=context(partitions=24))
    changes, since = [], 0.0
    for at in range(0, until, 60):
        ready = desired if at >= since + ready_after else 0
        chosen = flink(seen(at, desired=desired, ready=ready, committed=round(rate * at)))
        if chosen is not None and chosen != desired:
            desired, since = chosen, at
            changes.append((at, chosen))
    return changes


def test_it_waits_for_stabilisation_and_a_full_window_before_its_first_step() -> None:
    """6 x 100/s for 700/s: 700/0.7 + 700 * 300/1800 = 1117, so 12 of 24, at 5 + 15 minutes."""
    assert run("flink", rate=700, until=1300, desired=6) == [(1200, 12)]
    assert run("flink:stabilization=1m,window=5m", rate=700, until=1300, desired=6) == [(360, 12)]


def test_inside_the_band_it_does_nothing_although_it_would_like_another_count() -> None:
    assert run("flink", rate=700, until=7200, desired=8) == []


def test_after_a_step_it_begins_anew_once_all_members_are_there() -> None:
    steps = run("flink:stabilization=1m,window=5m,down=0s", rate=100, until=7200, desired=24, ready_after=120)
    assert steps[0] == (360, 12)
    assert steps[1][0] == 360 + 120 + 60 + 300


def test_it_goes_down_after_an_hour_of_wanting_less() -> None:
    assert run("flink", rate=100, until=5000, desired=24) == [(1200 + 3600, 12)]


def test_while_it_works_off_a_backlog_it_takes_nothing_away() -> None:
    """isProcessingBacklog: more than five minutes of lag."""
    asked = "flink:window=1m,stabilization=0s,down=0s"
    for lag, expected in ((100 * 301, None), (100 * 299, 12)):
        flink = law(asked, context=context())
        flink(seen(0, desired=24, lag=lag))
        assert flink(seen(60, desired=24, lag=lag, committed=100 * 60)) == expected


def test_it_does_nothing_while_the_lag_is_unknown() -> None:
    flink = law("flink:window=1m,stabilization=0s", context=context())
    assert all(flink(seen(at, desired=1, committed=at * 900, known=False)) is None for at in range(0, 600, 60))
