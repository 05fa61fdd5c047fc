"""The sweep's processes: killed, hung, orphaned, quarantined; and what of a credential can be seen of them."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sluicegate.errors import Bug
from sluicegate.model.connection import ConnectionSpec, Mechanism, Sasl
from sluicegate.model.kafka import FaultKind, GroupQuestion
from sluicegate.model.secret import SecretRef
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.protocol.asking import Asker
from tests.protocol.mock_cluster import Api, Code, MockCluster, mock_cluster

QUESTION = GroupQuestion(group="billing", topics=("orders",))


@pytest.fixture
async def single() -> AsyncIterator[SweepPool]:
    """A pool in which all connections share one process."""
    pool = SweepPool(children=1, now=time.time)
    yield pool
    await pool.close()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def shown(pid: int, what: str) -> bytes:
    return Path(f"/proc/{pid}/{what}").read_bytes()


async def gone(pid: int, *, within: float) -> bool:
    def watch() -> bool:
        deadline = time.monotonic() + within
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        return not is_running(pid)

    return await asyncio.to_thread(watch)


async def test_no_process_runs_before_the_first_sweep() -> None:
    pool = SweepPool(now=time.time)

    assert pool.pids() == ()
    await pool.close()


async def test_a_process_killed_between_two_sweeps_costs_none(ask: Asker) -> None:
    await ask.answer("billing", "orders")
    (pid,) = ask.pool.pids()
    os.kill(pid, signal.SIGKILL)
    await gone(pid, within=2.0)

    assert (await ask.answer("billing", "orders")).partitions[0].committed == 4


async def test_a_process_killed_while_it_reads_is_a_crash_with_its_signal(ask: Asker, cluster: MockCluster) -> None:
    await ask.answer("billing", "orders")
    (pid,) = ask.pool.pids()
    for broker in (1, 2, 3):
        cluster.slow(broker, milliseconds=1000)
    reading = asyncio.create_task(ask.sweep(QUESTION))
    await asyncio.sleep(0.5)
    os.kill(pid, signal.SIGKILL)

    fault = (await reading).fault

    assert fault is not None
    assert fault.kind is FaultKind.CRASHED
    assert "by signal 9 (SIGKILL)" in fault.message


async def test_a_process_that_hangs_ends_at_the_time_limit_and_the_next_sweep_is_well(ask: Asker) -> None:
    await ask.answer("billing", "orders")
    (pid,) = ask.pool.pids()
    os.kill(pid, signal.SIGSTOP)
    ask.limit = 2.0
    began = time.monotonic()

    hung = await ask.sweep(QUESTION)

    assert hung.fault is not None
    assert hung.fault.kind is FaultKind.TIMED_OUT
    assert "within 2 s" in hung.fault.message
    assert time.monotonic() - began < 3.0
    assert await gone(pid, within=2.0)
    ask.limit = 20.0
    assert (await ask.answer("billing", "orders")).partitions[0].committed == 4


async def test_a_culprit_is_read_alone_after_two_crashes_and_brings_down_no_neighbour(
    single: SweepPool, cluster: MockCluster
) -> None:
    with mock_cluster() as other:
        other.create("orders", partitions=1)
        culprit, neighbour = Asker(single, cluster.bootstrap), Asker(single, other.bootstrap)
        cluster.fail(Api.OFFSET_FETCH, *[Code.NOT_COORDINATOR] * 20)
        assert [(await culprit.sweep(QUESTION)).fault is not None for _ in range(2)] == [True, True]
        await neighbour.answer("billing", "orders")
        (shared,) = single.pids()

        alone = await culprit.sweep(QUESTION)
        waiting = await culprit.sweep(QUESTION)

        assert alone.fault is not None
        assert alone.fault.kind is FaultKind.CRASHED
        assert waiting.fault is not None
        assert waiting.fault.kind is FaultKind.QUARANTINED
        assert "next try in" in waiting.fault.message
        await neighbour.answer("billing", "orders")
        assert single.pids() == (shared,), "the neighbour's process was brought down"


async def test_a_culprit_that_is_well_again_comes_back(single: SweepPool, cluster: MockCluster) -> None:
    culprit = Asker(single, cluster.bootstrap)
    cluster.fail(Api.OFFSET_FETCH, *[Code.NOT_COORDINATOR] * 20)
    for _ in range(3):
        await culprit.sweep(QUESTION)
    cluster.heal(Api.OFFSET_FETCH)
    await asyncio.sleep(0.3)

    in_quarantine = await culprit.sweep(QUESTION)
    after = await culprit.sweep(QUESTION)

    assert in_quarantine.fault is None
    assert after.fault is None
    assert len(single.pids()) == 2


async def test_no_orphan_is_left_when_the_operator_is_killed(cluster: MockCluster) -> None:
    program = (
        "import asyncio, sys, time\n"
        "from sluicegate.observe.kafka import config\n"
        "from sluicegate.observe.kafka.pool import SweepPool\n"
        "async def main():\n"
        "    pool = SweepPool(now=time.time)\n"
        "    await pool.sweep(config.plaintext(sys.argv[1]), [], timeout=10)\n"
        "    print(*pool.pids(), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    operator = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cluster.bootstrap, stdout=asyncio.subprocess.PIPE
    )
    assert operator.stdout is not None
    (child,) = [int(word) for word in (await operator.stdout.readline()).split()]
    assert is_running(child)

    operator.kill()
    await operator.wait()

    assert await gone(child, within=3.0)


async def test_an_interrupt_from_the_keyboard_is_left_to_the_operator(ask: Asker) -> None:
    await ask.answer("billing", "orders")
    (pid,) = ask.pool.pids()
    os.kill(pid, signal.SIGINT)

    assert (await ask.answer("billing", "orders")).fault is None
    assert ask.pool.pids() == (pid,)


async def test_a_process_is_found_by_its_name_and_shows_no_credential(pool: SweepPool, cluster: MockCluster) -> None:
    sasl = Sasl(mechanism=Mechanism.PLAIN, credentials_secret_ref=SecretRef(name="login"))
    spec = ConnectionSpec(bootstrap_servers=cluster.bootstrap, sasl=sasl)
    secrets = {"login": {"username": b"ann", "password": b"canary-pa55word"}}

    sweep = await pool.sweep(config.resolve(spec, secrets=secrets), [QUESTION], timeout=20)

    (pid,) = pool.pids()
    assert b"sluicegate-sweep-" in shown(pid, "cmdline")
    assert b"canary" not in shown(pid, "cmdline")
    assert b"canary" not in shown(pid, "environ")
    assert sweep.fault is not None
    assert "canary" not in repr(sweep)


async def test_the_last_words_of_a_process_reach_the_log(ask: Asker, caplog: pytest.LogCaptureFixture) -> None:
    await ask.answer("billing", "orders")
    (pid,) = ask.pool.pids()

    with caplog.at_level(logging.WARNING):
        os.kill(pid, signal.SIGABRT)
        await gone(pid, within=2.0)
        await asyncio.sleep(0.2)

    assert "Fatal Python error: Aborted" in caplog.text


async def test_a_closed_pool_refuses_to_sweep() -> None:
    pool = SweepPool(now=time.time)
    await pool.close()

    with pytest.raises(Bug, match="closed"):
        await pool.sweep(config.plaintext("kafka:9092"), [], timeout=5)
