"""What a sweep reads when the cluster is well, and when parts of it are not."""

from __future__ import annotations

import time

from sluicegate.model.kafka import FaultKind, GroupQuestion
from tests.protocol.asking import Asker, by_number
from tests.protocol.mock_cluster import Api, Code, MockCluster


async def test_a_partition_shows_start_end_stable_and_committed_offset(ask: Asker) -> None:
    first, second, third = (await ask.answer("billing", "orders")).partitions

    assert [first.start, first.end, first.stable, first.committed] == [0, 10, 10, 4]
    assert [second.end, second.committed] == [10, 10]
    assert third.committed is None
    assert third.fault is None


async def test_topics_left_out_are_those_the_group_committed_to(ask: Asker, cluster: MockCluster) -> None:
    cluster.create("unrelated", partitions=1)

    answer = await ask.answer("billing", "orders")

    assert {partition.topic for partition in answer.partitions} == {"orders"}


async def test_a_sweep_tells_the_cluster_its_brokers_and_what_was_asked(ask: Asker) -> None:
    sweep = await ask.sweep(GroupQuestion(group="billing", topics=("orders",)))

    assert sweep.brokers == 3
    assert sweep.cluster_id
    assert sweep.cluster_id.startswith("mockCluster")
    assert sweep.requests["OffsetFetch"] == 1
    assert sweep.requests["ListOffsets"] == 3


async def test_times_are_those_of_the_operators_clock(ask: Asker) -> None:
    before = time.time()
    answer = await ask.answer("billing", "orders")

    assert before <= answer.at <= time.time()
    assert {partition.at for partition in answer.partitions} == {answer.at}


async def test_a_thousand_groups_share_the_end_offsets_of_their_topic(ask: Asker, cluster: MockCluster) -> None:
    questions = [GroupQuestion(group=f"group-{number}", topics=("orders",)) for number in range(1000)]

    with cluster.counting() as arrived:
        sweep = await ask.sweep(*questions)

    assert sweep.fault is None
    assert all(answer.fault is None and len(answer.partitions) == 3 for answer in sweep.answers)
    assert arrived[Api.OFFSET_FETCH] == 1000
    # One per leader for each of start, end and stable, however many groups there are.
    assert arrived[Api.LIST_OFFSETS] == 9


async def test_two_questions_about_one_group_cost_one_request(ask: Asker, cluster: MockCluster) -> None:
    cluster.create("returns", partitions=1)
    questions = [GroupQuestion(group="billing", topics=(topic,)) for topic in ("orders", "returns")]

    with cluster.counting() as arrived:
        sweep = await ask.sweep(*questions)

    assert [{p.topic for p in answer.partitions} for answer in sweep.answers] == [{"orders"}, {"returns"}]
    assert arrived[Api.OFFSET_FETCH] == 1


async def test_a_topic_that_does_not_exist_is_named_with_the_remedy_and_spoils_no_other(ask: Asker) -> None:
    answer = await ask.answer("billing", "orders", "oders")

    assert len(answer.partitions) == 3
    ((topic, fault),) = answer.topic_faults
    assert (topic, fault.kind) == ("oders", FaultKind.UNKNOWN_TOPIC)
    assert "'oders' is not on" in fault.message
    assert "correct its name in spec.topics" in fault.message


async def test_a_topic_that_may_not_be_read_says_which_right_is_missing(ask: Asker, cluster: MockCluster) -> None:
    cluster.with_topic_error("orders", Code.TOPIC_DENIED)

    ((topic, fault),) = (await ask.answer("billing", "orders")).topic_faults

    assert (topic, fault.kind, fault.retriable) == ("orders", FaultKind.DENIED, False)
    assert "grant Describe" in fault.message


async def test_a_partition_without_a_leader_leaves_the_others_known(ask: Asker, cluster: MockCluster) -> None:
    cluster.lead("orders", 1, by=-1)

    began = time.monotonic()
    found = by_number(await ask.answer("billing", "orders"))

    assert time.monotonic() - began < 2.0, "the partition without a leader held up the sweep"
    assert found[0].end == found[2].end == 10
    fault = found[1].fault
    assert fault is not None
    assert (found[1].end, fault.kind) == (None, FaultKind.LEADER)


async def test_a_leader_that_moved_is_followed_at_once(ask: Asker, cluster: MockCluster) -> None:
    await ask.answer("billing", "orders")
    cluster.lead("orders", 1, by=3)

    found = by_number(await ask.answer("billing", "orders"))

    assert (found[1].end, found[1].fault) == (10, None)


async def test_a_partial_answer_leaves_the_other_partitions_good(ask: Asker, cluster: MockCluster) -> None:
    await ask.answer("billing", "orders")
    cluster.fail(Api.LIST_OFFSETS, Code.NOT_LEADER)

    partitions = (await ask.answer("billing", "orders")).partitions

    (bad,) = [partition for partition in partitions if partition.fault]
    assert bad.fault is not None
    assert bad.fault.kind is FaultKind.LEADER
    assert "Not leader" in bad.fault.message
    assert all(p.start == 0 and p.end == p.stable == 10 for p in partitions if p is not bad)


async def test_a_controller_that_is_away_does_not_hide_the_cluster(ask: Asker, cluster: MockCluster) -> None:
    cluster.without_controller()

    found = by_number(await ask.answer("billing", "orders"))

    assert [found[0].end, found[0].committed, found[0].fault] == [10, 4, None]
    assert found[0].topic_id is None


async def test_an_api_that_a_broker_lacks_is_a_fault_of_the_group_not_of_the_offsets(ask: Asker) -> None:
    # The mock cluster cannot describe groups.
    answer = await ask.answer("billing", "orders")

    assert answer.group is None
    assert answer.group_fault is not None
    assert "'billing'" in answer.group_fault.message
    assert answer.fault is None
    assert answer.partitions[0].committed == 4
