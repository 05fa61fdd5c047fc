"""The topics' process beside the sweep's: what goes wrong in it is in its answer, and delays no sweep."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from sluicegate.errors import Bug
from sluicegate.model.kafka import ClientConfig, FaultKind
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.protocol.asking import Asker

NOWHERE = config.plaintext("127.0.0.1:1")
REFUSED = ClientConfig(settings=(("bootstrap.servers", "b:1"), ("no.such.setting", "1")))
"""Answered at once."""
READ = TopicOrder(read=("orders", "orders.dlq"))


async def topics(pool: SweepPool, access: ClientConfig = NOWHERE, *, timeout: float = 20.0) -> TopicAnswer:  # noqa: ASYNC109
    return await pool.topics(access, READ, timeout=timeout)


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


async def test_brokers_that_are_not_there_are_one_fault_with_the_reason(pool: SweepPool) -> None:
    answer = await topics(pool)

    assert answer.fault is not None
    assert answer.fault.kind is FaultKind.UNREACHABLE
    assert "127.0.0.1:1" in answer.fault.message
    assert "Connection refused" in answer.fault.message
    assert answer.requests == {"Metadata": 1}


async def test_readers_that_cannot_be_listed_are_a_fault_and_not_none(pool: SweepPool) -> None:
    answer = await pool.topics(NOWHERE, TopicOrder(readers_of=("orders",)), timeout=20.0)

    assert answer.fault is not None
    assert answer.readers == {}


async def test_a_setting_that_the_client_refuses_is_a_matter_for_a_person(pool: SweepPool) -> None:
    answer = await topics(pool, REFUSED)

    assert answer.fault is not None
    assert (answer.fault.kind, answer.fault.retriable) == (FaultKind.CONFIGURATION, False)
    assert "no.such.setting" in answer.fault.message


async def test_topics_that_hang_end_at_the_limit_and_delay_no_sweep_of_the_same_cluster(
    pool: SweepPool, ask: Asker
) -> None:
    await topics(pool, REFUSED)
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGSTOP)
    hanging = asyncio.create_task(topics(pool, ask.config, timeout=3.0))
    await ask.answer("billing", "orders")
    began = time.monotonic()

    assert (await ask.answer("billing", "orders")).partitions[0].committed == 4

    assert time.monotonic() - began < 1.0
    assert not hanging.done()
    fault = (await hanging).fault
    assert fault is not None
    assert (fault.kind, "within 3 s" in fault.message) == (FaultKind.TIMED_OUT, True)


async def test_a_process_killed_between_two_orders_costs_none(pool: SweepPool) -> None:
    await topics(pool, REFUSED)
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGKILL)

    answer = await topics(pool, REFUSED)

    assert answer.fault is not None
    assert answer.fault.kind is FaultKind.CONFIGURATION, "that of the connection, not of the process"


async def test_a_connection_whose_topics_hang_twice_is_looked_at_alone(pool: SweepPool) -> None:
    for _ in range(2):
        await topics(pool, REFUSED)
        shared = pool.pids()[0]
        os.kill(shared, signal.SIGSTOP)
        assert (await topics(pool, REFUSED, timeout=1.5)).fault is not None

    await topics(pool, REFUSED)
    (alone,) = pool.pids()

    assert "quarant" in name_of(alone)


async def test_a_closed_pool_is_not_asked_for_topics() -> None:
    pool = SweepPool(now=time.time)
    await pool.close()

    with pytest.raises(Bug):
        await topics(pool)
