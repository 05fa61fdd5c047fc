"""Coordinators that load, move, are down, or may not be asked: each is that group's fault, or a crash outlived."""

from __future__ import annotations

import asyncio
import time

import pytest

from sluicegate.model.kafka import FaultKind, GroupQuestion
from tests.protocol.asking import Asker
from tests.protocol.mock_cluster import Api, Code, MockCluster


async def test_a_loading_coordinator_is_a_fault_of_that_sweep_only(ask: Asker, cluster: MockCluster) -> None:
    await ask.answer("billing", "orders")
    cluster.fail(Api.OFFSET_FETCH, Code.COORDINATOR_LOADING)

    loading = await ask.answer("billing", "orders")
    loaded = await ask.answer("billing", "orders")

    assert loading.fault is not None
    assert loading.fault.kind is FaultKind.COORDINATOR
    assert loading.fault.message == (
        "the committed offsets of group 'billing' could not be read: Broker: Coordinator load in progress"
    )
    assert (loaded.fault, loaded.partitions[0].committed) == (None, 4)


async def test_a_group_that_may_not_be_read_says_which_right_is_missing(ask: Asker, cluster: MockCluster) -> None:
    cluster.fail(Api.OFFSET_FETCH, Code.GROUP_DENIED)

    denied = (await ask.answer("billing", "orders")).fault

    assert denied is not None
    assert (denied.kind, denied.retriable) == (FaultKind.DENIED, False)
    assert "grant Describe on this group" in denied.message


async def test_one_group_denied_leaves_the_others_known(ask: Asker, cluster: MockCluster) -> None:
    cluster.fail(Api.OFFSET_FETCH, Code.GROUP_DENIED)
    questions = [GroupQuestion(group=f"group-{number}", topics=("orders",)) for number in range(5)]

    answers = (await ask.sweep(*questions)).answers

    assert sum(answer.fault is not None for answer in answers) == 1
    assert sum(len(answer.partitions) == 3 for answer in answers) == 4


async def test_a_coordinator_to_be_found_later_is_waited_for(ask: Asker, cluster: MockCluster) -> None:
    cluster.fail(Api.FIND_COORDINATOR, *[Code.COORDINATOR_NOT_AVAILABLE] * 2)

    assert (await ask.answer("billing", "orders")).partitions[0].committed == 4


@pytest.mark.parametrize("code", [Code.NOT_COORDINATOR, Code.COORDINATOR_NOT_AVAILABLE])
async def test_the_crash_of_the_client_library_is_one_missing_observation(
    ask: Asker, cluster: MockCluster, code: Code
) -> None:
    await ask.answer("billing", "orders")
    before = ask.pool.pids()
    cluster.fail(Api.OFFSET_FETCH, code)

    crashed = await ask.sweep(GroupQuestion(group="billing", topics=("orders",)))
    began = time.monotonic()
    answer = await ask.answer("billing", "orders")

    assert crashed.fault is not None
    assert crashed.fault.kind is FaultKind.CRASHED
    assert "ended by signal 11 (SIGSEGV)" in crashed.fault.message
    assert answer.partitions[0].committed == 4
    assert time.monotonic() - began < 5.0, "measurement must resume within 5 s of a crash"
    assert set(before).isdisjoint(ask.pool.pids())


async def test_a_coordinator_that_is_down_and_comes_back_brings_nothing_down(ask: Asker, cluster: MockCluster) -> None:
    """A client that keeps a timed-out group request aborts its process when the coordinator is up again."""
    await ask.answer("billing", "orders")
    (pid,) = ask.pool.pids()
    cluster.down(2)

    down = await ask.answer("billing", "orders")
    cluster.up(2)
    await asyncio.sleep(1.0)
    back = await ask.answer("billing", "orders")

    assert down.fault is not None
    assert down.fault.kind is FaultKind.TIMED_OUT
    assert (back.fault, back.partitions[0].committed) == (None, 4)
    assert ask.pool.pids() == (pid,), "the sweep's process crashed"


async def test_a_coordinator_that_moved_while_its_broker_was_down_is_found(ask: Asker, cluster: MockCluster) -> None:
    await ask.answer("billing", "orders")
    cluster.down(2)
    await ask.answer("billing", "orders")

    cluster.coordinate("billing", by=1)
    moved = await ask.answer("billing", "orders")

    assert (moved.fault, moved.partitions[0].committed) == (None, 4)
