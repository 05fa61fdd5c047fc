"""Retry and dead-letter topics on their way from a spec over the sweep to a status."""

from __future__ import annotations

from typing import Any

from sluicegate.model.kafka import GroupQuestion
from tests.unit.control import bodies
from tests.unit.control.world import World

DLQ = "orders.g.dlq"


def failing(world: World, *, handling: dict[str, Any] | None = None, replicas: int = 1, **scaling: Any) -> None:
    body = bodies.app(**{"lagPerReplica": 100, **scaling})
    body["spec"]["errorHandling"] = handling or {"retry": {"delays": ["10s", "1m"]}}
    world.api.put(bodies.deployment("orders", replicas=replicas))
    world.api.put(body)


async def test_an_apps_retry_topics_are_asked_about_with_their_delays() -> None:
    world = World()
    world.connection()
    failing(world)
    await world.tick()

    assert world.kafka.asked == [
        GroupQuestion(
            group="g",
            topics=("orders",),
            describe=True,
            history=True,
            retry=(("orders.g.retry-10s", 10.0), ("orders.g.retry-1m", 60.0)),
            dead_letters=(DLQ,),
        )
    ]


async def test_an_app_without_error_handling_is_asked_nothing_more() -> None:
    world = World()
    world.connection()
    world.app()
    await world.tick()

    (question,) = world.kafka.asked
    assert (question.retry, question.dead_letters) == ((), ())


async def test_names_that_will_not_do_ask_nothing_and_keep_nobody_from_being_scaled() -> None:
    world = World()
    world.connection()
    failing(world, handling={"retry": {"delays": ["10s", "1m"], "nameTemplate": "{topic}-again"}})
    world.kafka.lags["g"] = (75,) * 6
    await world.tick()

    assert (world.kafka.asked[0].retry, world.kafka.asked[0].dead_letters) == ((), ())
    assert world.api.replicas() == 5


async def test_due_retries_scale_and_dead_letters_are_told() -> None:
    world = World()
    world.connection()
    failing(world)
    world.kafka.due["orders.g.retry-1m"] = 450
    world.kafka.dead[DLQ] = 12
    await world.tick()

    assert world.api.replicas() == 5
    told = world.api.status()["deadLetter"]
    assert (told["topic"], told["records"]) == (DLQ, 12)
    assert world.api.condition("DeadLettering")["status"] == "False"


async def test_an_app_at_zero_is_woken_by_a_retry_that_is_due() -> None:
    world = World()
    world.connection()
    failing(world, replicas=0, minReplicas=0)
    await world.tick()
    assert world.api.replicas() == 0
    world.kafka.due["orders.g.retry-10s"] = 1
    await world.tick()

    assert world.api.replicas() == 1
