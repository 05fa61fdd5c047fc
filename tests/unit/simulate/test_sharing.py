"""What simulated apps are given: the operator's own sharing, with simulated figures."""

from typing import Any

import pytest

from sluicegate.model.observation import Observation, Pods, Workload
from sluicegate.simulate.sharing import Sharing
from tests.support.given import spec
from tests.support.simulated import workload


def sharing(**more: Any) -> Sharing:
    given = {"name": "orders-db", "capacity": 120, "costPerReplica": 10, **more}
    return Sharing(workload(dependencies=[given]).dependencies)


def joined(found: Sharing, app: str, *, replicas: int, **more: Any) -> None:
    refs = [{"name": "orders-db", "costPerReplica": 10, **more}]
    found.join(app, spec=spec(dependencies=refs), replicas=replicas)


def seen(replicas: int, *, at: float) -> Observation:
    deployment = Workload(
        kind="Deployment", name="a", uid="a", resource_version="1", desired=replicas, ready=replicas, updated=replicas
    )
    pods = Pods(live=replicas, ready=replicas)
    return Observation(at=at, workload=deployment, pods=pods, partitions=(), group=None)


def test_an_app_alone_gets_what_fits() -> None:
    found = sharing()
    joined(found, "a", replicas=3)
    found.shares("a", seen=seen(3, at=0), used={"orders-db": 30})
    (share,) = found.ask("a", 20, now=0, used={"orders-db": 30})
    assert (share.name, share.replicas) == ("orders-db", 12)
    assert share.why == "orders-db gives 120 of its 120 connections"


def test_what_another_runs_is_not_given_before_it_is_free() -> None:
    found = sharing()
    joined(found, "a", replicas=3)
    joined(found, "b", replicas=9)
    found.shares("a", seen=seen(3, at=0), used={})
    assert found.ask("a", 9, now=0, used={})[0].replicas == 3
    found.shares("b", seen=seen(9, at=5), used={})
    assert found.ask("b", 4, now=5, used={})[0].replicas == 4
    assert found.shares("a", seen=seen(3, at=10), used={})[0].replicas == 3
    found.shares("b", seen=seen(4, at=15), used={})
    assert found.shares("a", seen=seen(3, at=20), used={})[0].replicas == 8


def test_what_others_use_is_not_given_and_our_own_is_not_counted_twice() -> None:
    found = sharing(others=50)
    joined(found, "a", replicas=5)
    for at in (0, 30, 60, 90):
        (share,) = found.shares("a", seen=seen(5, at=at), used={"orders-db": 50 + 50})
        found.ask("a", 20, now=at, used={"orders-db": 50 + 50})
    assert share.replicas == 7


def test_a_dependency_that_counts_no_units_or_that_the_world_does_not_have_limits_nothing() -> None:
    found = Sharing(workload(dependencies=[{"name": "search", "messagesPerSecond": 5}]).dependencies)
    refs = [{"name": name, "costPerReplica": 1} for name in ("search", "unheard-of")]
    found.join("a", spec=spec(dependencies=refs), replicas=3)
    assert found.shares("a", seen=seen(3, at=0), used={}) == ()


@pytest.mark.parametrize(("weight", "replicas"), [(2, 8), (1, 6), (0.5, 4)])
def test_two_apps_that_want_all_are_entitled_by_their_weights(weight: float, replicas: int) -> None:
    found = sharing()
    joined(found, "a", replicas=0, weight=str(weight))
    joined(found, "b", replicas=0)
    found.shares("a", seen=seen(0, at=0), used={})
    found.shares("b", seen=seen(0, at=0), used={})
    found.ask("b", 0, now=0, used={})
    running = {"a": 0, "b": 0}
    for at in range(0, 300, 10):
        for app in running:
            found.shares(app, seen=seen(running[app], at=at), used={})
            running[app] = found.ask(app, 20, now=at, used={})[0].replicas or 0
    assert running == {"a": replicas, "b": 12 - replicas}
