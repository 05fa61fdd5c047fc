"""What the sweep sees of retry and dead-letter topics on a real broker: what is due, how deep, since when, at what
cost."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from sluicegate.decide.topics.names import settled_group
from sluicegate.model.kafka import GroupAnswer, GroupQuestion, Sweep
from sluicegate.model.topic import DeadLetters
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.support.broker import Broker

STAMPED = {"message.timestamp.type": "LogAppendTime"}
LONG, SHORT = 3600.0, 2.0


class Sight:
    """One app's question, asked again and again through a real pool."""

    def __init__(self, pool: SweepPool, broker: Broker, name: str) -> None:
        self._pool = pool
        self._access = config.plaintext(broker.bootstrap)
        self._name = name

    async def sweep(self, *retry: tuple[str, float]) -> Sweep:
        question = GroupQuestion(
            group=self._name, topics=(self._name,), retry=retry, dead_letters=(f"{self._name}.dlq",)
        )
        sweep = await self._pool.sweep(self._access, [question], timeout=20.0)
        assert sweep.fault is None, sweep.fault
        return sweep

    async def of(self, *retry: tuple[str, float]) -> GroupAnswer:
        return (await self.sweep(*retry)).answers[0]

    async def letters(self) -> DeadLetters:
        (found,) = (await self.of()).dead_letters
        return found


@pytest.fixture
async def pool() -> AsyncIterator[SweepPool]:
    pool = SweepPool(children=1, now=time.time)
    yield pool
    await pool.close()


@pytest.fixture
def name(broker: Broker) -> Iterator[str]:
    """Source topic and group; the others are named after it."""
    name = f"due-{uuid.uuid4().hex[:8]}"
    broker.create(name, partitions=2)
    yield name
    broker.drop(topics=[name, f"{name}.retry", f"{name}.dlq"], groups=[name, settled_group(f"{name}.dlq")])


@pytest.fixture
def sight(pool: SweepPool, broker: Broker, name: str) -> Sight:
    return Sight(pool, broker, name)


async def test_only_records_that_waited_for_their_delay_are_due(sight: Sight, broker: Broker, name: str) -> None:
    retry = f"{name}.retry"
    broker.create(retry, partitions=2, config=STAMPED)
    await sight.of()
    broker.produce(retry, 3, partition=0)
    await asyncio.sleep(SHORT + 0.3)
    broker.produce(retry, 2, partition=0)

    short = (await sight.of((retry, SHORT))).retry
    long = (await sight.of((retry, LONG))).retry

    assert [(one.partition, one.due_end, one.due) for one in short] == [(0, 3, 3), (1, 0, 0)]
    assert [(one.partition, one.due_end, one.due) for one in long] == [(0, 0, 0), (1, 0, 0)]


async def test_what_the_group_committed_of_a_retry_topic_is_not_due(sight: Sight, broker: Broker, name: str) -> None:
    retry = f"{name}.retry"
    broker.create(retry, partitions=2, config=STAMPED)
    broker.produce(retry, 8)
    broker.commit(name, retry, {0: 1, 1: 4})
    await asyncio.sleep(SHORT + 0.3)

    found = (await sight.of((retry, SHORT))).retry

    assert [(one.due_end, one.committed, one.due) for one in found] == [(4, 1, 3), (4, 4, 0)]


async def test_a_retry_topic_that_is_not_there_is_no_fault_of_the_app(sight: Sight, broker: Broker, name: str) -> None:
    broker.produce(name, 4)

    found = await sight.of((f"{name}.retry", SHORT))

    assert found.retry == ()
    assert found.fault is None
    assert found.topic_faults == ()
    assert {one.topic for one in found.partitions} == {name}


async def test_dead_letters_are_counted_from_the_start_and_dated_by_their_stamp(
    sight: Sight, broker: Broker, name: str
) -> None:
    broker.create(f"{name}.dlq", partitions=2, config=STAMPED)
    began = time.time()
    broker.produce(f"{name}.dlq", 5)

    found = await sight.letters()

    assert (found.records, found.ends, found.fault) == (5, 5, None)
    assert found.oldest is not None
    assert began - 2 <= found.oldest <= time.time() + 2


async def test_what_was_settled_is_no_dead_letter_any_more(sight: Sight, broker: Broker, name: str) -> None:
    topic = f"{name}.dlq"
    broker.create(topic, partitions=2, config=STAMPED)
    broker.produce(topic, 6)
    broker.commit(settled_group(topic), topic, {0: 3, 1: 1})

    found = await sight.letters()

    assert (found.records, found.ends) == (2, 6)


async def test_the_oldest_beyond_what_was_settled_is_dated_by_when_it_was_seen_to_come(
    sight: Sight, broker: Broker, name: str
) -> None:
    topic = f"{name}.dlq"
    broker.create(topic, partitions=2, config=STAMPED)
    broker.produce(topic, 4)
    broker.commit(settled_group(topic), topic, {0: 2, 1: 2})
    nothing = await sight.letters()
    came = time.time()
    broker.produce(topic, 2)

    found = await sight.letters()
    later = await sight.letters()

    assert (nothing.records, nothing.oldest) == (0, None)
    assert found.records == 2
    assert found.oldest == pytest.approx(came, abs=3)
    assert later.oldest == found.oldest


async def test_dead_letters_that_expire_are_seen_within_six_sweeps(sight: Sight, broker: Broker, name: str) -> None:
    topic = f"{name}.dlq"
    broker.create(topic, partitions=1, config=STAMPED)
    broker.produce(topic, 5)
    before = await sight.letters()
    broker.truncate(topic, before=3)

    found = [(await sight.letters()).records for _ in range(6)]

    assert before.records == 5
    assert found[-1] == 2


async def test_dead_letters_at_rest_cost_no_request_of_their_own(sight: Sight, broker: Broker, name: str) -> None:
    """Five of six sweeps ask for nothing but ends, however many dead letters lie there."""
    topic = f"{name}.dlq"
    broker.create(topic, partitions=1, config=STAMPED)
    broker.produce(topic, 5)
    broker.produce(name, 2)
    broker.commit(name, name, {0: 1, 1: 1})
    await sight.of()

    fetches = [(await sight.sweep()).requests.get("OffsetFetch", 0) for _ in range(6)]

    assert sum(fetches) <= 4
    assert fetches.count(0) >= 3


async def test_a_dead_letter_that_comes_is_seen_at_once(sight: Sight, broker: Broker, name: str) -> None:
    topic = f"{name}.dlq"
    broker.create(topic, partitions=1, config=STAMPED)
    broker.produce(topic, 1)
    for expected in range(1, 7):
        assert (await sight.letters()).records == expected
        broker.produce(topic, 1)


async def test_a_topic_of_dead_letters_that_is_not_there_says_so_and_nothing_else_fails(
    sight: Sight, broker: Broker, name: str
) -> None:
    found = await sight.of()

    (letters,) = found.dead_letters
    assert letters.records is None
    assert letters.fault is not None
    assert letters.fault.kind.value == "TopicNotFound"
    assert found.fault is None
    assert found.topic_faults == ()
