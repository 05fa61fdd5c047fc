"""Groups that have nothing to do are not asked, and are noticed in the very sweep in which they get some."""

from __future__ import annotations

import pytest

from sluicegate.model.kafka import GroupQuestion
from tests.protocol.asking import Asker, by_number
from tests.protocol.mock_cluster import Api, MockCluster


@pytest.fixture
def caught_up(cluster: MockCluster) -> MockCluster:
    cluster.commit("billing", "orders", {0: 10, 1: 10, 2: 10})
    return cluster


async def asked(ask: Asker, cluster: MockCluster, *, urgent: bool = False) -> int:
    """How many OffsetFetch requests one sweep about `billing` makes."""
    with cluster.counting() as arrived:
        await ask.answer("billing", "orders", urgent=urgent)
    return arrived[Api.OFFSET_FETCH]


async def test_a_group_that_read_everything_is_asked_in_one_of_six_sweeps(ask: Asker, caught_up: MockCluster) -> None:
    """Now and then it is, since offsets can be reset by hand."""
    assert await asked(ask, caught_up) == 1
    assert sum([await asked(ask, caught_up) for _ in range(6)]) == 1
    assert sum([await asked(ask, caught_up) for _ in range(6)]) == 1


async def test_of_a_topic_at_rest_only_the_ends_are_read(ask: Asker, caught_up: MockCluster) -> None:
    before = await ask.answer("billing", "orders")
    for _ in range(6):
        with caught_up.counting() as arrived:
            after = await ask.answer("billing", "orders")
        # One per leader; start and last stable offset cannot have changed.
        assert arrived[Api.LIST_OFFSETS] == 3
        assert [(p.start, p.end, p.stable) for p in after.partitions] == [
            (p.start, p.end, p.stable) for p in before.partitions
        ]


async def test_a_reset_by_hand_is_seen_within_six_sweeps(ask: Asker, caught_up: MockCluster) -> None:
    await ask.answer("billing", "orders")
    caught_up.commit("billing", "orders", {0: 3})

    seen = [by_number(await ask.answer("billing", "orders"))[0].committed for _ in range(6)]

    assert seen[-1] == 3


async def test_an_urgent_question_is_always_asked(ask: Asker, caught_up: MockCluster) -> None:
    await asked(ask, caught_up)

    assert await asked(ask, caught_up, urgent=True) == 1


async def test_a_resting_group_shows_its_offsets_with_the_time_at_which_they_held(
    ask: Asker, caught_up: MockCluster
) -> None:
    first = await ask.answer("billing", "orders")
    second = await ask.answer("billing", "orders")

    assert [p.committed for p in second.partitions] == [10, 10, 10]
    assert second.at > first.at


async def test_new_records_wake_a_group_in_the_same_sweep(ask: Asker, caught_up: MockCluster) -> None:
    await ask.answer("billing", "orders")
    for number in range(6):
        caught_up.produce("orders", 2)
        found = by_number(await ask.answer("billing", "orders"))
        assert (found[2].end, found[2].stable, found[2].committed) == (11 + number, 11 + number, 10 + number)
        caught_up.commit("billing", "orders", {2: 11 + number})
        assert by_number(await ask.answer("billing", "orders"))[2].committed == 11 + number


async def test_records_read_between_two_sweeps_leave_no_lag_behind(ask: Asker, caught_up: MockCluster) -> None:
    await ask.answer("billing", "orders")
    caught_up.produce("orders", 2, 5)
    caught_up.commit("billing", "orders", {2: 15})

    found = by_number(await ask.answer("billing", "orders"))

    assert (found[2].end, found[2].committed) == (15, 15)


async def test_a_group_with_lag_is_asked_at_every_sweep(ask: Asker, cluster: MockCluster) -> None:
    assert [await asked(ask, cluster) for _ in range(3)] == [1, 1, 1]


async def test_a_busy_neighbour_does_not_wake_a_group_on_other_topics(ask: Asker, caught_up: MockCluster) -> None:
    caught_up.create("returns", partitions=1)
    questions = [
        GroupQuestion(group="billing", topics=("orders",)),
        GroupQuestion(group="refunds", topics=("returns",)),
    ]
    await ask.sweep(*questions)
    counts = []
    for _ in range(6):
        caught_up.produce("returns", 0, 1)
        with caught_up.counting() as arrived:
            await ask.sweep(*questions)
        counts.append(arrived[Api.OFFSET_FETCH])

    # `refunds` in each sweep, `billing` in the one of six in which it is due.
    assert sorted(counts) == [1, 1, 1, 1, 1, 2]
