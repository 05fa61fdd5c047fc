"""Records of every kind: without headers, with binary ones, empty, too large, come back too often."""

from __future__ import annotations

import struct

import pytest
from confluent_kafka import KafkaError, Producer

from sluicegate.model.redrive import Phase
from sluicegate.redrive.run import RedriveProcess
from tests.support.dead_letters import Letters, last
from tests.support.transactions import Transaction

SPRING = [
    ("kafka_dlt-original-partition", struct.pack(">i", 2)),
    ("kafka_dlt-original-offset", struct.pack(">q", 5_000_000_000)),
    ("kafka_dlt-original-timestamp", struct.pack(">q", 1_700_000_000_000)),
    ("kafka_dlt-exception-fqcn", b"org.springframework.kafka.listener.ListenerExecutionFailedException"),
    ("kafka_dlt-exception-cause-fqcn", b"java.net.SocketTimeoutException"),
    ("kafka_dlt-exception-stacktrace", b"at a\nat b" * 100),
    ("mine", b"\x00\xff\xfe"),
]


async def test_records_without_headers_nulls_and_empty_texts_arrive_as_they_were(letters: Letters) -> None:
    letters.topics(partitions=1)
    records = [(None, b"no key"), (b"key", None), (b"", b""), (None, None), (b"\xff\x00", b"\x00\x01")]
    for key, value in records:
        letters.put(letters.dead, key=key, value=value)
    letters.flush()
    told = await last(letters.order())
    assert (told.phase, told.redriven) == (Phase.SUCCEEDED, 5)
    assert [(one.key, one.value) for one in letters.read(letters.source)] == records
    assert [(line.name, line.records) for line in told.report.dialects] == [("none", 5)]
    assert [(line.name, line.records) for line in told.report.errors] == [("unknown", 5)]


async def test_springs_binary_numbers_are_read_and_written_on_as_text(letters: Letters) -> None:
    letters.topics(partitions=1)
    letters.put(
        letters.dead, key=b"k", value=b"v", headers=[*SPRING, ("kafka_dlt-original-topic", letters.source.encode())]
    )
    letters.flush()
    told = await last(letters.order(select={"errorClass": "SocketTimeout"}))
    (found,) = letters.read(letters.source)
    assert dict(found.headers) | {"sluicegate.redrive.id": b""} == {
        "mine": b"\x00\xff\xfe",
        "sluicegate.original.topic": letters.source.encode(),
        "sluicegate.original.partition": b"2",
        "sluicegate.original.offset": b"5000000000",
        "sluicegate.original.timestamp": b"1700000000000",
        "sluicegate.redrive.count": b"1",
        "sluicegate.redrive.id": b"",
    }
    assert [line.name for line in told.report.dialects] == ["Spring"]
    assert [line.name for line in told.report.errors] == ["java.net.SocketTimeoutException"]


async def test_a_record_larger_than_the_target_allows_is_parked_by_name(letters: Letters) -> None:
    letters.topic(letters.dead, partitions=1)
    letters.topic(letters.parking, partitions=1)
    letters.topic(letters.source, partitions=1, config={"max.message.bytes": "10000"})
    for number in range(40):
        letters.put(letters.dead, key=b"k", value=b"x" * (20_000 if number == 7 else 1_000))
    letters.flush()
    told = await last(letters.order())
    assert (told.phase, told.redriven, told.parked) == (Phase.SUCCEEDED, 39, 1)
    assert told.message.startswith("1 parked, such as partition 0, offset 7: its 20")
    assert f"are more than topic '{letters.source}' takes (max.message.bytes 10000)" in told.message
    assert [len(one.value or b"") for one in letters.read(letters.parking)] == [20_000]
    assert len(letters.read(letters.source)) == 39
    assert letters.broker.lag(letters.settled, letters.dead) == 0


