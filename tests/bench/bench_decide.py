"""What one decision costs, in processor time and memory: prints a table, writes build/bench/decide.json.

The operator has to decide about 10,000 apps every ten seconds beside all else it does.
"""

from __future__ import annotations

import json
import sys
import time
from array import array
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from math import sin
from pathlib import Path
from typing import Any

from sluicegate.decide import decide, persist
from sluicegate.decide.yesterday import DAY, SLOT
from sluicegate.model.app import AppSpec
from sluicegate.model.memory import Memory, Profile
from sluicegate.model.observation import Observation
from tests.support import given

ROOT = Path(__file__).resolve().parents[2]
WARM_UP, SECONDS = 60, 1.0
POLL = 10.0


def observed(*, partitions: int, poll: int, rate: int, lag: int) -> Observation:
    """A settled app with a third as many members as partitions."""
    at = given.NOW + POLL * poll
    end = 100_000 + rate * poll
    parts = [given.partition(i, at=at, end=end, committed=end - lag) for i in range(partitions)]
    return given.observation(parts, replicas=max(1, partitions // 3), at=at)


def seasoned(*, app: AppSpec, partitions: int, rate: int, lag: int) -> Memory:
    """A history that is as long as it gets: all polls that are kept, and two days that went much alike."""
    arriving = rate * partitions / POLL
    days = array("f", [arriving * (1 + 0.1 * sin(slot / 20)) for slot in range(2 * DAY)])
    memory = Memory(profile=Profile(slot=int(given.NOW // SLOT) - 1, high=arriving, rates=days))
    for poll in range(WARM_UP):
        seen = observed(partitions=partitions, poll=poll, rate=rate, lag=lag)
        _, memory = decide(spec=app, generation=1, observation=seen, memory=memory, now=seen.at, poll=POLL)
    return memory


def timed(*, app: AppSpec, memory: Memory, batch: Sequence[Observation]) -> float:
    """Processor seconds of one decision, each on a new observation: the best of many rounds."""
    best, until = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        began, held = time.process_time(), memory
        for seen in batch:
            _, held = decide(spec=app, generation=1, observation=seen, memory=held, now=seen.at, poll=POLL)
        best = min(best, (time.process_time() - began) / len(batch))
    return best


def measure(*, app: AppSpec, partitions: int, case: str) -> dict[str, Any]:
    """``case``: idle; held, with steady arrivals that what runs can do; search, where every number up to the partitions
    is tried because more waits than any can work off in time."""
    rate, lag = {"idle": (0, 0), "held": (40, 8), "search": (40, 8)}[case]
    memory = seasoned(app=app, partitions=partitions, rate=rate, lag=lag)
    waiting = 50_000 if case == "search" else lag
    polls = [WARM_UP] * 32 if case == "search" else range(WARM_UP, WARM_UP + 32)
    batch = [observed(partitions=partitions, poll=poll, rate=rate, lag=waiting) for poll in polls]
    if case == "search":
        seconds = min(timed(app=app, memory=memory, batch=[seen]) for seen in batch[:2])
        decision, _ = decide(spec=app, generation=1, observation=batch[0], memory=memory, now=batch[0].at, poll=POLL)
        assert decision.wanted == partitions, "not every number was tried"
    else:
        seconds = timed(app=app, memory=memory, batch=batch)
    return {
        "partitions": partitions,
        "case": case,
        "decisions_per_second": round(1 / seconds),
        "microseconds": round(1e6 * seconds, 1),
        "memory_bytes": weight(memory),
        "memory_bytes_in_status": len(json.dumps(persist(memory), separators=(",", ":"))),
    }


def weight(value: object, seen: set[int] | None = None) -> int:
    """Bytes of a value with all that hangs on it, each object once."""
    seen = set() if seen is None else seen
    if id(value) in seen or value is None:
        return 0
    seen.add(id(value))
    inner: list[object] = list(value) if isinstance(value, tuple) else []
    if is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, field.name) for field in fields(value)]
    return sys.getsizeof(value) + sum(weight(one, seen) for one in inner)


def main() -> int:
    app = given.spec(scaling={"minReplicas": 1, "maxReplicas": 200})
    rows = [
        measure(app=app, partitions=partitions, case=case)
        for partitions in (12, 30, 100)
        for case in ("idle", "held", "search")
    ]
    print(f"{'partitions':>10} {'case':>7} {'decisions/s':>12} {'each':>10} {'memory':>10}")
    for row in rows:
        print(
            f"{row['partitions']:>10} {row['case']:>7} {row['decisions_per_second']:>12,} {row['microseconds']:>7} µs"
            f" {row['memory_bytes']:>8,} B"
        )
    target = ROOT / "build" / "bench" / "decide.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"python": sys.version.split()[0], "rows": rows}, indent=2) + "\n")
    print(f"written to {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
