"""When the members of a group are read anew: they tell when an order has taken effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sluicegate.model.kafka import ClientConfig, Group, GroupQuestion, Sweep
from tests.unit.control.world import Kafka, World


class Listening(Kafka):
    """Keeps the last sweep's questions; no group has any members."""

    questions: Sequence[GroupQuestion] = ()

    async def sweep(self, config: ClientConfig, questions: Sequence[GroupQuestion], *, timeout: float) -> Sweep:  # noqa: ASYNC109
        self.questions = questions
        found = await super().sweep(config, questions, timeout=timeout)
        empty = Group(state="Empty", type="", assignor="", generation=None, members=(), described_at=found.at)
        return replace(found, answers=tuple(replace(answer, group=empty) for answer in found.answers))


async def test_members_are_read_while_an_order_is_not_in_effect_also_when_the_target_rests() -> None:
    world = World()
    world.kafka = kafka = Listening(world.clock)
    world.restart()
    world.connection()
    world.app()
    await world.tick()
    await world.tick()
    assert [question.describe for question in kafka.questions] == [False]
    kafka.lags["g"] = (75,) * 6
    await world.tick()
    assert world.api.replicas() == 5
    await world.tick()
    await world.tick()
    assert [question.describe for question in kafka.questions] == [True]
