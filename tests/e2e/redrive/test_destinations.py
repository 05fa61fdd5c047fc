"""Where redriven records arrive, with what headers, in which partitions."""

from __future__ import annotations

import pytest
from confluent_kafka import Producer

from sluicegate.model.redrive import Phase
from sluicegate.redrive.order import NO_SOURCE
from tests.support.dead_letters import Letters, by_key, last

KEYS = 30


async def test_to_source_every_record_returns_to_its_partition_in_order_with_its_errors_gone(letters: Letters) -> None:
    letters.topics()
    letters.die(300, keys=KEYS)
    order = letters.order()
    told = await last(order)
    assert (told.phase, told.total, told.redriven, told.repeated) == (Phase.SUCCEEDED, 300, 300, 0)
    found = letters.read(letters.source)
    assert by_key(found) == {str(key).encode(): list(range(key, 300, KEYS)) for key in range(KEYS)}
    assert {(int(one.key or b"0") % 3) - one.partition for one in found} == {0}
    told_of = {name for one in found for name, _ in one.headers}
    assert told_of == {
        "sluicegate.original.topic",
        "sluicegate.original.partition",
        "sluicegate.original.offset",
        "sluicegate.original.timestamp",
        "sluicegate.redrive.count",
        "sluicegate.redrive.id",
        "traceparent",
    }
    assert {one.header("sluicegate.redrive.id") for one in found} == {order.uid}
    assert {one.header("sluicegate.redrive.count") for one in found} == {"1"}
    assert {int(one.header("sluicegate.original.offset") or "-1") for one in found} == set(range(300))
    assert letters.broker.lag(letters.settled, letters.dead) == 0


async def test_to_retry_writes_the_first_retry_topic_of_each_source(letters: Letters) -> None:
    letters.topics()
    retry, other = letters.topic(f"{letters.source}.retry-10s"), letters.topic(f"{letters.prefix}.bills.retry-10s")
    letters.die(30)
    bills = f"{letters.prefix}.bills"
    letters.die(12, headers=[("sluicegate.original.topic", bills.encode()), ("sluicegate.error.class", b"X")])
    told = await last(letters.order(to="Retry", topics={letters.source: retry, bills: other}))
    assert (told.phase, told.redriven) == (Phase.SUCCEEDED, 42)
    assert (len(letters.read(retry)), len(letters.read(other)), len(letters.read(letters.source))) == (30, 12, 0)
    assert {line.name: line.records for line in told.report.sources} == {letters.source: 30, bills: 12}


async def test_to_topic_takes_everything(letters: Letters) -> None:
    letters.topics()
    elsewhere = letters.topic(f"{letters.prefix}.elsewhere", partitions=3)
    letters.die(20)
    told = await last(letters.order(to="Topic", topic=elsewhere, topics={NO_SOURCE: elsewhere}))
    assert (told.phase, told.redriven) == (Phase.SUCCEEDED, 20)
    assert len(letters.read(elsewhere)) == 20


async def test_to_park_lays_records_aside_with_their_errors(letters: Letters) -> None:
    letters.topics()
    letters.die(20)
    told = await last(letters.order(to="Park", topics={}))
    assert (told.phase, told.redriven, told.parked) == (Phase.SUCCEEDED, 0, 20)
    found = letters.read(letters.parking)
    assert {one.header("sluicegate.error.class") for one in found} == {"java.lang.IllegalStateException"}
    assert {one.header("sluicegate.redrive.count") for one in found} == {"0"}
    assert letters.broker.lag(letters.settled, letters.dead) == 0


@pytest.mark.parametrize(("partitioner", "theirs"), [("Murmur2", "murmur2"), ("Crc32", "consistent")])
async def test_with_other_partition_counts_keys_go_where_the_clients_put_them(
    letters: Letters, partitioner: str, theirs: str
) -> None:
    letters.topic(letters.dead, partitions=1)
    letters.topic(letters.source, partitions=7)
    letters.topic(letters.parking, partitions=1)
    judge = letters.topic(f"{letters.prefix}.judge", partitions=7)
    keys = [f"customer-{number}" * (1 + number % 3) for number in range(60)] + ["ü", "x" * 100]
    client = Producer({"bootstrap.servers": letters.broker.bootstrap, "partitioner": theirs})
    for number, key in enumerate(keys):
        client.produce(judge, str(number).encode(), key.encode())
        letters.put(letters.dead, key=key.encode(), value=str(number).encode())
    assert client.flush(20) == 0
    letters.flush()
    told = await last(letters.order(partitioner=partitioner))
    assert told.phase is Phase.SUCCEEDED, told.message
    where = {one.key: one.partition for one in letters.read(letters.source)}
    assert where == {one.key: one.partition for one in letters.read(judge)}
    assert len(set(where.values())) == 7


async def test_a_record_from_a_deleted_source_is_parked_and_said(letters: Letters) -> None:
    letters.topics()
    letters.die(6)
    gone = f"{letters.prefix}.gone"
    letters.die(3, headers=[("sluicegate.original.topic", gone.encode())])
    told = await last(letters.order(topics={letters.source: letters.source, gone: gone}))
    assert (told.phase, told.redriven, told.parked) == (Phase.SUCCEEDED, 6, 3)
    assert f"topic '{gone}' does not exist" in told.message
    assert "3 parked, such as partition 0, offset 2" in told.message


async def test_a_run_whose_only_destination_does_not_exist_fails_and_moves_nothing(letters: Letters) -> None:
    letters.topic(letters.dead)
    letters.die(3)
    told = await last(letters.order())
    assert told.phase is Phase.FAILED
    assert told.message == f"topic '{letters.source}' does not exist: create it, or redrive to another one with spec.to"
    assert letters.broker.committed(letters.settled, letters.dead) == {}


async def test_a_dead_letter_topic_is_never_redriven_to_itself(letters: Letters) -> None:
    letters.topics()
    letters.die(3)
    told = await last(letters.order(to="Topic", topic=letters.dead, topics={NO_SOURCE: letters.dead}))
    assert told.phase is Phase.FAILED
    assert "would be redriven to itself" in told.message
    assert sum(letters.broker.ends(letters.dead).values()) == 3
