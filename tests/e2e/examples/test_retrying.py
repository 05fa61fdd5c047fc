"""The example consumer on a real broker: retries wait and block nobody, poison is kept, and a kill loses nothing.

The consumer runs as the program that teams copy, in a process of its own; which messages fail follows from their keys.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from examples.consumer.faults import Faults, Poison, Unavailable
from tests.support.broker import Broker
from tests.support.wait import eventually

ROOT = Path(__file__).resolve().parents[3]
PARTITIONS = 3
FAULTS = Faults(poison=3, transient=20)


class Story:
    """A source with its retry topics and dead letters, and consumers of them."""

    def __init__(self, broker: Broker, folder: Path, *, delays: Sequence[int]) -> None:
        name = f"retrying-{uuid.uuid4().hex[:8]}"
        self.broker = broker
        self.source, self.group, self.results, self.dead = name, f"{name}-g", f"{name}-results", f"{name}-dlq"
        self.retries = [f"{name}-retry-{delay}s" for delay in delays]
        self.processes: list[subprocess.Popen[bytes]] = []
        self._told = ",".join(f"{topic}={delay}s" for topic, delay in zip(self.retries, delays, strict=True))
        self._folder = folder
        config = {"message.timestamp.type": "LogAppendTime"}
        for topic in (self.results, self.dead, *self.retries):
            broker.create(topic, partitions=PARTITIONS, config=config)
        broker.create(self.source, partitions=PARTITIONS)

    def start(self, *, faults: str = "poison=3,transient=20") -> subprocess.Popen[bytes]:
        env = {
            **os.environ,
            "BOOTSTRAP": self.broker.bootstrap,
            "GROUP": self.group,
            "TOPICS": self.source,
            "RESULTS_TOPIC": self.results,
            "RETRY_TOPICS": self._told,
            "DEAD_LETTER_TOPIC": self.dead,
            "FAULTS": faults,
            "WORK_MS": "1",
            "COMMIT_MS": "200",
            "SESSION_TIMEOUT_MS": "6000",
            "HTTP_PORT": "0",
        }
        log = (self._folder / f"consumer-{len(self.processes)}.log").open("wb")
        program = [sys.executable, "-m", "examples.consumer.consumer"]
        process = subprocess.Popen(program, env=env, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What all consumers logged under this event, so far."""
        texts = (path.read_text(encoding="utf-8") for path in sorted(self._folder.glob("consumer-*.log")))
        found = [json.loads(line) for text in texts for line in text.splitlines() if line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def until_results(self, many: int) -> None:
        """Also repeated ones count."""
        eventually(lambda: sum(self.broker.ends(self.results).values()) >= many, within=40, what=f"{many} results")

    def handled(self) -> set[str]:
        """First places of messages that were handled."""
        return self.broker.keys(self.results)

    def close(self) -> None:
        for process in self.processes:
            process.terminate()  # it leaves the group, which can be deleted then
            process.wait(20)
        topics = (self.source, self.results, self.dead, *self.retries)
        self.broker.drop(topics=topics, groups=(self.group, *topics))


@pytest.fixture
def story(broker: Broker, tmp_path: Path) -> Iterator[Story]:
    story = Story(broker, tmp_path, delays=(3,))
    yield story
    story.close()


def kind(key: str) -> type[Exception] | None:
    try:
        FAULTS.check(key, attempt=1)
    except (Poison, Unavailable) as failure:
        return type(failure)
    return None


def keys(wanted: type[Exception] | None, many: int) -> list[str]:
    """Keys of messages that fail in this way."""
    found = (key for number in range(100_000) if kind(key := f"k-{number}") is wanted)
    return [next(found) for _ in range(many)]


def records(broker: Broker, topic: str) -> list[Message]:
    """All that a topic holds, in the order within each partition."""
    ends = broker.ends(topic)
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": topic})
    reader.assign([TopicPartition(topic, partition, 0) for partition in ends])
    found: list[Message] = []
    while len(found) < sum(ends.values()):
        message = reader.poll(15)
        assert message is not None, f"{topic} was not read to its end"
        assert message.error() is None, message.error()
        found.append(message)
    reader.close()
    return found


def headers(message: Message) -> dict[str, str]:
    return {str(name): (value or b"").decode() for name, value in message.headers() or ()}  # type: ignore[str-unpack, union-attr]


def place(topic: str, key: str, broker: Broker) -> str:
    (found,) = [one for one in records(broker, topic) if one.key() == key.encode()]
    return f"{topic}-{found.partition()}-{found.offset()}"


def test_killed_in_the_middle_again_and_again_it_loses_nothing_and_gives_up_only_poison(story: Story) -> None:
    many = 3_000
    for number in range(many):
        story.broker.send(story.source, partition=number % PARTITIONS, key=f"m-{number}")
    story.broker.flush()
    for wanted in (300, 900, 1_500):
        process = story.start()
        story.until_results(wanted)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    story.start()
    poison = {f"m-{number}" for number in range(many) if kind(f"m-{number}") is Poison}
    eventually(lambda: len(story.handled()) >= many - len(poison), within=60, every=2, what="all but poison handled")
    dead = {str(one.key() or b"", "utf-8") for one in records(story.broker, story.dead)}
    assert dead == poison
    by_place = {f"{story.source}-{one.partition()}-{one.offset()}": one for one in records(story.broker, story.source)}
    unhandled = {str(by_place[one].key() or b"", "utf-8") for one in by_place.keys() - story.handled()}
    assert unhandled == poison
    assert len(story.handled() & by_place.keys()) + len(dead) == many


def test_a_retry_waits_until_it_is_due_at_the_same_partition_number_and_holds_up_nobody(story: Story) -> None:
    (late,), others = keys(Unavailable, 1), keys(None, 200)
    story.broker.send(story.source, partition=1, key=late)
    for number, key in enumerate(others):
        story.broker.send(story.source, partition=number % PARTITIONS, key=key)
    story.broker.flush()
    story.start()
    eventually(lambda: len(story.handled()) == len(others) + 1, within=40, what="all handled")
    (waited,) = records(story.broker, story.retries[0])
    told = headers(waited)
    assert (waited.key(), waited.partition()) == (late.encode(), 1)
    assert told["sluicegate.attempt"] == "2"
    results = {one.key(): json.loads(one.value() or b"") for one in records(story.broker, story.results)}
    last = results.pop(place(story.source, late, story.broker).encode())
    due = int(told["sluicegate.not-before"])
    assert due <= last["handled"] < due + 2_500
    assert max(one["handled"] for one in results.values()) < due, "others waited for the retry"
    for partition in range(PARTITIONS):
        handled = [(one["handled"], one["o"]) for one in results.values() if one["p"] == partition]
        assert [at for _, at in sorted(handled, key=lambda pair: pair[1])] == sorted(at for _, at in handled)


def test_one_retry_that_is_not_due_does_not_hold_up_due_ones_of_other_partitions(story: Story) -> None:
    first, second = keys(Unavailable, 2)
    story.broker.send(story.source, partition=0, key=first)
    story.broker.flush()
    story.start()
    eventually(lambda: len(story.lines("handed over")) == 1, within=30, what="the first waits for its retry")
    time.sleep(1.5)
    story.broker.send(story.source, partition=2, key=second)
    story.broker.flush()
    eventually(lambda: len(story.handled()) == 2, within=30, what="both handled")
    due = {one.key(): int(headers(one)["sluicegate.not-before"]) for one in records(story.broker, story.retries[0])}
    for key in (first, second):
        at = {one.key(): json.loads(one.value() or b"")["handled"] for one in records(story.broker, story.results)}
        handled = at[place(story.source, key, story.broker).encode()]
        assert 0 <= handled - due[key.encode()] < 1_400, "each at its own time, not the later one's"


def test_the_lines_about_one_message_share_its_trace_also_through_another_process(story: Story) -> None:
    (key,) = keys(Unavailable, 1)
    story.broker.send(story.source, partition=0, key=key)
    story.broker.flush()
    first = story.start()
    (handed,) = eventually(lambda: story.lines("handed over"), within=30, what="the hand-over is logged")
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    assert story.broker.committed(story.group, story.source) == {0: 1}
    story.start()
    (done,) = eventually(lambda: story.lines("handled at last"), within=30, what="the retry is logged")
    assert handed["trace"] == done["trace"]
    assert len(handed["trace"]) == 32
    assert handed["message"] == done["message"] == f"{story.source}-0-0"


def test_poison_goes_to_the_dead_letters_at_once_with_its_story(story: Story) -> None:
    (key,) = keys(Poison, 1)
    story.broker.send(story.source, partition=2, key=key)
    story.broker.flush()
    story.start()
    eventually(lambda: sum(story.broker.ends(story.dead).values()) == 1, within=30, what="a dead letter")
    (dead,) = records(story.broker, story.dead)
    told = headers(dead)
    assert (dead.partition(), dead.key(), dead.value()) == (2, key.encode(), story.source.encode())
    assert told["sluicegate.original.topic"] == story.source
    assert (told["sluicegate.original.partition"], told["sluicegate.original.offset"]) == ("2", "0")
    assert (told["sluicegate.group"], told["sluicegate.attempt"]) == (story.group, "1")
    assert told["sluicegate.error.class"] == "Poison"
    assert sum(story.broker.ends(story.retries[0]).values()) == 0


def test_dead_letters_of_fewer_partitions_than_the_source_are_taken_all_the_same(story: Story) -> None:
    story.broker.delete(story.dead)
    story.broker.create(story.dead, partitions=1)
    for partition, key in enumerate(keys(Poison, PARTITIONS)):
        story.broker.send(story.source, partition=partition, key=key)
    story.broker.flush()
    story.start()
    eventually(lambda: sum(story.broker.ends(story.dead).values()) == PARTITIONS, within=30, what="all dead letters")
    firsts = {headers(one)["sluicegate.original.partition"] for one in records(story.broker, story.dead)}
    assert firsts == {"0", "1", "2"}


def test_while_all_fails_the_breaker_keeps_the_backlog_where_it_is(story: Story) -> None:
    story.broker.produce(story.source, 300, key="any")
    process = story.start(faults="transient=100")
    eventually(lambda: story.lines("breaker open"), within=30, what="the breaker opens")
    time.sleep(2.0)
    assert sum(story.broker.ends(story.retries[0]).values()) == 20, "nothing is taken while it is open"
    eventually(lambda: len(story.lines("breaker open")) > 2, within=60, what="it lets one through and opens again")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    story.start(faults="")
    eventually(lambda: len(story.handled()) == 300, within=40, what="all handled once it is well again")


def test_with_a_topic_missing_nothing_is_committed_that_is_not_safe_elsewhere(story: Story) -> None:
    (key,) = keys(Poison, 1)
    story.broker.delete(story.dead)
    story.broker.send(story.source, partition=0, key=key)
    story.broker.flush()
    process = story.start()
    assert process.wait(60) != 0
    assert story.broker.committed(story.group, story.source) == {}