async def test_what_just_fits_is_moved_and_one_byte_more_is_parked_and_refused_by_the_broker_indeed(
    letters: Letters,
) -> None:
    letters.topic(letters.dead, partitions=1)
    letters.topic(letters.parking, partitions=1)
    letters.topic(letters.source, partitions=1, config={"max.message.bytes": "10000"})
    for octets in range(9_700, 9_900):
        letters.put(letters.dead, key=b"k", value=b"x" * octets)
    letters.flush()
    told = await last(letters.order())
    assert told.phase is Phase.SUCCEEDED, told.message
    moved, parked = letters.read(letters.source), letters.read(letters.parking)
    assert moved
    assert parked
    assert max(len(one.value or b"") for one in moved) + 1 == min(len(one.value or b"") for one in parked)
    refused: list[KafkaError | None] = []
    raw = Producer({"bootstrap.servers": letters.broker.bootstrap})
    large = min(parked, key=lambda one: len(one.value or b""))
    headers = [(name, b"1" if name == "sluicegate.redrive.count" else value) for name, value in large.headers]
    raw.produce(letters.source, large.value, large.key, 0, headers=headers, on_delivery=lambda e, _: refused.append(e))
    raw.flush(10)
    assert [error.code() for error in refused if error] == [KafkaError.MSG_SIZE_TOO_LARGE]


async def test_a_limit_lowered_during_the_run_loses_nothing(letters: Letters) -> None:
    letters.topics(partitions=1)
    for number in range(60):
        letters.put(letters.dead, key=b"k", value=b"x" * (30_000 if number == 50 else 100))
    letters.flush()
    process = await RedriveProcess.start(letters.order(rate={"recordsPerSecond": 20}))
    reports = []
    async for told in process.progress():
        if not reports:
            letters.configure(letters.source, {"max.message.bytes": "5000"})
        reports.append(told)
    await process.close()
    assert (reports[-1].phase, reports[-1].redriven, reports[-1].parked) == (Phase.SUCCEEDED, 59, 1)
    assert f"partition 0, offset 50: topic '{letters.source}' does not take it" in reports[-1].message
    assert [len(one.value or b"") for one in letters.read(letters.parking)] == [30_000]


@pytest.mark.parametrize(
    ("guard", "phase", "parked", "skipped"),
    [("Park", Phase.SUCCEEDED, 1, 0), ("Skip", Phase.SUCCEEDED, 0, 1), ("Fail", Phase.FAILED, 0, 0)],
)
async def test_a_record_that_came_back_too_often_is_parked_skipped_or_ends_the_run(
    letters: Letters, guard: str, phase: Phase, parked: int, skipped: int
) -> None:
    letters.topics(partitions=1)
    for number in range(5):
        times = b"3" if number == 2 else b"1"
        letters.put(letters.dead, key=b"k", value=str(number).encode(), headers=[("sluicegate.redrive.count", times)])
    letters.flush()
    told = await last(letters.order(guards={"maxRedrives": 3, "onLoop": guard}))
    assert (told.phase, told.parked, told.skipped) == (phase, parked, skipped)
    assert "partition 0, offset 2: it has come back 3 times" in told.message
    arrived = [one.value for one in letters.read(letters.source)]
    assert arrived == ([b"0", b"1"] if guard == "Fail" else [b"0", b"1", b"3", b"4"])
    # What was left where it is has not been dealt with: it still counts as a dead letter, and so does all behind it.
    assert letters.broker.committed(letters.settled, letters.dead) == {0: 5 if guard == "Park" else 2}
    assert {one.header("sluicegate.redrive.count") for one in letters.read(letters.source)} == {"2"}


async def test_without_a_parking_topic_a_record_to_be_parked_ends_the_run(letters: Letters) -> None:
    letters.topic(letters.dead, partitions=1)
    letters.topic(letters.source, partitions=1)
    letters.put(letters.dead, key=b"k", value=b"v", headers=[("sluicegate.redrive.count", b"9")])
    letters.flush()
    told = await last(letters.order())
    assert told.phase is Phase.FAILED
    assert "is to be parked (it has come back 9 times), and there is no parking topic" in told.message


async def test_records_of_aborted_transactions_are_no_dead_letters(letters: Letters) -> None:
    letters.topics(partitions=1)
    with Transaction(letters.broker, id_=f"{letters.prefix}-1") as aborted:
        aborted.write(letters.dead, 5, partition=0)
    with Transaction(letters.broker, id_=f"{letters.prefix}-2") as committed:
        committed.write(letters.dead, 4, partition=0)
        committed.commit()
    told = await last(letters.order())
    assert (told.phase, told.redriven) == (Phase.SUCCEEDED, 4)
    assert len(letters.read(letters.source)) == 4
    assert letters.broker.lag(letters.settled, letters.dead) == 0
