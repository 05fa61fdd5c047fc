"""KEDA's Kafka scaler, by the rules of its documentation and source."""

import numpy as np
import pytest

from sluicegate.simulate.laws import law
from sluicegate.simulate.laws.keda import total_lag
from tests.unit.simulate.laws.given import context, seen


def metric(*lag: int, partitions: int = 10, threshold: int = 10, **options: bool) -> int:
    lags = np.zeros(partitions, np.int64)
    lags[: len(lag)] = lag
    return total_lag(lags, threshold=threshold, **options)


def test_the_metric_is_the_sum_up_to_one_threshold_a_partition() -> None:
    assert metric(30, 20) == 50
    assert metric(500) == 100


def test_the_cap_compares_whole_thresholds_so_that_one_replica_too_many_slips_through() -> None:
    """Integer division in getTotalLag: 109 / 10 is 10, not more than 10 partitions, and ceil(109 / 10) is 11."""
    assert metric(109) == 109
    assert metric(110) == 100


def test_allow_idle_consumers_lifts_the_cap() -> None:
    assert metric(500, allow_idle=True) == 500


def test_limit_to_partitions_with_lag_caps_at_their_number_even_beside_allow_idle_consumers() -> None:
    assert metric(500, 1, limit_to_lagging=True) == 20
    assert metric(500, 1, limit_to_lagging=True, allow_idle=True) == 20
    assert metric(limit_to_lagging=True) == 0


@pytest.mark.parametrize(("lag", "replicas"), [(0, 1), (10, 1), (11, 2), (21, 5), (50, 5), (51, 10), (1000, 10)])
def test_an_even_distribution_takes_the_next_divisor_of_the_partitions(lag: int, replicas: int) -> None:
    """getNextFactorThatBalancesConsumersToTopicPartitions, for 10 partitions: 1, 2, 5, 10."""
    assert metric(lag, even=True) == replicas * 10


def test_the_documented_trigger_scales_by_ceil_of_lag_over_threshold() -> None:
    """lagThreshold 50: 240 messages are five replicas, added within the HPA's four or double."""
    keda = law("keda:lagThreshold=50", context=context())
    assert keda(seen(0, lag=240, desired=1)) == 5


def test_the_threshold_is_ten_seconds_of_the_true_capacity_and_five_when_tuned() -> None:
    assert law("keda", context=context(capacity=80))(seen(0, lag=1601, desired=1)) == 3
    assert law("keda-tuned:even=false", context=context(capacity=80))(seen(0, lag=1601, desired=1)) == 5


def test_it_sticks_within_the_tolerance_at_22_of_24() -> None:
    keda = law("keda:lagThreshold=10", context=context())
    assert keda(seen(0, lag=100_000, desired=22)) == 22
    exact = law("keda:lagThreshold=10,tolerance=0", context=context())
    assert exact(seen(0, lag=100_000, desired=22)) == 24


def test_between_two_polls_the_autoscaler_works_with_the_metric_of_the_last() -> None:
    keda = law("keda:lagThreshold=10", context=context())
    assert keda(seen(0, lag=40, desired=4)) == 4
    assert keda(seen(15, lag=80, desired=4)) == 4
    assert keda(seen(30, lag=80, desired=4)) == 8
    assert law("keda:poll=15", context=context()).period == 15


def test_an_unknown_lag_moves_nothing_until_a_poll_succeeds() -> None:
    keda = law("keda:lagThreshold=10", context=context())
    assert keda(seen(0, lag=200, desired=4, known=False)) is None
    assert keda(seen(15, lag=200, desired=4)) is None
    assert keda(seen(30, lag=200, desired=4)) == 8


def test_tuned_it_takes_two_pods_a_minute_after_a_quarter_of_an_hour() -> None:
    keda = law("keda-tuned:lagThreshold=10", context=context())
    path = {0: 12}
    for at in range(0, 1200, 15):
        path[at + 15] = keda(seen(at, lag=120 if at == 0 else 5, desired=path[at])) or path[at]
    assert path[900] == 12
    assert [path[at + 15] for at in (900, 915, 945, 960, 1020)] == [10, 10, 10, 8, 6]


def test_with_no_least_replicas_it_sleeps_after_the_cooldown_and_wakes_at_the_activation_threshold() -> None:
    keda = law("keda:min=0,activationLagThreshold=3,lagThreshold=10", context=context())
    assert keda(seen(0, lag=4, desired=1)) == 1
    assert keda(seen(300, lag=3, desired=1)) == 1
    assert keda(seen(330, lag=3, desired=1)) == 0
    assert keda(seen(360, lag=3, desired=0)) is None
    assert keda(seen(390, lag=4, desired=0)) == 1


def test_it_keeps_within_the_app_s_limits() -> None:
    keda = law("keda:lagThreshold=10,allowIdleConsumers=true", context=context(least=2, most=6))
    assert keda(seen(0, lag=1000, desired=2)) == 6
    assert keda(seen(330, lag=0, desired=6)) == 2
