"""What changes between a decision and its write stops the write: S7, S9 and S10 of the promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.api import APP, DEPLOYMENT
from tests.unit.control import bodies
from tests.unit.control.world import World

BUSY = (75,) * 6


def deleted(world: World) -> None:
    world.api.delete(APP, "orders")


def deleting(world: World) -> None:
    body = bodies.app(lagPerReplica=100)
    body["metadata"]["deletionTimestamp"] = "2027-01-01T00:00:00Z"
    world.api.put(body)


def made_again(world: World) -> None:
    world.api.delete(APP, "orders")
    world.app()


def lowered(world: World) -> None:
    world.app(max_replicas=2)


def suspended(world: World) -> None:
    world.api.put({**bodies.app(), "spec": {**bodies.app(lagPerReplica=100)["spec"], "suspend": True}})


def scaled_by_a_person(world: World) -> None:
    world.api.scale_by_hand("orders", 3)


def target_made_again(world: World) -> None:
    world.api.delete(DEPLOYMENT, "orders")
    world.api.put(bodies.deployment())


def target_deleted(world: World) -> None:
    world.api.delete(DEPLOYMENT, "orders")


CHANGES = (
    deleted,
    deleting,
    made_again,
    lowered,
    suspended,
    scaled_by_a_person,
    target_made_again,
    target_deleted,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_a_change_after_the_decision_stops_its_write(change: Callable[[World], None]) -> None:
    """It happens after the target's scale was read, the last moment at which the operator can notice."""
    world = World()
    world.connection()
    world.app()
    await world.tick()
    world.kafka.lags["g"] = BUSY
    world.api.on_call["get_scale"] = lambda: change(world)
    await world.tick()
    assert world.api.writes == []


@pytest.mark.parametrize("change", [scaled_by_a_person, target_made_again, target_deleted], ids=lambda c: c.__name__)
async def test_a_change_of_the_target_that_no_watch_brought_stops_the_write_too(
    change: Callable[[World], None],
) -> None:
    world = World()
    world.connection()
    world.app()
    await world.tick()
    world.kafka.lags["g"] = BUSY
    world.api.held = True
    change(world)
    await world.tick()
    assert world.api.writes == []


async def test_an_app_on_its_way_out_is_left_alone() -> None:
    world = World()
    world.connection()
    world.app()
    deleting(world)
    world.kafka.lags["g"] = BUSY
    await world.tick()
    assert world.api.writes == []
    assert "status" not in world.api.objects or world.api.status() == {}


async def test_a_deleted_app_has_no_metrics_even_when_it_went_during_its_write() -> None:
    from sluicegate.telemetry import metrics

    world = World()
    world.connection()
    world.app("passing")
    await world.tick()
    world.kafka.lags["g"] = BUSY

    def go() -> None:
        world.api.delete(APP, "passing")
        world.roster.refresh()
        world.attendant.forget_gone()

    world.api.on_call["put_scale"] = go
    await world.tick()
    assert len(world.api.writes) == 1
    assert 'app="passing"' not in b"".join(metrics.exposition()).decode()
