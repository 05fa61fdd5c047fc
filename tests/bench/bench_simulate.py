"""How long a simulated day takes: prints a table, writes build/bench/simulate.json.

    python -m tests.bench.bench_simulate [--hours 24] [--interpreted]

``--interpreted`` runs an hour as it is without the extra `simulate`, and says what a day would take.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

if "--interpreted" in sys.argv:
    sys.modules["numba"] = None  # type: ignore[assignment]

from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.estimate import estimate_seconds
from sluicegate.simulate.kernel import COMPILED
from sluicegate.simulate.laws import Context, law
from sluicegate.simulate.pattern import Pattern, PatternKind
from sluicegate.simulate.run import simulate
from sluicegate.simulate.workload import WorkloadSpec
from tests.support import given

OUT = Path("build/bench/simulate.json")
LAWS = ("sluicegate", "keda-tuned")
PARTITIONS = (30, 100)
OBJECTIVE = 60.0


def measure(name: str, *, partitions: int, hours: float) -> dict[str, Any]:
    """Real seconds of one law over the first ``hours`` of a day that is quiet at midnight and busy at noon."""
    workload = WorkloadSpec(partitions=partitions)
    most = partitions * workload.capacity_per_replica
    rates = Pattern(kind=PatternKind.DIURNAL, base=0.1 * most, peak=0.75 * most).rates(seed=1)
    noon = len(rates) // 2
    half = int(1800 * hours)
    arrivals = Arrivals(rates=rates[max(0, noon - half) : noon + half])
    app = given.spec(scaling={"maxReplicas": partitions, "capacityPerReplica": 100})
    context = Context(
        app=app,
        objective=OBJECTIVE,
        capacity=workload.capacity_per_replica,
        partitions=partitions,
        workload=workload,
        arrivals=arrivals,
    )
    began = time.perf_counter()
    outcome = simulate(workload=workload, arrivals=arrivals, law=law(name, context=context), objective=OBJECTIVE)
    took = time.perf_counter() - began
    return {
        "law": name,
        "partitions": partitions,
        "hours": hours,
        "compiled": COMPILED,
        "seconds": round(took, 2),
        "seconds_a_day": round(took * 24 / hours, 2),
        "estimated": round(estimate_seconds(workload=workload, seconds=arrivals.seconds), 2),
        "late_percent": round(outcome.late_percent, 4),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--interpreted", action="store_true")
    given_ = parser.parse_args()
    hours = min(given_.hours, 1.0) if given_.interpreted else given_.hours
    measure(LAWS[0], partitions=PARTITIONS[0], hours=0.1)  # compiles, where there is something to compile
    rows = [measure(name, partitions=partitions, hours=hours) for partitions in PARTITIONS for name in LAWS]
    print(f"{'law':>12} {'partitions':>10} {'hours':>6} {'took':>8} {'a day':>8} {'estimated':>10}")
    for row in rows:
        print(
            f"{row['law']:>12} {row['partitions']:>10} {row['hours']:>6g} {row['seconds']:>6} s"
            f" {row['seconds_a_day']:>6} s {row['estimated']:>8} s"
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()}
    OUT.write_text(json.dumps({**machine, "rows": rows}, indent=2) + "\n", encoding="utf-8")
    print(f"written to {OUT}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
