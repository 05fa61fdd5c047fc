"""Histories made by chance from a seed: lags, specs, people, faults, deaths. What must hold, holds all the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import APP, DEPLOYMENT
from tests.support.api_faults import FAULTS
from tests.unit.control.world import World

PARTITIONS, BAD = 6, 99
QUICK = {"scaleDown": {"stabilization": "0s", "maxPerHour": 3600, "outageHold": "0s"}}
CALLS = ("get_scale", "put_scale", "patch_status", "create_event")


class History:
    """One app that is never left in peace."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.world = World()
        self.world.connection()
        self.world.connection("other", bootstrap="other:9092")
        self.said: dict[str, Any] = {}
        self.respecify()

    def step(self) -> None:
        happenings: tuple[Callable[[], None], ...] = (
            self.move_lag, self.move_lag, self.respecify, self.break_spec, self.hand, self.fault, self.fault,
            self.world.restart, self.recreate_app, self.recreate_target, self.hold_watch, self.deliver,
        )  # fmt: skip
        self.chance.choice(happenings)()

    def move_lag(self) -> None:
        self.world.kafka.lags["g"] = tuple(self.chance.randrange(0, 300) for _ in range(PARTITIONS))

    def respecify(self) -> None:
        least = self.chance.randrange(0, 4)
        self.said = {
            "minReplicas": least,
            "max_replicas": max(1, least + self.chance.randrange(0, 7)),
            "connection": self.chance.choice(["main", "other"]),
        }
        self.world.app(**QUICK, **self.said)

    def break_spec(self) -> None:
        self.world.app(**QUICK, **{**self.said, "minReplicas": BAD})

    def hand(self) -> None:
        self.world.api.scale_by_hand("orders", self.chance.randrange(0, 12))

    def fault(self) -> None:
        self.world.api.fail(self.chance.choice(CALLS), FAULTS[self.chance.choice(sorted(FAULTS))])

    def recreate_app(self) -> None:
        self.world.api.delete(APP, "orders")
        self.respecify()

    def recreate_target(self) -> None:
        self.world.api.delete(DEPLOYMENT, "orders")
        self.world.app(replicas=self.chance.randrange(0, 4), **QUICK, **self.said)

    def hold_watch(self) -> None:
        self.world.api.held = True

    def deliver(self) -> None:
        self.world.api.held = False
        self.world.api.deliver()

    def assert_safe(self, *, since: int) -> None:
        """S1, S3, S7, S8 for the writes of one poll."""
        writes = self.world.api.writes[since:]
        assert len(writes) <= 1
        for write in writes:
            assert write.app is not None
            scaling = write.app["spec"]["scaling"]
            least, most = scaling.get("minReplicas", 1), min(scaling["maxReplicas"], PARTITIONS)
            if self.world.api.held:
                assert write.replicas <= PARTITIONS
            else:
                assert least < BAD, "no write while the spec is refused"
                assert min(least, most) <= write.replicas <= most


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_every_write_is_safe_and_in_the_end_the_lag_gets_what_it_asks_for(seed: int) -> None:
    history = History(seed)
    world = history.world
    for _ in range(25):
        history.step()
        done = len(world.api.writes)
        await world.tick()
        history.assert_safe(since=done)
    world.api.forget_faults()
    history.deliver()
    history.respecify()
    for _ in range(30):
        done = len(world.api.writes)
        await world.tick()
        history.assert_safe(since=done)
    asked = -(-sum(world.kafka.lags.get("g", (0,) * PARTITIONS)) // 100)
    least, most = history.said["minReplicas"], min(history.said["max_replicas"], PARTITIONS)
    assert world.api.replicas() == min(max(asked, least), most)
    assert world.api.condition("Ready")["status"] == "True"
    quiet = world.api.write_calls
    await world.tick(seconds=0)
    assert world.api.write_calls == quiet
