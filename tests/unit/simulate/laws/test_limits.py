"""static-max and clairvoyant: the two ends of what can be spent."""

import numpy as np
import pytest

from sluicegate.simulate.laws import law
from sluicegate.simulate.laws.clairvoyant import bearing, fullest, useful
from tests.unit.simulate.laws.given import context, seen


def test_static_max_runs_what_can_have_work() -> None:
    assert law("static-max", context=context(partitions=24, most=100))(seen(0)) == 24
    assert law("static-max", context=context(partitions=24, most=20))(seen(0)) == 20
    assert law("static-max:replicas=12", context=context(partitions=24))(seen(0)) == 12


def test_useful_counts_are_those_at_which_the_fullest_member_has_less() -> None:
    assert useful(30) == [1, 2, 3, 4, 5, 6, 8, 10, 15, 30]


def test_the_fullest_member_of_equal_partitions_has_the_most_of_them() -> None:
    assert fullest(4, shares=np.full(30, 1 / 30)) == pytest.approx(8 / 30)


def test_heavy_partitions_are_kept_apart() -> None:
    assert fullest(2, shares=np.array([0.4, 0.3, 0.2, 0.1])) == pytest.approx(0.5)


def test_it_runs_the_smallest_count_that_keeps_up_with_the_highest_rate_of_five_minutes() -> None:
    """30 partitions, 100/s each replica: 1,000/s needs 10; one message more needs 15, for all five minutes of it."""
    rates = [1000.0] * 300 + [1000.0] * 299 + [1001.0] + [200.0] * 300
    limit = law("clairvoyant:lead=0s", context=context(partitions=30, rates=rates))
    counts = [limit(seen(at, partitions=30)) for at in (0, 295, 300, 595, 600, 895)]
    assert counts == [10, 10, 15, 15, 2, 2]


def test_pods_are_ordered_in_time_to_be_ready_and_kept_until_the_last_second() -> None:
    rates = [100.0] * 300 + [3000.0] * 300 + [100.0] * 300
    limit = law("clairvoyant", context=context(partitions=30, rates=rates, startSeconds=30, startNoise=5))
    first = next(at for at in range(0, 300, 5) if limit(seen(at, partitions=30)) == 30)
    assert 300 - first >= 30 + 3 * 5
    assert limit(seen(595, partitions=30)) == 30
    assert limit(seen(600, partitions=30)) == 1


def test_an_order_that_the_next_look_would_give_too_late_is_given_now() -> None:
    rates = [100.0] * 300 + [3000.0] * 300
    limit = law("clairvoyant:lead=8s", context=context(partitions=30, rates=rates))
    assert [limit(seen(at)) for at in (285, 290)] == [1, 30]


def test_several_consumers_in_a_replica_share_its_capacity_and_the_partitions() -> None:
    """24 partitions at 25/s: two members of 50/s each have two of them in 6 replicas; 5 in one leave room for 4."""
    pairs = context(partitions=24, rates=[600.0] * 300, consumersPerReplica=2)
    assert law("clairvoyant", context=pairs)(seen(0)) == 6
    fives = context(partitions=24, rates=[9000.0] * 300, consumersPerReplica=5)
    assert law("clairvoyant", context=fives)(seen(0)) == 4


def test_it_knows_the_knee_and_the_capacity_of_each_hour() -> None:
    kneed = context(partitions=30, rates=[3000.0] * 300, downstream={"knee": 12, "slope": 0.5})
    assert law("clairvoyant", context=kneed)(seen(0)) == 12
    points = [{"at": 0, "factor": 0.5}, {"at": 600, "factor": 0.5}]
    slow = context(partitions=30, rates=[500.0] * 600, slowing=points)
    assert law("clairvoyant", context=slow)(seen(0)) == 10


def test_both_ends_know_partitions_to_come() -> None:
    grown = context(partitions=10, rates=[1500.0] * 1200, growth=({"at": 600, "partitions": 30},))
    for name, after in (("clairvoyant", 15), ("static-max", 30)):
        made = law(name, context=grown)
        assert [made(seen(at)) for at in (0, 595, 600)] == [10, 10, after]


def test_under_the_range_assignor_no_more_than_the_largest_topic_can_work() -> None:
    """Topics of 16 and 8: at 12 members the fullest has 2 + 1 partitions as with 8, only at 16 it has 1 + 1."""
    topics = ({"name": "orders", "partitions": 16}, {"name": "refunds", "partitions": 8})
    rates = [1200.0] * 600
    two = context(partitions=24, topics=topics, assignor="range", rates=rates)
    assert law("static-max", context=two)(seen(0)) == 16
    assert law("clairvoyant", context=two)(seen(0)) == 16
    assert bearing((16, 8), skew=0.0, by_topic=True).counts == [1, 2, 3, 4, 6, 8, 16]
    assert bearing((16, 8), skew=0.0, by_topic=False).counts == useful(24)
