"""What breaks first, at which multiple: against queues that can be worked out by hand."""

import numpy as np
import pytest

from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.breaks import Limit, breaks
from sluicegate.simulate.workload import WorkloadSpec
from tests.support.given import spec


def found(
    rates: list[float], *, most: int = 100, objective: float = 60.0, partitions: int = 12, **workload: object
) -> dict[str, Limit]:
    world = WorkloadSpec.model_validate({"partitions": partitions, "capacityPerReplica": 100, **workload})
    app = spec(scaling={"maxReplicas": most})
    limits = breaks(app=app, workload=world, arrivals=Arrivals(rates=np.array(rates)), objective=objective)
    assert [limit.at for limit in limits] == sorted(limit.at for limit in limits)
    return {limit.name: limit for limit in limits}


def test_a_steady_rate_breaks_at_the_capacity_of_all_partitions() -> None:
    limits = found([300.0] * 86_400)
    assert list(limits) == ["Partitions"]
    assert limits["Partitions"].bears == 1200
    assert limits["Partitions"].at == pytest.approx(4.0, rel=0.01)


def test_a_short_burst_may_wait_as_long_as_the_objective_allows() -> None:
    """100 s of m x 600/s against 1,200/s: behind by (600 m - 1200) 100 / 1200 s, which is 60 s at m = 3.2."""
    assert found([600.0] * 100 + [0.0] * 900)["Partitions"].at == pytest.approx(3.2, rel=0.01)


def test_a_quiet_time_before_a_burst_saves_nothing_up() -> None:
    assert found([0.0] * 900 + [600.0] * 100)["Partitions"].at == pytest.approx(3.2, rel=0.01)


def test_max_replicas_break_before_the_partitions_when_they_are_fewer_by_the_fullest_member() -> None:
    """Five of twelve: the fullest member has three partitions, a quarter of the messages."""
    limits = found([100.0] * 3600 * 10, most=5)
    assert list(limits) == ["Max", "Partitions"]
    assert limits["Max"].bears == pytest.approx(400)
    assert "maxReplicas 5" in limits["Max"].words


def test_a_knee_and_each_dependency_are_limits_of_their_own() -> None:
    limits = found(
        [100.0] * 36_000,
        downstream={"knee": 7, "slope": 0.5},
        dependencies=({"name": "orders-db", "messagesPerSecond": 650},),
    )
    assert list(limits) == ["Dependency/orders-db", "Ineffective", "Partitions"]
    assert limits["Ineffective"].bears == 700
    assert limits["Dependency/orders-db"].words == "orders-db bears 650 messages/s"


def test_skewed_partitions_break_by_the_largest() -> None:
    limits = found([100.0] * 36_000, skew=1.0, partitions=2)
    assert limits["Partitions"].bears == pytest.approx(150)
    assert "66.7 % of all messages are in one of 2 partitions" in limits["Partitions"].words


def test_capacity_that_falls_counts_when_it_falls() -> None:
    points = ({"at": 0, "factor": 1.0}, {"at": 3600, "factor": 1.0}, {"at": 3601, "factor": 0.5})
    busy_then_idle = found([600.0] * 3600 + [60.0] * 3600, capacity=points)["Partitions"]
    assert busy_then_idle.at == pytest.approx(2.0, rel=0.02)
    assert busy_then_idle.bears == 600


def test_units_bear_as_many_replicas_as_there_are_by_the_fullest_member() -> None:
    """(60 - 10) / 10 = 5 of twelve partitions' consumers: the fullest has three, a quarter of the messages."""
    limits = found(
        [100.0] * 36_000,
        dependencies=(
            {"name": "orders-db", "capacity": 60.0, "costPerReplica": 10.0, "others": ({"at": 9, "units": 10.0},)},
        ),
    )
    assert list(limits) == ["Dependency/orders-db", "Partitions"]
    assert limits["Dependency/orders-db"].bears == pytest.approx(400)
    words = "orders-db has connections for 5 replicas (10 each), which handle 400 messages/s at most"
    assert limits["Dependency/orders-db"].words == words


def test_no_units_at_all_bear_nothing() -> None:
    assert found([100.0] * 3600, dependencies=({"name": "db", "capacity": 0.0},))["Dependency/db"].at == 0


def test_units_for_a_replica_of_each_partition_are_no_limit() -> None:
    assert list(found([100.0] * 3600, dependencies=({"name": "db", "capacity": 12.0},))) == ["Partitions"]


def test_one_that_admits_everybody_is_a_limit_only_to_an_app_that_declares_it() -> None:
    world = WorkloadSpec.model_validate(
        {"partitions": 12, "dependencies": ({"name": "db", "capacity": 40.0, "beyond": "Admitted"},)}
    )
    names = {}
    for refs in ([], [{"name": "db", "costPerReplica": 10}]):
        app = spec(scaling={"maxReplicas": 100}, dependencies=refs)
        limits = breaks(app=app, workload=world, arrivals=Arrivals(rates=np.full(3600, 100.0)), objective=60)
        names[len(refs)] = [limit.name for limit in limits]
    assert names == {0: ["Partitions"], 1: ["Dependency/db", "Partitions"]}
