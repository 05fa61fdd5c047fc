"""What a first look asks beside the rest. The mock cluster finds no message for any time, as a broker to which nothing
came does; what messages with times make of it is in the end-to-end tests."""

from __future__ import annotations

import time

import pytest

from sluicegate.model.kafka import GroupQuestion
from sluicegate.observe.kafka.history import SPAN
from tests.protocol.asking import Asker, by_number
from tests.protocol.mock_cluster import Api, Code, MockCluster


def new(group: str, *topics: str) -> GroupQuestion:
    return GroupQuestion(group=group, topics=topics, history=True)


async def test_partitions_to_which_nothing_came_ended_then_where_they_end_now(ask: Asker) -> None:
    before = time.time()
    answer = await ask.answer("billing", "orders", history=True)

    for partition in answer.partitions:
        assert partition.earlier is not None
        offset, at = partition.earlier
        assert offset == partition.end == 10
        assert before - SPAN <= at <= time.time() - SPAN


async def test_it_is_not_told_to_those_who_know_the_group(ask: Asker) -> None:
    sweep = await ask.sweep(GroupQuestion(group="billing", topics=("orders",)))

    assert [partition.earlier for partition in sweep.answers[0].partitions] == [None] * 3
    assert sweep.requests["ListOffsets"] == 3


async def test_all_new_groups_of_a_sweep_cost_one_question_more(ask: Asker, cluster: MockCluster) -> None:
    cluster.create("returns", partitions=1)
    known = GroupQuestion(group="old", topics=("orders",))

    with cluster.counting() as arrived:
        sweep = await ask.sweep(known, new("billing", "orders"), new("refunds", "returns"), new("audit", "orders"))

    assert [all(p.earlier for p in answer.partitions) for answer in sweep.answers] == [False, True, True, True]
    assert sweep.requests["ListOffsets"] == 4
    # One per leader for each of start, end, stable, and the time.
    assert arrived[Api.LIST_OFFSETS] == 12


async def test_of_a_topic_at_rest_a_new_group_is_told_as_well(ask: Asker, cluster: MockCluster) -> None:
    cluster.commit("billing", "orders", {0: 10, 1: 10, 2: 10})
    for _ in range(2):
        await ask.answer("billing", "orders")

    answer = await ask.answer("billing", "orders", history=True)

    assert [p.earlier and p.earlier[0] for p in answer.partitions] == [10, 10, 10]
    assert [(p.start, p.end, p.committed) for p in answer.partitions] == [(0, 10, 10)] * 3


@pytest.mark.parametrize("code", [Code.NOT_LEADER, Code.TOPIC_DENIED, Code.TRANSPORT])
async def test_a_fault_of_this_question_alone_is_no_fault_of_the_sweep(
    ask: Asker, cluster: MockCluster, code: Code
) -> None:
    for number in range(3):
        cluster.lead("orders", number, by=1)
    # Start, end and stable are answered well; the times never are.
    cluster.fail(Api.LIST_OFFSETS, Code.NONE, Code.NONE, Code.NONE, *[code] * 20)

    found = by_number(await ask.answer("billing", "orders", history=True))
    cluster.heal(Api.LIST_OFFSETS)
    again = by_number(await ask.answer("billing", "orders", history=True))

    assert [found[n].earlier for n in range(3)] == [None] * 3
    assert [(found[n].end, found[n].fault) for n in range(3)] == [(10, None)] * 3
    assert [found[n].committed for n in range(3)] == [4, 10, None]
    assert all(again[n].earlier for n in range(3))


async def test_a_partition_without_a_leader_is_not_asked(ask: Asker, cluster: MockCluster) -> None:
    cluster.lead("orders", 1, by=-1)

    began = time.monotonic()
    found = by_number(await ask.answer("billing", "orders", history=True))

    assert time.monotonic() - began < 2.0, "the partition without a leader held up the sweep"
    assert [found[n].earlier is None for n in range(3)] == [False, True, False]


async def test_a_group_that_cannot_be_read_is_not_asked_about(ask: Asker, cluster: MockCluster) -> None:
    cluster.fail(Api.OFFSET_FETCH, *[Code.GROUP_DENIED] * 5)

    sweep = await ask.sweep(new("billing", "orders"))

    assert sweep.answers[0].fault is not None
    assert sweep.requests["ListOffsets"] == 3
