"""How many decisions a second one core makes about held apps: prints a table, writes build/bench/decide.json.

The operator has to decide about 10,000 apps every ten seconds beside all else it does.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from sluicegate.decide import decide, persist
from sluicegate.model.app import AppSpec
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation
from tests.support import given

ROOT = Path(__file__).resolve().parents[2]
WARM_UP, SECONDS = 40, 2.0
POLL = 10.0


def observed(*, partitions: int, poll: int, rate: int, lag: int) -> Observation:
    """A settled app with a third as many members as partitions."""
    at = given.NOW + POLL * poll
    end = 100_000 + rate * poll
    parts = [given.partition(i, at=at, end=end, committed=end - lag) for i in range(partitions)]
    return given.observation(parts, replicas=max(1, partitions // 3), at=at)


def measure(*, app: AppSpec, partitions: int, rate: int, lag: int) -> dict[str, Any]:
    """Decisions a second on a history that is as long as it gets, each on a new observation."""
    memory = Memory()
    for poll in range(WARM_UP):
        seen = observed(partitions=partitions, poll=poll, rate=rate, lag=lag)
        _, memory = decide(spec=app, generation=1, observation=seen, memory=memory, now=seen.at, poll=POLL)
    batch = [observed(partitions=partitions, poll=WARM_UP + i, rate=rate, lag=lag) for i in range(32)]
    done, spent = 0, 0.0
    while spent < SECONDS:
        began = time.perf_counter()
        held = memory
        for seen in batch:
            _, held = decide(spec=app, generation=1, observation=seen, memory=held, now=seen.at, poll=POLL)
        spent += time.perf_counter() - began
        done += len(batch)
    return {
        "partitions": partitions,
        "arriving": rate > 0,
        "decisions_per_second": round(done / spent),
        "microseconds": round(1e6 * spent / done, 1),
        "memory_bytes_in_status": len(json.dumps(persist(memory), separators=(",", ":"))),
    }


def main() -> int:
    app = given.spec(scaling={"minReplicas": 1})
    rows = [
        measure(app=app, partitions=partitions, rate=rate, lag=lag)
        for partitions in (12, 100)
        for rate, lag in ((0, 0), (200, 40))
    ]
    print(f"{'partitions':>10} {'arriving':>9} {'decisions/s':>12} {'each':>10}")
    for row in rows:
        busy = "yes" if row["arriving"] else "no"
        print(f"{row['partitions']:>10} {busy:>9} {row['decisions_per_second']:>12,} {row['microseconds']:>7} µs")
    target = ROOT / "build" / "bench" / "decide.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"python": sys.version.split()[0], "rows": rows}, indent=2) + "\n")
    print(f"written to {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
