"""The heartbeat: everybody is polled on time, whatever happens to others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sluicegate.control.operator import Operator
from sluicegate.errors import Denied, Transient
from tests.support.api_faults import Fault
from tests.unit.control import warp
from tests.unit.control.world import World

BUSY = (75,) * 6


def test_every_source_is_polled_at_its_interval() -> None:
    async def main() -> None:
        world = World()
        world.connection(pollInterval="10s")
        world.app()
        async with world.beating():
            await asyncio.sleep(100.5)
        assert 10 <= len(world.kafka.swept) <= 13

    warp.run(main())


def test_sweeps_that_outlast_the_interval_follow_one_another_and_do_not_pile_up() -> None:
    async def main() -> None:
        world = World()
        world.connection(pollInterval="2s")
        world.app()
        world.kafka.seconds["broker:9092"] = 7.0
        async with world.beating():
            await asyncio.sleep(71)
        assert 9 <= len(world.kafka.swept) <= 11

    warp.run(main())


def test_a_changed_spec_is_looked_at_within_two_seconds_though_another_source_sweeps_for_it() -> None:
    async def main() -> None:
        world = World()
        for namespace in ("east", "west"):
            world.connection(namespace=namespace, pollInterval="5m")
            world.app(namespace=namespace, group=f"g-{namespace}")
        async with world.beating():
            await asyncio.sleep(200)
            for namespace in ("east", "west"):
                world.app(namespace=namespace, group=f"g-{namespace}", minReplicas=3)
            await asyncio.sleep(2)
            assert [world.api.replicas(namespace=namespace) for namespace in ("east", "west")] == [3, 3]

    warp.run(main())


def test_apps_that_share_an_access_with_others_are_looked_at_within_seconds_of_the_start() -> None:
    async def main() -> None:
        world = World()
        for number in range(20):
            world.connection(namespace=f"n{number}", pollInterval="5m")
            world.app(namespace=f"n{number}", group=f"g{number}")
        async with world.beating():
            await asyncio.sleep(4)
        assert all(world.api.status(namespace=f"n{number}").get("decision") for number in range(20))
        assert len(world.kafka.swept) <= 2

    warp.run(main())


def test_one_apps_slow_writes_delay_no_other_app_of_its_source() -> None:
    async def main() -> None:
        world = World()
        world.connection(pollInterval="2s")
        world.app("slow", group="slow")
        world.app("quick", group="quick")
        for call in ("patch_status", "get_scale", "create_event"):
            world.api.fail(call, Fault(error=Transient("no answer"), hang=9, name="slow"), times=100)
        world.kafka.lags["slow"] = BUSY
        async with world.beating():
            await asyncio.sleep(20)
            polls = len(world.kafka.swept)
            world.kafka.lags["quick"] = BUSY
            await asyncio.sleep(2.5)
            assert world.api.replicas("quick") == 5
            await asyncio.sleep(17.5)
            assert len(world.kafka.swept) - polls >= 9

    warp.run(main())


def test_a_namespace_whose_writes_all_hang_delays_no_other_namespace() -> None:
    async def main() -> None:
        world = World()
        world.connection(namespace="sick", pollInterval="10s")
        for number in range(100):
            world.app(f"a{number:03d}", namespace="sick", group=f"s{number}")
            world.kafka.lags[f"s{number}"] = BUSY
        world.connection(namespace="well", pollInterval="10s")
        world.app(namespace="well", group="well")
        for call in ("get_scale", "patch_status"):
            world.api.fail(call, Fault(error=Transient("no answer"), hang=3, namespace="sick"), times=10_000)
        async with world.beating():
            await asyncio.sleep(30)
            world.kafka.lags["well"] = BUSY
            await asyncio.sleep(11)
            assert world.api.replicas(namespace="well") == 5

    warp.run(main())


def test_a_cluster_that_hangs_delays_no_other_cluster() -> None:
    async def main() -> None:
        world = World()
        world.connection("main", pollInterval="2s")
        world.connection("other", bootstrap="other:9092", pollInterval="2s")
        world.app("stuck", group="stuck")
        world.app("well", group="well", connection="other")
        world.kafka.gates["broker:9092"] = asyncio.Event()
        world.kafka.lags["well"] = BUSY
        async with world.beating():
            await asyncio.sleep(3)
            assert world.api.replicas("well") == 5

    warp.run(main())


def test_a_mistake_of_ours_in_the_supervision_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        world = World()
        world.connection()
        world.app()
        world.kafka.lags["g"] = BUSY
        begin, failures = Operator._begin, [RuntimeError("a bug")]

        def begin_badly(self: Operator, source: Any) -> asyncio.Task[None]:
            if failures:
                raise failures.pop()
            return begin(self, source)

        monkeypatch.setattr(Operator, "_begin", begin_badly)
        async with world.beating() as operator:
            await asyncio.sleep(5)
            assert world.api.replicas() == 5
            assert world.clock.now() - operator.turned < 1

    warp.run(main())


def test_polls_of_a_source_that_ended_by_mistake_begin_again() -> None:
    async def main() -> None:
        world = World()
        world.connection(pollInterval="2s")
        async with world.beating():
            await asyncio.sleep(5)
            (beat,) = [task for task in asyncio.all_tasks() if task.get_name().startswith("source")]
            beat.cancel()
            await asyncio.sleep(1)
            world.kafka.swept.clear()
            await asyncio.sleep(5)
            assert len(world.kafka.swept) >= 2

    warp.run(main())


def test_when_told_to_stop_nothing_is_left_behind_even_in_the_middle_of_a_write() -> None:
    async def main() -> None:
        world = World()
        world.connection(pollInterval="2s")
        world.app()
        world.kafka.lags["g"] = BUSY
        world.api.fail("get_scale", Fault(hang=3600))
        loop = asyncio.get_running_loop()
        async with world.beating():
            await asyncio.sleep(10)
            told = loop.time()
        assert loop.time() - told < 0.5
        assert asyncio.all_tasks() == {asyncio.current_task()}

    warp.run(main())


def test_a_source_that_nobody_names_any_more_is_let_go() -> None:
    async def main() -> None:
        world = World()
        world.connection(pollInterval="2s")
        world.app()
        async with world.beating():
            await asyncio.sleep(5)
            world.api.delete("KafkaConsumerApp", "orders")
            world.api.delete("KafkaConnection", "main")
            await asyncio.sleep(1)
            world.kafka.swept.clear()
            await asyncio.sleep(10)
            assert world.kafka.swept == []

    warp.run(main())


def test_a_kind_that_may_not_be_listed_keeps_no_other_from_being_put_right() -> None:
    async def main() -> None:
        world = World()
        world.connection()
        world.app()
        async with world.beating():
            await asyncio.sleep(5)
            world.api.fail("list HorizontalPodAutoscaler", Fault(error=Denied("not allowed")), times=1000)
            world.api.held = True
            world.api.delete("KafkaConsumerApp", "orders")
            await asyncio.sleep(70)
            assert world.store.apps.all() == ()

    warp.run(main())


def test_nothing_is_decided_before_every_kind_has_been_listed_once() -> None:
    async def main() -> None:
        world = World()
        world.connection()
        world.app()
        world.kafka.lags["g"] = BUSY
        world.api.fail("list HorizontalPodAutoscaler", Fault(error=Denied("not allowed")), times=3)
        async with world.beating() as operator:
            await asyncio.sleep(2)
            assert not operator.ready
            assert world.kafka.swept == []
            await asyncio.sleep(15)
            assert world.api.replicas() == 5

    warp.run(main())
