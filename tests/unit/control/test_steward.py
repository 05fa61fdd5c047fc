"""Dependencies shared out among real apps of a whole control room: limits on every write, cuts, restarts, breakers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sluicegate.decide.downstream.breaker import Result
from sluicegate.model.known import Known, Unknown
from sluicegate.model.resource import Key
from sluicegate.observe.dependencies.signal import Answer
from tests.unit.control import bodies
from tests.unit.control.world import World

DB = Key("shop", "orders-db")
DEPENDENCY = "DownstreamDependency"
NO_SURGE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
FULL = (400,) * 6
"""Lags of six partitions, for which 24 replicas are wanted; 6 can be used."""
MANY = (100,) * 24


def consumer(
    world: World, name: str, *, cost: int = 10, lags: tuple[int, ...] = MANY, replicas: int = 1, **ref: Any
) -> None:
    """An app on orders-db with a group and a workload of its own, which rolls without surge."""
    deployment = bodies.deployment(name, replicas=replicas)
    deployment["spec"]["strategy"] = NO_SURGE
    world.api.put(deployment)
    body = bodies.app(name, group=name, max_replicas=30, lagPerReplica=100)
    body["spec"]["dependencies"] = [{"name": "orders-db", "costPerReplica": cost, **ref}]
    world.api.put(body)
    world.kafka.lags[name] = lags


def world_of(*names: str, capacity: int = 100, **spec: Any) -> World:
    world = World()
    world.connection()
    world.dependency(capacity=capacity, **spec)
    for name in names:
        consumer(world, name)
    return world


async def settled(world: World, *, polls: int = 12) -> None:
    for _ in range(polls):
        await world.tick()


def result(world: World, *, passed: bool | None, check: str = "ping", why: str = "it said no") -> None:
    """One answer of a health check, now."""
    world.told.readings(DB).take_result(Result(check=check, passed=passed, why=why, at=world.clock.now()))


def check(**more: Any) -> dict[str, Any]:
    return {
        "name": "ping",
        "http": {"url": "http://orders-db.shop:8080/healthz"},
        "interval": "10s",
        "failureThreshold": 2,
        "successThreshold": 2,
        **more,
    }


async def test_an_app_never_writes_more_than_its_dependency_gives() -> None:
    world = world_of("orders")
    await settled(world)
    assert world.api.replicas() == 10
    assert max(write.replicas for write in world.api.writes) == 10
    status = world.api.status()
    assert status["limitedBy"] == "Dependency/orders-db"
    assert status["replicas"]["wanted"] == 24
    assert "orders-db gives 100 of its 100 connections" in status["decision"]["message"]


async def test_two_apps_share_by_weight_within_one_replica_and_leave_nothing_unused() -> None:
    world = world_of(capacity=120)
    consumer(world, "orders", weight=2)
    consumer(world, "refunds", weight=1)
    await settled(world, polls=20)
    assert (world.api.replicas("orders"), world.api.replicas("refunds")) == (8, 4)


async def test_a_burst_that_reaches_two_apps_at_once_is_shared_at_once() -> None:
    world = world_of(capacity=120)
    consumer(world, "orders", weight=2)
    consumer(world, "refunds", weight=1)
    for _ in range(12):
        await world.tick(seconds=2.0)
    assert (world.api.replicas("orders"), world.api.replicas("refunds")) == (8, 4)
    assert all(write.replicas > write.before for write in world.api.writes), "nobody had to give anything back"


async def test_an_app_that_asks_alone_has_all_there_is_a_moment_later() -> None:
    world = world_of(capacity=100)
    consumer(world, "orders")
    consumer(world, "refunds", lags=(0,) * 6)
    await world.tick()
    seen = [world.api.replicas("orders")]
    world.woken.clear()
    await world.beat(seconds=1.0)
    assert world.woken == [Key("shop", "orders")]
    await world.tick(seconds=1.0)
    seen.append(world.api.replicas("orders"))
    assert seen == [1, 9], "in one step"


async def test_at_no_moment_do_the_written_numbers_of_all_apps_need_more_than_there_is() -> None:
    world = world_of("orders", "refunds", "mails", capacity=100)
    for _ in range(20):
        await world.tick()
        assert sum(world.api.replicas(name) for name in ("orders", "refunds", "mails")) * 10 <= 100


async def test_a_lowered_capacity_cuts_at_once_and_not_a_poll_later() -> None:
    world = world_of("orders")
    await settled(world)
    world.dependency(capacity=40)
    world.woken.clear()
    await world.beat(seconds=1.0)
    assert Key("shop", "orders") in world.woken
    await world.tick(seconds=1.0)
    assert world.api.replicas() == 4
    assert world.api.status()["decision"]["reason"] == "DependencyShare"


async def test_freed_room_wakes_the_app_that_waits_for_it() -> None:
    world = world_of("orders")
    await settled(world)
    world.dependency(capacity=200)
    world.woken.clear()
    await world.beat(seconds=1.0)
    assert Key("shop", "orders") in world.woken
    await world.tick(seconds=1.0)
    assert world.api.replicas() == 20


async def test_a_name_that_does_not_exist_holds_what_runs_and_says_so() -> None:
    world = World()
    world.connection()
    consumer(world, "orders", replicas=3)
    await settled(world, polls=3)
    assert world.api.replicas() == 3
    healthy = world.api.condition("DependenciesHealthy")
    assert (healthy["status"], healthy["reason"]) == ("False", "NotFound")
    assert "orders-db" in healthy["message"]


async def test_a_dependency_that_is_deleted_while_used_holds_what_runs() -> None:
    world = world_of("orders")
    await settled(world)
    world.api.delete(DEPENDENCY, "orders-db")
    world.kafka.lags["orders"] = (0,) * 24
    await settled(world, polls=3)
    assert world.api.replicas() == 10
    assert world.api.condition("DependenciesHealthy")["reason"] == "NotFound"


async def test_a_cluster_s_dependency_is_for_those_it_is_offered_to() -> None:
    world = World()
    world.connection()
    world.api.put(bodies.dependency("orders-db", allowed=("bank",), capacity=100))
    consumer(world, "orders", kind="ClusterDownstreamDependency")
    await settled(world, polls=3)
    assert world.api.replicas() == 1
    assert world.api.condition("DependenciesHealthy")["reason"] == "NotOffered"
    world.api.put(bodies.dependency("orders-db", allowed=("bank", "shop"), capacity=100))
    await settled(world, polls=3)
    assert world.api.replicas() == 10


async def test_a_new_process_goes_on_from_the_grants_in_the_status() -> None:
    world = world_of("orders", "refunds", capacity=100)
    await settled(world, polls=20)
    before = {name: world.api.replicas(name) for name in ("orders", "refunds")}
    written = len(world.api.writes)
    grants = world.api.status("orders-db", kind=DEPENDENCY)["grants"]
    assert {one["name"]: one["replicas"] for one in grants} == before
    world.restart()
    await settled(world, polls=5)
    assert {name: world.api.replicas(name) for name in before} == before
    assert len(world.api.writes) == written


async def test_a_status_tells_capacity_grants_and_what_is_free() -> None:
    world = world_of("orders", capacity=100)
    world.dependency(capacity=110)
    await settled(world)
    status = world.api.status("orders-db", kind=DEPENDENCY)
    assert status["capacity"] == 110
    assert status["allocatable"] == 110
    assert status["granted"] == 110
    assert status["free"] == 0
    assert status["apps"] == 1
    assert world.api.condition("Saturated", "orders-db", kind=DEPENDENCY)["status"] == "True"
    assert world.api.condition("Ready", "orders-db", kind=DEPENDENCY)["status"] == "True"


async def test_what_is_reserved_is_never_given() -> None:
    world = World()
    world.connection()
    body = bodies.dependency("orders-db", namespace="shop")
    body["spec"]["capacity"] = {"value": 100, "reserved": 35, "targetUtilizationPercent": 80}
    world.api.put(body)
    consumer(world, "orders")
    await settled(world)
    assert world.api.replicas() == 5, "floor((100 - 35) * 80 %) = 52 connections at 10 each"


async def test_capacity_below_what_is_reserved_is_told_and_nothing_is_added() -> None:
    world = World()
    world.connection()
    body = bodies.dependency("orders-db", namespace="shop")
    body["spec"]["capacity"] = {"value": 10, "reserved": 40}
    world.api.put(body)
    consumer(world, "orders")
    await settled(world, polls=3)
    assert world.api.replicas() == 1, "0 is for minReplicas 0 only"
    assert world.api.condition("Overcommitted", "orders-db", kind=DEPENDENCY)["status"] == "True"
    assert world.api.condition("DependenciesHealthy")["reason"] == "Overcommitted"


async def test_a_capacity_that_was_never_read_holds_what_runs() -> None:
    world = World()
    world.connection()
    body = bodies.dependency("orders-db", namespace="shop")
    body["spec"]["capacity"] = {"prometheus": {"url": "http://prometheus:9090", "query": "pg_limit"}}
    world.api.put(body)
    consumer(world, "orders", replicas=2)
    await settled(world, polls=2)
    assert world.api.replicas() == 2
    world.told.readings(DB).take_capacity(Answer(value=Known(60.0), at=world.clock.now()))
    await settled(world, polls=2)
    assert world.api.replicas() == 6


async def test_a_signal_that_is_lost_changes_nothing_and_is_told() -> None:
    world = World()
    world.connection()
    body = bodies.dependency("orders-db", namespace="shop")
    body["spec"]["capacity"] = {"prometheus": {"url": "http://prometheus:9090", "query": "pg_limit"}}
    world.api.put(body)
    consumer(world, "orders")
    world.told.readings(DB).take_capacity(Answer(value=Known(60.0), at=world.clock.now()))
    await settled(world, polls=3)
    assert world.api.replicas() == 6
    for _ in range(5):
        lost = Unknown("ConnectionRefused", "Prometheus refuses connections")
        world.told.readings(DB).take_capacity(Answer(value=lost, at=world.clock.now()))
        await world.tick()
    assert world.api.replicas() == 6
    signals = world.api.condition("SignalsAvailable", "orders-db", kind=DEPENDENCY)
    assert (signals["status"], signals["reason"]) == ("False", "SignalLost")
    assert "Prometheus refuses connections" in signals["message"]
    assert world.api.condition("DependenciesHealthy")["reason"] == "SignalLost"


async def test_an_open_breaker_holds_what_runs_and_lets_consumers_back_step_by_step() -> None:
    world = world_of(capacity=100, health=[check()], breaker={"openFor": "30s", "recovery": {"every": "20s"}})
    consumer(world, "orders", lags=(50,) * 4, replicas=2)
    result(world, passed=True)
    await world.tick()
    for _ in range(2):
        result(world, passed=False, why="503")
        await world.tick()
    assert world.api.condition("BreakerClosed", "orders-db", kind=DEPENDENCY)["status"] == "False"
    world.kafka.lags["orders"] = MANY
    for _ in range(4):
        result(world, passed=False)
        await world.tick()
    assert world.api.replicas() == 2
    assert world.api.status()["limitedBy"] == "Breaker/orders-db"
    assert world.api.condition("DependenciesHealthy")["reason"] == "BreakerOpen"
    seen = []
    for _ in range(14):
        result(world, passed=True)
        await world.tick()
        seen.append(world.api.replicas())
    assert seen[-1] == 10
    steps = [after - before for before, after in pairwise(seen) if after > before]
    assert len(steps) >= 3, f"not at once: {seen}"
    assert max(steps) <= 3, f"a quarter of 10 at most: {seen}"
    reasons = [note.reason for note in world.api.events]
    assert reasons.index("BreakerOpen") < reasons.index("BreakerClosed")


async def test_an_open_breaker_blocks_steps_down_from_demand_but_not_limits() -> None:
    world = world_of(capacity=100, health=[check()])
    consumer(world, "orders", replicas=8, lags=MANY)
    await settled(world, polls=2)
    running = world.api.replicas()
    for _ in range(3):
        result(world, passed=False)
        await world.tick()
    world.kafka.lags["orders"] = (0,) * 24
    await settled(world, polls=80)
    assert world.api.replicas() == running
    world.dependency(capacity=50, health=[check()])
    await settled(world, polls=2)
    assert world.api.replicas() == 5


@pytest.mark.parametrize(("when_open", "left"), [("Floor", 1), ("Zero", 0)])
async def test_floor_and_zero_stand_back_and_send_one_canary_first(when_open: str, left: int) -> None:
    world = world_of(capacity=100, health=[check()], breaker={"openFor": "30s", "whenOpen": when_open})
    consumer(world, "orders", priority=5)
    consumer(world, "refunds")
    await settled(world, polls=20)
    for _ in range(3):
        result(world, passed=False)
        await world.tick()
    assert {world.api.replicas("orders"), world.api.replicas("refunds")} == {left}
    seen = set()
    for _ in range(8):
        result(world, passed=True)
        await world.tick()
        state = world.api.status("orders-db", kind=DEPENDENCY)["breaker"]["state"]
        if state == "HalfOpen":
            seen.add((world.api.replicas("orders"), world.api.replicas("refunds")))
    assert (left + 1, left) in seen
    assert (left, left + 1) not in seen
    await settled(world, polls=40)
    assert world.api.replicas("orders") + world.api.replicas("refunds") == 10


async def test_a_breaker_forced_open_by_hand_holds_until_it_is_let_go() -> None:
    world = world_of("orders", capacity=100, breaker={"mode": "ForcedOpen"})
    await settled(world, polls=5)
    assert world.api.replicas() == 1
    world.dependency(capacity=100, breaker={"mode": "Disabled"})
    await settled(world, polls=3)
    assert world.api.replicas() == 10


async def test_a_breaker_s_state_survives_the_process() -> None:
    world = world_of(capacity=100, health=[check()], breaker={"openFor": "10m", "maxOpenFor": "20m"})
    consumer(world, "orders", lags=(50,) * 4, replicas=2)
    for _ in range(3):
        result(world, passed=False)
        await world.tick()
    world.restart()
    world.kafka.lags["orders"] = MANY
    for _ in range(5):
        result(world, passed=True)
        await world.tick()
    assert world.api.replicas() == 2
    assert world.api.status("orders-db", kind=DEPENDENCY)["breaker"]["state"] == "Open"


async def test_a_rolling_update_s_surge_is_kept_free() -> None:
    world = World()
    world.connection()
    world.dependency(capacity=100)
    consumer(world, "orders")
    body = bodies.deployment("orders")
    body["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}}
    world.api.put(body)
    await settled(world)
    assert world.api.replicas() == 8


async def test_a_surge_that_fits_nowhere_is_told_before_it_happens() -> None:
    world = World()
    world.connection()
    world.dependency(capacity=15)
    consumer(world, "orders")
    body = bodies.deployment("orders")
    body["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    world.api.put(body)
    await settled(world, polls=3)
    assert world.api.replicas() == 1
    fits = world.api.condition("RolloutsFit", "orders-db", kind=DEPENDENCY)
    assert (fits["status"], fits["reason"]) == ("False", "SurgeExceeds")
    assert "maxSurge: 0" in fits["message"]
    assert world.api.condition("DependenciesHealthy")["reason"] == "SurgeExceeds"


async def test_an_app_that_may_not_write_asks_for_no_more_than_it_runs() -> None:
    world = world_of(capacity=100)
    consumer(world, "orders")
    consumer(world, "refunds")
    suspended = bodies.app("orders", group="orders", max_replicas=30, lagPerReplica=100)
    suspended["spec"] |= {"suspend": True, "dependencies": [{"name": "orders-db", "costPerReplica": 10}]}
    world.api.put(suspended)
    await settled(world, polls=15)
    assert world.api.replicas("orders") == 1
    assert world.api.replicas("refunds") == 9


async def test_two_hundred_apps_share_one_dependency() -> None:
    world = World()
    world.connection()
    world.dependency(capacity=5000)
    names = [f"app-{number}" for number in range(200)]
    for name in names:
        consumer(world, name, lags=(100,) * 6)
    await settled(world, polls=8)
    total = sum(world.api.replicas(name) for name in names)
    assert total == 500
    assert {world.api.replicas(name) for name in names} <= {2, 3}


async def test_metrics_tell_capacity_grants_and_the_breaker() -> None:
    from sluicegate.telemetry import metrics

    world = world_of("orders", capacity=100)
    await settled(world)
    text = b"".join(metrics.exposition()).decode()
    where = 'namespace="shop",dependency="orders-db"'
    assert f"sluicegate_dependency_capacity{{{where}}} 100" in text
    assert f'sluicegate_dependency_granted{{{where},app_namespace="shop",app="orders"}} 100' in text
    assert f'sluicegate_dependency_breaker_state{{{where},state="Closed"}} 1' in text


async def test_a_replica_that_costs_more_than_there_is_is_told_and_none_is_added() -> None:
    world = World()
    world.connection()
    world.dependency(capacity=30)
    consumer(world, "orders", cost=50)
    await settled(world, polls=3)
    assert world.api.replicas() == 1
    healthy = world.api.condition("DependenciesHealthy")
    assert healthy["reason"] == "Overcommitted"
    assert "one replica takes 50 connections of orders-db, which has 30 to give" in healthy["message"]


async def test_an_app_without_weight_gets_what_the_others_leave() -> None:
    world = world_of(capacity=100)
    consumer(world, "orders", lags=(100,) * 7)
    consumer(world, "mails", weight=0)
    await settled(world, polls=15)
    assert (world.api.replicas("orders"), world.api.replicas("mails")) == (7, 3)


async def test_guaranteed_replicas_come_before_weights() -> None:
    world = world_of(capacity=100)
    consumer(world, "orders", weight=1, guaranteedReplicas=6)
    consumer(world, "mails", weight=100)
    await settled(world, polls=15)
    assert world.api.replicas("orders") == 6


async def test_an_idle_app_of_high_priority_does_not_keep_the_canary_from_trying() -> None:
    world = world_of(capacity=100, health=[check()], breaker={"openFor": "30s", "whenOpen": "Zero"})
    consumer(world, "idle", priority=9, lags=(0,) * 4)
    consumer(world, "orders")
    await settled(world, polls=5)
    for _ in range(3):
        result(world, passed=False)
        await world.tick()
    assert world.api.replicas("orders") == 0
    seen = []
    for _ in range(12):
        result(world, passed=True)
        await world.tick()
        seen.append((world.api.replicas("idle"), world.api.replicas("orders")))
    assert (0, 1) in seen, seen


async def test_other_words_about_the_same_share_wake_nobody() -> None:
    world = world_of("orders", capacity=100, health=[check()], breaker={"openFor": "5m"})
    await settled(world)
    for _ in range(3):
        result(world, passed=False)
        await world.tick()
    world.woken.clear()
    for _ in range(5):
        await world.beat(seconds=1.0)
    assert world.woken == []


async def test_a_dependency_that_comes_between_two_beats_is_no_bug() -> None:
    world = World()
    world.connection()
    consumer(world, "orders", replicas=2)
    await settled(world, polls=2)
    world.dependency(capacity=100)
    record = world.store.apps.get(Key("shop", "orders"))
    assert record is not None
    (share,) = world.steward.shares(record)
    assert (share.replicas, share.problem) == (10, "")


async def test_what_was_granted_a_moment_ago_may_still_be_written_and_is_nobody_else_s() -> None:
    """An app that asks for less in between keeps what its last decision, still on its way, rests on."""
    world = world_of(capacity=90)
    for name in ("orders", "refunds"):
        consumer(world, name, cost=10)
    world.steward.settle()
    orders, refunds = (world.store.apps.get(Key("shop", name)) for name in ("orders", "refunds"))
    assert orders is not None
    assert refunds is not None
    world.steward.ask(orders, 8)
    world.clock.time += 1.0
    world.steward.settle()
    (first,) = world.steward.ask(orders, 8)
    assert first.replicas == 8
    world.steward.ask(orders, 1)
    world.clock.time += 1.0
    (second,) = world.steward.ask(refunds, 8)
    world.clock.time += 1.0
    world.steward.settle()
    (second,) = world.steward.shares(refunds)
    assert second.replicas == 1
    world.clock.time += 10.0
    world.steward.settle()
    (second,) = world.steward.shares(refunds)
    assert second.replicas == 8
