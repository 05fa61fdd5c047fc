"""The example consumer against librdkafka's mock cluster: nothing is committed that was not done, nothing lost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from examples.consumer.consumer import Settings, Worker


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """A mock cluster lives as long as the client that made it; its addresses are in the metadata."""
    owner = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused", "log_level": 2})
    found = owner.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in found)
    owner.flush(1)


def settings(bootstrap: str, *, name: str, **more: str) -> Settings:
    env = {"BOOTSTRAP": bootstrap, "GROUP": f"{name}-v1", "TOPICS": name, "WORK_MS": "1", "COMMIT_MS": "100"}
    return Settings.read(env | {"RESULTS_TOPIC": f"{name}-handled", "SESSION_TIMEOUT_MS": "6000"} | more)


def send(bootstrap: str, topic: str, count: int) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(count):
        producer.produce(topic, value=str(number))
    assert producer.flush(10) == 0


def everything(bootstrap: str, topic: str, *, at_least: int) -> list[dict[str, int]]:
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False})
    partitions = reader.list_topics(topic, timeout=10).topics[topic].partitions
    reader.assign([TopicPartition(topic, number, 0) for number in partitions])
    found: list[dict[str, int]] = []
    deadline = time.monotonic() + 10
    while len(found) < at_least and time.monotonic() < deadline:
        found += [json.loads(m.value() or b"") for m in reader.consume(500, timeout=0.3) if m.error() is None]
    reader.close()
    return found


def committed(bootstrap: str, group: str, topic: str) -> int:
    asking = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    partitions = asking.list_topics(topic, timeout=10).topics[topic].partitions
    found = asking.committed([TopicPartition(topic, number) for number in partitions], timeout=10)
    asking.close()
    return sum(max(at.offset, 0) for at in found)


def works(worker: Worker, *, until: int) -> None:
    """Runs the worker until it has handled so many, then stops it as a SIGTERM does."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    deadline = time.monotonic() + 30
    while worker.handled < until and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.stop()
    thread.join(15)
    assert not thread.is_alive(), "the consumer did not leave when told to"


def test_every_message_is_handled_once_and_its_result_says_which(bootstrap: str) -> None:
    send(bootstrap, "plain", 60)
    worker = Worker(settings(bootstrap, name="plain"))
    works(worker, until=60)
    results = everything(bootstrap, "plain-handled", at_least=60)
    assert len({(fact["p"], fact["o"]) for fact in results}) == len(results) == 60
    assert all(0 < fact["sent"] <= fact["handled"] for fact in results)


def test_stopping_commits_exactly_what_was_handled(bootstrap: str) -> None:
    send(bootstrap, "cut", 400)
    worker = Worker(settings(bootstrap, name="cut", COMMIT_MS="60000"))
    works(worker, until=25)
    assert 25 <= worker.handled < 400
    assert committed(bootstrap, "cut-v1", "cut") == worker.handled


def test_the_next_one_goes_on_where_the_last_one_stopped(bootstrap: str) -> None:
    send(bootstrap, "twice", 120)
    first = Worker(settings(bootstrap, name="twice"))
    works(first, until=30)
    second = Worker(settings(bootstrap, name="twice"))
    works(second, until=120 - first.handled)
    assert first.handled + second.handled == 120
    assert len({(fact["p"], fact["o"]) for fact in everything(bootstrap, "twice-handled", at_least=120)}) == 120


def test_at_rest_nothing_is_left_uncommitted(bootstrap: str) -> None:
    """A group that rests at a lag above 0 looks like work to whoever scales it."""
    send(bootstrap, "rest", 20)
    worker = Worker(settings(bootstrap, name="rest", COMMIT_MS="60000"))
    thread = threading.Thread(target=worker.run)
    thread.start()
    deadline = time.monotonic() + 20
    while committed(bootstrap, "rest-v1", "rest") < 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    still_running = thread.is_alive()
    at_rest = committed(bootstrap, "rest-v1", "rest")
    worker.stop()
    thread.join(15)
    assert still_running
    assert at_rest == 20
