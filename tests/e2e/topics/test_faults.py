"""Brokers that go and a process that dies in the middle of a plan: what is left afterwards is made whole, once."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator

import pytest

from dev.faults import ProxyThread
from sluicegate.model.kafka import FaultKind
from sluicegate.model.topic import BrokerTopic
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.e2e.kafka.conftest import local_bed
from tests.e2e.topics.conftest import Provider
from tests.support.broker import Broker

PROXY, BEHIND_IT = ("10.245.0.2", 9092), ("10.245.0.1", 9094)
DELAYS = [f"{seconds}s" for seconds in range(10, 22)]
MADE = len(DELAYS) + 1


@pytest.fixture
def proxy() -> Iterator[ProxyThread]:
    with ProxyThread(listen=PROXY, target=BEHIND_IT) as proxy:
        yield proxy


@pytest.fixture
def behind(proxy: ProxyThread, pool: SweepPool, source: str) -> Provider:
    """An app whose brokers may go at any time."""
    return Provider(pool, config.plaintext("{}:{}".format(*PROXY)), source)


async def made_here(provider: Provider) -> set[str]:
    """Topics of the app as the brokers have them: all that were asked for, each known as made here."""
    view = await provider.settled()
    assert view.reason == "", view.message
    assert all(one.created for one in view.topics)
    answer = await provider.order(read=tuple(one.topic.name for one in view.topics))
    there = {name: found.id for name, found in answer.topics.items() if isinstance(found, BrokerTopic)}
    assert there == {one.topic.name: one.id for one in view.topics}
    return set(there)


@local_bed
async def test_a_broker_that_refuses_is_told_at_once_and_not_asked_again_for_each_batch(
    behind: Provider, proxy: ProxyThread
) -> None:
    await behind.settled()
    proxy.set_mood("refuse")
    await asyncio.sleep(0.2)
    began = time.monotonic()

    answer = await behind.order(read=tuple(f"{behind.source}.{number}" for number in range(1000)))

    assert answer.fault is not None
    assert answer.fault.kind in (FaultKind.UNREACHABLE, FaultKind.TIMED_OUT)
    assert "10.245.0.2:9092" in answer.fault.message
    assert "reset by peer" in answer.fault.message or "refused" in answer.fault.message
    assert time.monotonic() - began < 10.0
    assert answer.requests == {"Metadata": 1}
    proxy.set_mood("pass")
    assert await made_here(behind) == {behind.retry, behind.dlq}


@local_bed
async def test_a_network_that_swallows_everything_ends_in_time_and_says_so(
    behind: Provider, proxy: ProxyThread
) -> None:
    await behind.settled()
    proxy.set_mood("hang")
    began = time.monotonic()

    answer = await behind.order(read=(behind.source,))

    assert answer.fault is not None
    assert answer.fault.kind is FaultKind.TIMED_OUT
    assert time.monotonic() - began < 10.0
    proxy.set_mood("pass")
    assert await made_here(behind) == {behind.retry, behind.dlq}


@local_bed
@pytest.mark.parametrize("after", [0.0, 0.01, 0.05, 0.15])
async def test_brokers_that_go_in_the_middle_of_a_plan_leave_nothing_by_half_and_nothing_twice(
    behind: Provider, proxy: ProxyThread, after: float
) -> None:
    behind.wants({"retry": {"delays": DELAYS}})
    assert len((await behind.plan()).changes) == MADE

    async def go() -> None:
        await asyncio.sleep(after)
        proxy.set_mood("refuse")

    planned = await behind.plan()
    going = asyncio.create_task(go())
    outcomes = (await behind.order(*planned.changes)).outcomes
    await going
    proxy.set_mood("pass")

    assert [one.change for one in outcomes] == list(planned.changes)
    behind.begun(planned)
    assert len(await made_here(behind)) == MADE


@pytest.mark.parametrize("after", [0.0, 0.02, 0.1])
async def test_a_process_that_dies_in_the_middle_of_a_plan_leaves_nothing_by_half_and_nothing_twice(
    provider: Provider, pool: SweepPool, source: str, after: float
) -> None:
    provider.wants({"retry": {"delays": DELAYS}})
    planned = await provider.plan()
    (pid,) = pool.pids()
    working = asyncio.create_task(provider.order(*planned.changes))
    await asyncio.sleep(after)
    os.kill(pid, signal.SIGKILL)

    answer = await working

    if answer.fault is not None:
        assert answer.fault.kind is FaultKind.CRASHED
        assert "SIGKILL" in answer.fault.message
    provider.begun(planned)
    assert len(await made_here(provider)) == MADE


async def test_a_listener_that_wants_another_protocol_is_told_as_such(pool: SweepPool, broker: Broker) -> None:
    sasl = f"{broker.bootstrap.rpartition(':')[0]}:9095"

    answer = await Provider(pool, config.plaintext(sasl), "any").order(read=("any",))

    assert answer.fault is not None
    assert "spec.sasl" in answer.fault.message
