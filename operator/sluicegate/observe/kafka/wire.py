"""What crosses the pipe between the operator and a sweep's process: length-prefixed JSON, spelled out by hand.

Not pickle: the child reads what brokers say, and a parent that unpickles what such a process writes could be made
to run anything. Partitions are rows of numbers, as they are nearly everything that crosses.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

from sluicegate.model.kafka import (
    ClientConfig,
    Fault,
    FaultKind,
    Group,
    GroupAnswer,
    GroupQuestion,
    Member,
    Partition,
    Sweep,
    TopicPartition,
)
from sluicegate.model.topic import DeadLetters, RetryPartition

HEADER = struct.Struct(">I")
LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A sweep to make. ``now`` unix seconds of the operator's clock at ``monotonic`` (the machine's monotonic clock);
    ``limit`` seconds that the child may take.
    """

    number: int
    config: ClientConfig
    questions: tuple[GroupQuestion, ...]
    now: float
    monotonic: float
    limit: float


def frame(body: bytes) -> bytes:
    return HEADER.pack(len(body)) + body


def read_frame(source: BinaryIO) -> bytes | None:
    """The next body; None when the other end closed."""
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    body = source.read(size)
    return body if len(body) == size else None


def encode_order(order: Order) -> bytes:
    return dump(
        [
            order.number,
            order.config.settings,
            [[q.group, q.topics, q.describe, q.urgent, q.history, q.retry, q.dead_letters] for q in order.questions],
            order.now,
            order.monotonic,
            order.limit,
        ]
    )


def decode_order(body: bytes) -> Order:
    number, settings, questions, now, monotonic, limit = json.loads(body)
    return Order(
        number=number,
        config=ClientConfig(settings=tuple((name, value) for name, value in settings)),
        questions=tuple(
            GroupQuestion(
                group=group,
                topics=None if topics is None else tuple(topics),
                describe=describe,
                urgent=urgent,
                history=history,
                retry=tuple((topic, delay) for topic, delay in retry),
                dead_letters=tuple(dead_letters),
            )
            for group, topics, describe, urgent, history, retry, dead_letters in questions
        ),
        now=now,
        monotonic=monotonic,
        limit=limit,
    )


def encode_sweep(number: int, sweep: Sweep) -> bytes:
    return dump(
        [
            number,
            sweep.at,
            sweep.seconds,
            sweep.brokers,
            sweep.cluster_id,
            fault_out(sweep.fault),
            sweep.requests,
            [_answer_out(answer) for answer in sweep.answers],
        ]
    )


def decode_sweep(body: bytes, *, questions: tuple[GroupQuestion, ...]) -> tuple[int, Sweep]:
    """The order's number and its result; ``questions`` are the order's, in the order of the answers."""
    number, at, seconds, brokers, cluster_id, fault, requests, answers = json.loads(body)
    # A sweep that failed as a whole has no answers.
    pairs = zip(questions, answers, strict=True) if answers else ()
    sweep = Sweep(
        at=at,
        seconds=seconds,
        brokers=brokers,
        cluster_id=cluster_id,
        fault=fault_in(fault),
        requests=requests,
        answers=tuple(_answer_in(question, row) for question, row in pairs),
    )
    return number, sweep


def encode_begun(number: int) -> bytes:
    """Word that an order was taken up."""
    return dump([number])


def is_begun(body: bytes) -> bool:
    return b"," not in body


def number_of(body: bytes) -> int:
    """Which order a word or a result belongs to, without decoding the rest."""
    return int(body[1:].partition(b",")[0].rstrip(b"]"))


def dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def fault_out(fault: Fault | None) -> list[Any] | None:
    return None if fault is None else [fault.kind.value, fault.message, fault.retriable]


def fault_in(row: list[Any] | None) -> Fault | None:
    return None if row is None else Fault(FaultKind(row[0]), row[1], retriable=row[2])


def _answer_out(answer: GroupAnswer) -> list[Any]:
    return [
        answer.at,
        [_partition_out(p) for p in answer.partitions],
        _group_out(answer.group),
        fault_out(answer.group_fault),
        [[topic, fault_out(fault)] for topic, fault in answer.topic_faults],
        fault_out(answer.fault),
        [[r.topic, r.partition, r.due_end, r.committed, r.start, fault_out(r.fault)] for r in answer.retry],
        [[d.topic, d.records, d.ends, d.oldest, fault_out(d.fault)] for d in answer.dead_letters],
    ]


def _answer_in(question: GroupQuestion, row: list[Any]) -> GroupAnswer:
    at, partitions, group, group_fault, topic_faults, fault, retry, dead_letters = row
    return GroupAnswer(
        question=question,
        partitions=tuple(_partition_in(one) for one in partitions),
        group=_group_in(group),
        group_fault=fault_in(group_fault),
        topic_faults=tuple((topic, found) for topic, raw in topic_faults if (found := fault_in(raw)) is not None),
        fault=fault_in(fault),
        at=at,
        retry=tuple([_retry_in(one) for one in retry]),
        dead_letters=tuple([_dead_letters_in(one) for one in dead_letters]),
    )


def _retry_in(row: list[Any]) -> RetryPartition:
    topic, partition, due_end, committed, start, fault = row
    return RetryPartition(
        topic=topic, partition=partition, due_end=due_end, committed=committed, start=start, fault=fault_in(fault)
    )


def _dead_letters_in(row: list[Any]) -> DeadLetters:
    topic, records, ends, oldest, fault = row
    return DeadLetters(topic=topic, records=records, ends=ends, oldest=oldest, fault=fault_in(fault))


def _partition_out(p: Partition) -> list[Any]:
    row = [p.topic, p.partition, p.start, p.end, p.stable, p.committed, fault_out(p.fault), p.at, p.topic_id]
    return row if p.earlier is None else [*row, *p.earlier]


def _partition_in(row: list[Any]) -> Partition:
    topic, partition, start, end, stable, committed, fault, at, topic_id, *earlier = row
    return Partition(
        topic=topic,
        partition=partition,
        start=start,
        end=end,
        stable=stable,
        committed=committed,
        fault=fault_in(fault),
        at=at,
        topic_id=topic_id,
        earlier=(earlier[0], earlier[1]) if earlier else None,
    )


def _group_out(group: Group | None) -> list[Any] | None:
    if group is None:
        return None
    members = [
        [m.id, m.instance_id, m.client_id, m.host, [[at.topic, at.partition] for at in m.partitions]]
        for m in group.members
    ]
    return [group.state, group.type, group.assignor, group.generation, members, group.described_at]


def _group_in(row: list[Any] | None) -> Group | None:
    if row is None:
        return None
    state, type_, assignor, generation, members, described_at = row
    return Group(
        state=state,
        type=type_,
        assignor=assignor,
        generation=generation,
        described_at=described_at,
        members=tuple(
            Member(
                id=id_,
                instance_id=instance_id,
                client_id=client_id,
                host=host,
                partitions=tuple(TopicPartition(topic, partition) for topic, partition in partitions),
            )
            for id_, instance_id, client_id, host, partitions in members
        ),
    )
