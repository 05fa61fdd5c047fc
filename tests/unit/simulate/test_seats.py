"""Units of a simulated dependency: who holds them, who finds none, and what that does to a world."""

from typing import Any

import pytest

from sluicegate.simulate.dependency import Dependency
from sluicegate.simulate.seats import Seats
from tests.support.simulated import workload, world


def dependency(**more: Any) -> Dependency:
    given = {"name": "orders-db", "capacity": 40, "costPerReplica": 10, **more}
    return workload(dependencies=[given]).dependencies[0]


def test_the_first_come_first_until_no_whole_replica_fits() -> None:
    seats = Seats(dependency(capacity=39))
    assert seats.take("a", [4, 5, 6, 7], cost=10_000, second=0) == {4, 5, 6}
    assert seats.used(0) == 30


def test_who_leaves_makes_room_for_one_that_waits() -> None:
    seats = Seats(dependency())
    seats.take("a", range(6), cost=10_000, second=0)
    assert seats.take("a", [0, 1, 2, 4, 5], cost=10_000, second=1) == {0, 1, 2, 4}


def test_two_apps_never_hold_more_than_there_is() -> None:
    seats = Seats(dependency())
    assert len(seats.take("a", range(3), cost=10_000, second=0)) == 3
    assert len(seats.take("b", range(3), cost=5_000, second=0)) == 2
    before = seats.version
    seats.take("a", range(2), cost=10_000, second=1)
    assert seats.version != before
    assert len(seats.take("b", range(3), cost=5_000, second=1)) == 3
    assert (seats.held("a"), seats.held("b"), seats.used(1)) == (20, 15, 35)


def test_what_others_use_is_taken_from_newcomers_and_throws_nobody_out() -> None:
    seats = Seats(dependency(others=[{"at": 10, "units": 25}]))
    assert len(seats.take("a", range(3), cost=10_000, second=0)) == 3
    assert seats.take("a", range(4), cost=10_000, second=10) == {0, 1, 2}
    assert seats.used(10) == 55


def test_one_that_admits_everybody_refuses_nobody() -> None:
    assert len(Seats(dependency(beyond="Admitted")).take("a", range(9), cost=10_000, second=0)) == 9


def test_a_replica_without_units_keeps_its_partitions_and_does_nothing() -> None:
    """Four of eight replicas at 100 messages/s find units: 400 of the 800 messages a second are handled."""
    lived = world(
        rate=800, partitions=8, initialReplicas=8, dependencies=[{"name": "db", "capacity": 4}], rebalance=NO_PAUSE
    )
    lived.run_until(100)
    assert lived.queues.handled.sum() == pytest.approx(400 * 100, rel=0.03)
    assert lived.in_group[99] == 8
    assert lived.refused[:100].tolist() == [4] * 100


def test_it_works_from_the_second_in_which_units_are_free() -> None:
    points = [{"at": 0, "units": 4}, {"at": 50, "units": 0}]
    lived = world(
        rate=800,
        partitions=8,
        initialReplicas=8,
        dependencies=[{"name": "db", "capacity": 8, "others": points}],
        rebalance=NO_PAUSE,
    )
    lived.run_until(100)
    assert lived.refused[:100].tolist() == [4] * 50 + [0] * 50


def test_a_replica_that_a_dependency_refused_is_not_past_the_knee_of_another() -> None:
    """Ten replicas, of which six are at work, behind a knee of six."""
    lived = world(
        rate=2000,
        partitions=10,
        initialReplicas=10,
        downstream={"knee": 6, "slope": 1},
        dependencies=[{"name": "db", "capacity": 6}],
    )
    lived.run_until(60)
    assert lived.queues.handled.sum() == pytest.approx(600 * 60, rel=0.01)


NO_PAUSE = {"pauseSeconds": 0}
