"""Who is asked where partitions ended before: apps of which nothing is remembered, and only these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sluicegate.control.clock import Clock
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind, GroupAnswer, GroupQuestion, Sweep
from tests.unit.control.world import Kafka, World

RISEN = 3_000
"""Messages that came to each partition within the last 300 s."""


class Historian(Kafka):
    """Tells where partitions ended 300 s ago, to those who want to know. ``wanted`` by group, sweep for sweep."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.wanted: dict[str, list[bool]] = {}

    async def sweep(self, config: ClientConfig, questions: Sequence[GroupQuestion], *, timeout: float) -> Sweep:  # noqa: ASYNC109
        for question in questions:
            self.wanted.setdefault(question.group, []).append(question.history)
        return await super().sweep(config, questions, timeout=timeout)

    def _answer(self, question: GroupQuestion, *, at: float) -> GroupAnswer:
        found = super()._answer(question, at=at)
        if not question.history:
            return found
        parts = [replace(p, earlier=((p.end or 0) - RISEN, at - 300)) for p in found.partitions]
        return replace(found, partitions=tuple(parts))


def world_with_history() -> tuple[World, Historian]:
    world = World()
    world.kafka = kafka = Historian(world.clock)
    world.restart()
    world.connection()
    return world, kafka


async def test_it_is_asked_at_the_first_look_of_a_process_and_not_later() -> None:
    world, kafka = world_with_history()
    world.app()
    for _ in range(3):
        await world.tick()
    world.restart()
    for _ in range(2):
        await world.tick()

    assert kafka.wanted["g"] == [True, False, False, True, False]


async def test_the_first_look_knows_how_fast_messages_come() -> None:
    world, _ = world_with_history()
    world.app()
    await world.tick()

    assert world.api.status()["rate"]["in"] == 6 * RISEN / 300


async def test_it_is_asked_until_an_answer_comes() -> None:
    world, kafka = world_with_history()
    world.app()
    kafka.faults["broker:9092"] = Fault(FaultKind.UNREACHABLE, "all brokers are down")
    for _ in range(2):
        await world.tick()
    kafka.faults.clear()
    for _ in range(2):
        await world.tick()

    assert kafka.wanted["g"] == [True, True, True, False]


async def test_another_group_of_the_same_app_is_looked_at_for_the_first_time() -> None:
    world, kafka = world_with_history()
    world.app()
    await world.tick()
    world.app(group="h")
    for _ in range(2):
        await world.tick()

    assert kafka.wanted == {"g": [True], "h": [True, False]}


async def test_of_two_apps_that_ask_the_same_one_without_history_is_enough() -> None:
    world, kafka = world_with_history()
    world.app("old", created="2026-01-01T00:00:00Z")
    await world.tick()
    world.app("young", created="2026-02-01T00:00:00Z")
    await world.tick()

    assert kafka.wanted["g"] == [True, True]


async def test_an_app_that_is_refused_needs_none() -> None:
    world, kafka = world_with_history()
    world.app()
    world.app(minReplicas=50, max_replicas=10)
    await world.tick()

    assert kafka.wanted["g"] == [False]
