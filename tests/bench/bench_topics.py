"""What it costs to keep the topics of 1,000 apps in step: one pass of reading and planning, and what brokers are asked.

    SLUICEGATE_BOOTSTRAP=host:port python -m tests.bench.bench_topics [--apps 1000] [--made 80] [--sources 40]

Each app has a retry and a dead-letter topic of its own. Only those of the first ``--made`` apps are made on the broker;
those of the others are missing there and planned anew in each pass, which is the longer plan. Prints a table and writes
build/bench/topics.json. Makes its own topics and removes them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from sluicegate.control.topics.beat import EVERY
from sluicegate.control.topics.schedule import DRIFT_EVERY
from sluicegate.decide.topics.plan import Ask, Seen, TopicPlan, after, plan, wants_to_read
from sluicegate.model.kafka import ClientConfig
from sluicegate.model.resource import Key
from sluicegate.model.topic import BrokerTopic
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.support.topics import ask

OUT = Path("build/bench/topics.json")
PREFIX = f"bench-topics-{os.getpid()}"
REPEATS = 5
LIMIT = 60.0
SECONDS_ALLOWED = 10.0
"""For one pass over 1,000 apps."""
REQUESTS_ALLOWED = 10.0
"""A second, in steady state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of pass: medians over its repeats, in seconds; ``planning`` the operator's own part of ``wall``."""

    situation: str
    wall: float
    planning: float
    changes: int
    requests: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One look at all apps: ``answer`` of the brokers, ``plans`` in the order of the apps, times in seconds."""

    answer: TopicAnswer
    plans: tuple[TopicPlan, ...]
    wall: float
    planning: float


@contextmanager
def sources(bootstrap: str, count: int) -> Iterator[tuple[str, ...]]:
    """Topics of one partition; with them goes all that bears their name."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    names = tuple(f"{PREFIX}-{number}" for number in range(count))
    try:
        for future in admin.create_topics([NewTopic(name, 1, 1) for name in names]).values():
            future.result(LIMIT)
        yield names
    finally:
        left = [name for name in admin.list_topics(timeout=LIMIT).topics if name.startswith(PREFIX)]
        for at in range(0, len(left), 20):
            for future in admin.delete_topics(left[at : at + 20]).values():
                try:
                    future.result(LIMIT)
                except KafkaException:
                    continue


async def look(pool: SweepPool, access: ClientConfig, asks: Sequence[Ask]) -> Pass:
    began = time.monotonic()
    names = frozenset[str]().union(*(wants_to_read(one) for one in asks))
    answer = await pool.topics(access, TopicOrder(read=tuple(sorted(names))), timeout=LIMIT)
    assert answer.fault is None, answer.fault
    assert all(one is None or isinstance(one, BrokerTopic) for one in answer.topics.values())
    read = time.monotonic()
    seen = Seen(topics=answer.topics, config_keys=answer.config_keys)
    plans = tuple(plan(one, seen=seen, now=time.time()) for one in asks)
    done = time.monotonic()
    return Pass(answer=answer, plans=plans, wall=done - began, planning=done - read)


def row(situation: str, passes: Sequence[Pass], *, changes: int) -> Row:
    return Row(
        situation=situation,
        wall=round(statistics.median(one.wall for one in passes), 3),
        planning=round(statistics.median(one.planning for one in passes), 3),
        changes=changes,
        requests=passes[-1].answer.requests,
    )


async def measure(bootstrap: str, topics: Sequence[str], *, apps: int, made: int) -> list[Row]:
    pool, access = SweepPool(children=1, now=time.time), config.plaintext(bootstrap)
    asks = [
        ask(sources=(topics[number % len(topics)],), group=f"g{number}", key=Key("bench", f"app-{number}"))
        for number in range(apps)
    ]
    first = await look(pool, access, asks)
    rows = [row("all are missing", [first], changes=sum(len(one.changes) for one in first.plans))]

    wanted = [change for one in first.plans[:made] for change in one.changes]
    began = time.monotonic()
    done = await pool.topics(access, TopicOrder(changes=tuple(wanted)), timeout=LIMIT)
    assert not [one for one in done.outcomes if one.fault], done.outcomes
    rows.append(
        Row(
            situation=f"topics of {made} apps are made",
            wall=round(time.monotonic() - began, 3),
            planning=0.0,
            changes=len(wanted),
            requests=done.requests,
        )
    )
    for number in range(made):
        own = [one for one in done.outcomes if one.change in first.plans[number].changes]
        asks[number] = replace(asks[number], remembered=after(first.plans[number], own, now=time.time()).topics)
    steady = [await look(pool, access, asks) for _ in range(REPEATS)]
    assert not [one for one in steady[-1].plans[:made] if one.changes], "what was made is planned again"
    left = sum(len(one.changes) for one in steady[-1].plans)
    rows.append(row(f"{made} apps in sync, the others missing", steady, changes=left))
    few = asks[: math.ceil(apps / DRIFT_EVERY * EVERY)]
    beats = [await look(pool, access, few) for _ in range(REPEATS)]
    rows.append(
        row(f"{len(few)} apps whose turn it is", beats, changes=sum(len(one.changes) for one in beats[-1].plans))
    )
    await pool.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=1000)
    parser.add_argument("--made", type=int, default=80)
    parser.add_argument("--sources", type=int, default=40)
    asked = parser.parse_args()
    bootstrap = os.environ["SLUICEGATE_BOOTSTRAP"]
    with sources(bootstrap, asked.sources) as topics:
        rows = asyncio.run(measure(bootstrap, topics, apps=asked.apps, made=asked.made))
    print(f"{asked.apps} apps, {2 * asked.apps} topics of theirs, {asked.sources} sources, {os.cpu_count()} cores")
    print(f"{'':40} {'wall s':>8} {'planning s':>11} {'changes':>8}  requests")
    for one in rows:
        calls = " ".join(f"{api} {count}" for api, count in sorted(one.requests.items()))
        print(f"{one.situation:40} {one.wall:8.3f} {one.planning:11.3f} {one.changes:8}  {calls}")
    steady = sum(rows[-1].requests.values()) / EVERY
    print(
        f"in steady state {steady:.1f} requests a second: one look in {EVERY:g} s, each app's turn in {DRIFT_EVERY:g} s"
    )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
    result = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine, **vars(asked)}
    result |= {"requests_per_second": round(steady, 3), "rows": [asdict(one) for one in rows]}
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    assert max(one.wall for one in rows) < SECONDS_ALLOWED
    assert steady < REQUESTS_ALLOWED


if __name__ == "__main__":
    main()
