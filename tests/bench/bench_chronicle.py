"""What the ring of decisions and the last look cost, for a fleet of busy apps: processor time a decision, bytes an app.

    python -m tests.bench.bench_chronicle [--apps 1000] [--partitions 12]

Prints, and writes to build/bench/chronicle.json. The apps share the very decisions; what the chronicle keeps of each
is its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
import tracemalloc
from pathlib import Path

from sluicegate.control.chronicle import Chronicle, Entry
from sluicegate.control.records import Record
from sluicegate.control.ring import HELD
from sluicegate.decide import decide
from sluicegate.model.memory import Memory
from sluicegate.model.recording import look_line
from sluicegate.model.resource import Key, Meta
from tests.support import given

OUT = Path("build/bench/chronicle.json")
SPEC = given.spec()


def entries(partitions: int) -> list[Entry]:
    """Some polls of one app whose every partition moves."""
    memory, made = Memory(), []
    for poll in range(HELD + 25):
        at = given.NOW + 10 * poll
        parts = given.partitions(
            *((137 * poll + 71 * index) % 3000 for index in range(partitions)), at=at, end=10_000 + 700 * poll
        )
        seen = given.observation(parts, replicas=6, at=at, members=given.dealt(parts, 6))
        before = memory
        decision, memory = decide(spec=SPEC, generation=1, observation=seen, memory=before, now=at, poll=given.POLL)
        entry = Entry(
            spec=SPEC,
            generation=1,
            observation=seen,
            memory=before,
            now=at,
            poll=given.POLL,
            decision=decision,
            acted=None,
            left=memory,
        )
        made.append(entry)
    return made


def record(number: int) -> Record[object]:
    key = Key("bench", f"app-{number:05d}")
    meta = Meta(key=key, uid=str(number), generation=1, resource_version="1", created=0.0)
    return Record(meta=meta, spec=SPEC)


def look_bytes(partitions: int) -> int:
    """Of one entry, beyond the memory and the decision that the operator holds anyway."""
    held: list[list[object]] = []
    sizes = []
    for keep in (False, True):
        entries(partitions)
        gc.collect()
        tracemalloc.start()
        for _ in range(10):
            last = entries(partitions)[-1]
            held.append([last.left, last.decision, last if keep else None])
        del last
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0] / 10)
        tracemalloc.stop()
        held.clear()
    return round(sizes[1] - sizes[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=1000)
    parser.add_argument("--partitions", type=int, default=12)
    given_ = parser.parse_args()
    looked = entries(given_.partitions)
    records = [record(number) for number in range(given_.apps)]

    tracemalloc.start()
    chronicle = Chronicle()
    for entry in looked:
        for one in records:
            chronicle.note(one, entry.decision, identity="01JABCDEFGHJKMNPQRSTVWXYZ0", entry=entry)
    held = tracemalloc.get_traced_memory()[0] / given_.apps
    tracemalloc.stop()
    last = looked[-1]

    begun = time.process_time()
    for entry in looked:
        for one in records:
            chronicle.note(one, entry.decision, identity="01JABCDEFGHJKMNPQRSTVWXYZ0", entry=entry)
    spent = (time.process_time() - begun) / len(looked) / given_.apps

    begun = time.process_time()
    for _ in range(200):
        look_line(last.look(after=last), before=last.look(after=last))
    streamed = (time.process_time() - begun) / 200
    figures = {
        "apps": given_.apps,
        "partitions": given_.partitions,
        "microseconds_a_decision": round(spent * 1e6, 1),
        "bytes_of_decisions_an_app": round(held),
        "bytes_of_the_last_look_an_app": look_bytes(given_.partitions),
        "microseconds_a_streamed_line": round(streamed * 1e6, 1),
    }
    print(json.dumps(figures, indent=2))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
