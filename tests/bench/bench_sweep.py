"""What one sweep of a large cluster costs: 1,000 groups over 2,000 partitions of a real broker.

    SLUICEGATE_BOOTSTRAP=host:port python -m tests.bench.bench_sweep [--groups 1000] [--topics 200] [--partitions 10]

Prints a table and writes build/bench/sweep.json. Makes its own topics and groups and removes them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from sluicegate.model.kafka import GroupQuestion, Sweep
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool

OUT = Path("build/bench/sweep.json")
PREFIX = f"bench-sweep-{os.getpid()}"
REPEATS = 5
TICKS = os.sysconf("SC_CLK_TCK")
LIMIT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One situation: medians over the repeats. Times in seconds, memory in MB; ``operator`` is the parent's part."""

    situation: str
    wall: float
    child_cpu: float
    operator_cpu: float
    child_memory: float
    requests: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the bench makes on the broker: group ``g`` consumes topic ``g modulo topics``."""

    bootstrap: str
    groups: int
    topics: int
    partitions: int

    def topic(self, number: int) -> str:
        return f"{PREFIX}-{number % self.topics}"

    def group(self, number: int) -> str:
        return f"{PREFIX}-g{number}"

    def questions(self) -> list[GroupQuestion]:
        return [GroupQuestion(group=self.group(n), topics=(self.topic(n),)) for n in range(self.groups)]

    @contextmanager
    def made(self) -> Iterator[None]:
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        names = [self.topic(number) for number in range(self.topics)]
        try:
            for few in _by(names, 20):
                _wait(admin.create_topics([NewTopic(name, self.partitions, 1) for name in few]).values())
            # A created topic is visible only when the broker has caught up with its controller.
            while not set(names) <= set(admin.list_topics(timeout=LIMIT).topics):
                time.sleep(0.5)
            for few in _by(range(self.groups), 100):
                _wait(self._commit(admin, number) for number in few)
            yield
        finally:
            # Group by group: one that the broker has dropped already is no reason to leave the others.
            for some in _by([self.group(number) for number in range(self.groups)], 100):
                _wait(admin.delete_consumer_groups(some).values(), strict=False)
            for few in _by(names, 20):
                _wait(admin.delete_topics(few).values(), strict=False)

    def _commit(self, admin: AdminClient, number: int) -> Future[Any]:
        at = [TopicPartition(self.topic(number), partition, 0) for partition in range(self.partitions)]
        group = self.group(number)
        future: Future[Any] = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, at)])[group]
        return future

    def produce(self, *, topics: int) -> None:
        """One record to each partition of the first so many topics."""
        producer = Producer({"bootstrap.servers": self.bootstrap})
        for number in range(topics):
            for partition in range(self.partitions):
                producer.produce(self.topic(number), b"x", partition=partition)
            producer.poll(0)
        assert producer.flush(LIMIT) == 0


async def measure(load: Load) -> list[Row]:
    pool = SweepPool(children=1, now=time.time)
    access, questions = config.plaintext(load.bootstrap), load.questions()

    async def sweep() -> Sweep:
        found = await pool.sweep(access, questions, timeout=LIMIT)
        assert found.fault is None, found.fault
        faults = [
            answer.fault or answer.topic_faults for answer in found.answers if answer.fault or answer.topic_faults
        ]
        assert not faults, f"{len(faults)} of {len(found.answers)}, such as {faults[0]}"
        return found

    await pool.sweep(access, [], timeout=LIMIT)
    rows = [await _row("first, all asked and described", sweep, pool, repeats=1)]
    rows.append(await _row("quiet, nothing moves", sweep, pool, repeats=REPEATS))
    tenth = load.topics // 10
    load.produce(topics=tenth)
    rows.append(await _row("a tenth wakes", sweep, pool, repeats=1))
    rows.append(await _row("a tenth has lag and stalls", sweep, pool, repeats=REPEATS))
    load.produce(topics=load.topics)
    rows.append(await _row("all wake", sweep, pool, repeats=1))
    rows.append(await _row("all have lag and stall", sweep, pool, repeats=REPEATS))
    await pool.close()
    return rows


async def _row(situation: str, sweep: Callable[[], Awaitable[Sweep]], pool: SweepPool, *, repeats: int) -> Row:
    (pid,) = pool.pids()
    walls, child, operator = [], [], []
    for _ in range(repeats):
        before = time.monotonic(), _cpu(pid), time.process_time()
        found = await sweep()
        walls.append(time.monotonic() - before[0])
        child.append(_cpu(pid) - before[1])
        operator.append(time.process_time() - before[2])
        await asyncio.sleep(0.5)
    return Row(
        situation=situation,
        wall=round(statistics.median(walls), 3),
        child_cpu=round(statistics.median(child), 3),
        operator_cpu=round(statistics.median(operator), 3),
        child_memory=_memory(pid),
        requests=found.requests,
    )


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (kilobytes,) = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return round(kilobytes / 1024, 1)


def _by(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    every = list(items)
    return (every[at : at + size] for at in range(0, len(every), size))


def _wait(futures: Iterable[Future[Any]], *, strict: bool = True) -> None:
    for future in list(futures):
        try:
            future.result(LIMIT)
        except KafkaException:
            if strict:
                raise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--topics", type=int, default=200)
    parser.add_argument("--partitions", type=int, default=10)
    asked = parser.parse_args()
    load = Load(bootstrap=os.environ["SLUICEGATE_BOOTSTRAP"], **vars(asked))
    with load.made():
        rows = asyncio.run(measure(load))
    print(f"{asked.groups} groups, {asked.topics * asked.partitions} partitions, {os.cpu_count()} cores")
    print(f"{'':32} {'wall s':>8} {'child CPU s':>12} {'operator CPU s':>15} {'child MB':>9}  calls")
    for row in rows:
        calls = " ".join(f"{api} {count}" for api, count in sorted(row.requests.items()))
        print(
            f"{row.situation:32} {row.wall:8.3f} {row.child_cpu:12.3f} {row.operator_cpu:15.3f} "
            f"{row.child_memory:9.1f}  {calls}"
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
    result = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine, **vars(asked)}
    OUT.write_text(json.dumps({**result, "rows": [asdict(row) for row in rows]}, indent=2) + "\n")


if __name__ == "__main__":
    main()
