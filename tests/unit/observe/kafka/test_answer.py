"""What a broker says about a group, and the answer that is made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from confluent_kafka import (
    ConsumerGroupState,
    ConsumerGroupType,
    KafkaError,
    Node,
    TopicPartition,
)
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    ConsumerGroupDescription,
    MemberAssignment,
    MemberDescription,
)

from sluicegate.model import kafka as model
from sluicegate.model.kafka import FaultKind, GroupQuestion
from sluicegate.observe.kafka import answer
from sluicegate.observe.kafka.client import Offset, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.history import First
from sluicegate.observe.kafka.memory import Known

QUESTION = GroupQuestion(group="billing", topics=("orders",))
ORDERS = Topic(id="id-1", leaders={0: 1, 1: 1})
LINES = {("orders", number): Line(start=0, end=9, stable=9) for number in (0, 1)}


def described(state: ConsumerGroupState, type_: ConsumerGroupType) -> ConsumerGroupDescription:
    member = MemberDescription(
        "m-1",
        "worker",
        "/10.0.0.7",
        MemberAssignment([TopicPartition("orders", 1), TopicPartition("orders", 0)]),
    )
    return ConsumerGroupDescription("billing", False, [member], "range", state, Node(1, "kafka", 9092), type=type_)


def make(known: Known, **topics: Topic | KafkaError) -> model.GroupAnswer:
    return answer.answer(
        QUESTION, known=known, names=topics, topics=topics, lines=LINES, at=5.0, bootstrap="kafka:9092"
    )


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (ConsumerGroupState.STABLE, "Stable"),
        (ConsumerGroupState.PREPARING_REBALANCING, "PreparingRebalance"),
        (ConsumerGroupState.COMPLETING_REBALANCING, "CompletingRebalance"),
        (ConsumerGroupState.EMPTY, "Empty"),
        (ConsumerGroupState.DEAD, "Dead"),
        (ConsumerGroupState.UNKNOWN, "Unknown"),
    ],
)
def test_states_have_the_names_that_kafka_gives_them(state: ConsumerGroupState, name: str) -> None:
    assert answer.group(described(state, ConsumerGroupType.CLASSIC), at=1.0).state == name


def test_a_state_that_only_the_new_protocol_has_counts_as_reconciling() -> None:
    found = answer.group(described(ConsumerGroupState.UNKNOWN, ConsumerGroupType.CONSUMER), at=1.0)

    assert (found.state, found.type) == ("Reconciling", "Consumer")


def test_a_member_shows_its_host_without_a_slash_and_its_partitions_in_order() -> None:
    (member,) = answer.group(described(ConsumerGroupState.STABLE, ConsumerGroupType.CLASSIC), at=1.0).members

    assert member.host == "10.0.0.7"
    assert [at.partition for at in member.partitions] == [0, 1]
    assert member.instance_id is None


def test_partitions_never_committed_have_neither_offset_nor_fault() -> None:
    found = make(Known(committed={("orders", 0): Offset(value=3)}), orders=ORDERS)

    assert [(p.committed, p.fault, p.topic_id, p.at) for p in found.partitions] == [
        (3, None, "id-1", 5.0),
        (None, None, "id-1", 5.0),
    ]


def test_where_a_partition_ended_before_is_told_to_those_who_have_no_history() -> None:
    firsts = {("orders", 1): First(offset=4, at=90.0, since=50.0)}

    def told(question: GroupQuestion) -> list[tuple[int, float] | None]:
        found = answer.answer(
            question,
            known=Known(),
            names=["orders"],
            topics={"orders": ORDERS},
            lines=LINES,
            at=5.0,
            bootstrap="kafka:9092",
            firsts=firsts,
        )
        return [partition.earlier for partition in found.partitions]

    assert told(replace(QUESTION, history=True)) == [None, (4, 50.0)]
    assert told(QUESTION) == [None, None]


def test_an_error_of_one_partition_stays_with_it() -> None:
    broken = Offset(value=None, error=KafkaError(KafkaError.UNSTABLE_OFFSET_COMMIT, "unstable"))

    first, second = make(
        Known(committed={("orders", 0): broken, ("orders", 1): Offset(value=9)}), orders=ORDERS
    ).partitions

    assert first.fault is not None
    assert first.fault.message == "the committed offset of orders-0 could not be read: unstable"
    assert (second.committed, second.fault) == (9, None)


def test_offsets_of_partitions_that_are_no_more_are_left_out() -> None:
    """The topic was made anew with fewer partitions; the group's old commits are still there."""
    found = make(Known(committed={("orders", 7): Offset(value=3)}), orders=ORDERS)

    assert [p.partition for p in found.partitions] == [0, 1]


def test_a_topic_that_cannot_be_read_stands_beside_those_that_can() -> None:
    found = make(Known(), orders=ORDERS, gone=KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART, "Unknown topic"))

    ((topic, fault),) = found.topic_faults
    assert (topic, fault.kind, len(found.partitions)) == ("gone", FaultKind.UNKNOWN_TOPIC, 2)


def test_a_group_that_could_not_be_read_has_a_fault_and_no_partitions() -> None:
    found = make(Known(error=KafkaError(KafkaError.COORDINATOR_LOAD_IN_PROGRESS, "loading")), orders=ORDERS)

    assert found.partitions == ()
    assert found.fault is not None
    assert found.fault.kind is FaultKind.COORDINATOR
