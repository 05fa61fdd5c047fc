"""From what a sweep read to the answers that decisions are made from. Pure: each error ends at what it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import ConsumerGroupState, ConsumerGroupType, KafkaError

from sluicegate.model.kafka import (
    Fault,
    Group,
    GroupAnswer,
    GroupQuestion,
    Member,
    Partition,
    TopicPartition,
)
from sluicegate.model.topic import DeadLetters, RetryPartition
from sluicegate.observe.kafka import faults, history
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Offset, Topic
from sluicegate.observe.kafka.ends import Line
from sluicegate.observe.kafka.history import First
from sluicegate.observe.kafka.memory import Known

STATES = {
    ConsumerGroupState.STABLE: "Stable",
    ConsumerGroupState.PREPARING_REBALANCING: "PreparingRebalance",
    ConsumerGroupState.COMPLETING_REBALANCING: "CompletingRebalance",
    ConsumerGroupState.EMPTY: "Empty",
    ConsumerGroupState.DEAD: "Dead",
}
TYPES = {ConsumerGroupType.CLASSIC: "Classic", ConsumerGroupType.CONSUMER: "Consumer"}
NEVER = Offset(value=None)
NO_GROUP = (KafkaError.GROUP_ID_NOT_FOUND, KafkaError._UNKNOWN_GROUP)


def group(found: Any, *, at: float) -> Group:
    """A broker's description; ``at`` unix seconds. librdkafka does not tell the generation."""
    type_ = TYPES.get(found.type, "")
    # librdkafka has no name for Assigning and Reconciling, the two states that only the new protocol has.
    unnamed = "Reconciling" if type_ == "Consumer" else "Unknown"
    return Group(
        state=STATES.get(found.state, unnamed),
        type=type_,
        assignor=found.partition_assignor or "",
        generation=None,
        described_at=at,
        members=tuple(
            Member(
                id=member.member_id,
                instance_id=member.group_instance_id or None,
                client_id=member.client_id,
                host=member.host.removeprefix("/"),
                partitions=tuple(
                    sorted(TopicPartition(one.topic, one.partition) for one in member.assignment.topic_partitions)
                ),
            )
            for member in found.members
        ),
    )


def no_group(*, at: float) -> Group:
    """A group that nobody has joined and that has no offsets."""
    return Group(state="Dead", type="", assignor="", generation=None, members=(), described_at=at)


def answer(
    question: GroupQuestion,
    *,
    known: Known,
    names: Iterable[str],
    topics: Mapping[str, Topic | KafkaError],
    lines: Mapping[At, Line],
    at: float,
    bootstrap: str,
    heard: str = "",
    firsts: Mapping[At, First] | None = None,
    retry: tuple[RetryPartition, ...] = (),
    dead_letters: tuple[DeadLetters, ...] = (),
) -> GroupAnswer:
    """The answer to one question about ``names`` (topics); ``at`` unix seconds of the committed offsets. ``firsts``
    count only where the question wants history.
    """
    if known.error is not None:
        return GroupAnswer(
            question=question,
            partitions=(),
            group=known.group,
            group_fault=known.group_fault,
            fault=faults.of_group(known.error, group=question.group, what="committed offsets", heard=heard),
            at=at,
            dead_letters=dead_letters,
        )
    firsts = firsts if firsts and question.history else {}
    partitions: list[Partition] = []
    topic_faults: list[tuple[str, Fault]] = []
    for name in sorted(names):
        topic = topics[name]
        if isinstance(topic, Topic):
            partitions.extend(
                _partition(
                    name,
                    number,
                    topic=topic,
                    line=lines[name, number],
                    known=known,
                    at=at,
                    first=firsts.get((name, number)),
                )
                for number in sorted(topic.leaders)
            )
        else:
            topic_faults.append((name, faults.of_topic(topic, topic=name, bootstrap=bootstrap)))
    return GroupAnswer(
        question=question,
        partitions=tuple(partitions),
        group=known.group,
        group_fault=known.group_fault,
        topic_faults=tuple(topic_faults),
        at=at,
        retry=retry,
        dead_letters=dead_letters,
    )


def _partition(
    name: str, number: int, *, topic: Topic, line: Line, known: Known, at: float, first: First | None
) -> Partition:
    offset = known.committed.get((name, number), NEVER)
    fault = line.fault
    if offset.error is not None:
        fault = faults.of_partition(offset.error, topic=name, partition=number, what="committed offset")
    return Partition(
        topic=name,
        partition=number,
        start=line.start,
        end=line.end,
        stable=line.stable,
        committed=offset.value,
        fault=fault,
        at=at,
        topic_id=topic.id,
        earlier=history.earlier(first, line),
    )
