"""Laws over days of real traffic: late messages, replica-hours, scalings, by source and setting.

    python -m tests.bench.bench_days FOLDER --law sluicegate --law keda-tuned --setting 24/30/eager

``FOLDER`` holds the series that `traffic` tells of. A setting is partitions/seconds to start/eager or coop. Laws are
those of `sluicegate simulate`; ``sluicegate:capacity=100`` is given the true capacity, plain ``sluicegate`` learns it.
Rows go to build/bench/days.jsonl as they come.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np

from sluicegate.model.app import AppSpec
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.laws import Context, law
from sluicegate.simulate.laws.clairvoyant import useful
from sluicegate.simulate.run import simulate
from sluicegate.simulate.workload import read_workload
from tests.bench.traffic import SOURCES, Rates, rates_of

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ("24/30/eager", "24/30/coop", "50/60/eager", "50/60/coop")
CAPACITY, OBJECTIVE, POLL = 100.0, 60.0, 15
SLICE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    law: str
    setting: str
    source: str
    day: str
    seed: int
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``limit``: replica-hours of the smallest useful numbers that keep up with each five minutes' highest rate."""

    law: str
    setting: str
    source: str
    day: str
    seed: int
    late_percent: float
    hours: float
    limit: float
    scalings: int


def lived(job: Job) -> Row:
    """One day under one law."""
    partitions, start, protocol = job.setting.split("/")
    count = int(partitions)
    rates = rates_of(job.day, partitions=count, capacity=CAPACITY, folder=job.folder)
    world = {
        "partitions": count,
        "capacityPerReplica": CAPACITY,
        "startSeconds": float(start),
        "pollSeconds": POLL,
        "rebalance": {"protocol": "eager" if protocol == "eager" else "cooperative"},
        "initialReplicas": max(3, count // 5),
        "seed": job.seed,
    }
    workload = read_workload(json.dumps(world))
    arrivals = Arrivals(rates=rates)
    app = AppSpec.model_validate(
        {
            "scaleTargetRef": {"name": "consumer"},
            "kafka": {"bootstrapServers": "kafka:9092"},
            "consumerGroup": "consumer",
            "scaling": {"maxReplicas": count, "lagObjective": f"{OBJECTIVE:g}s"},
        }
    )
    context = Context(
        app=app, objective=OBJECTIVE, capacity=CAPACITY, partitions=count, workload=workload, arrivals=arrivals
    )
    found = simulate(workload=workload, arrivals=arrivals, law=law(job.law, context=context), objective=OBJECTIVE)
    return Row(
        law=job.law,
        setting=job.setting,
        source=job.source,
        day=job.day,
        seed=job.seed,
        late_percent=found.late_percent,
        hours=found.replica_hours,
        limit=_limit(rates, partitions=count),
        scalings=found.scalings,
    )


def _limit(rates: Rates, *, partitions: int) -> float:
    counts = useful(partitions)
    hours = 0.0
    for at in range(0, len(rates), SLICE):
        high = float(rates[at : at + SLICE].max())
        enough = (n for n in counts if -(-partitions // n) * high <= CAPACITY * partitions)
        hours += next(enough, partitions) * len(rates[at : at + SLICE]) / 3600
    return hours


def line(name: str, rows: Sequence[Row]) -> str:
    """A row of the table: late % (mean, worst day), replica-hours, against the limit, scalings a day."""
    late = [row.late_percent for row in rows]
    hours, limit = np.mean([row.hours for row in rows]), np.mean([row.limit for row in rows])
    scalings = np.mean([row.scalings for row in rows])
    return (
        f"| {name} ({len(rows)}) | {np.mean(late):.3f} | {max(late):.2f} | {hours:.0f} | {hours / limit:.2f} "
        f"| {scalings:.0f} |"
    )


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--law", "laws", multiple=True, default=("sluicegate",), show_default=True)
@click.option("--setting", "settings", multiple=True, default=SETTINGS, show_default=True)
@click.option("--source", "sources", multiple=True, default=tuple(SOURCES), help="Only these.")
@click.option("--seed", default=77, show_default=True)
@click.option("--jobs", default=2, show_default=True)
def main(
    folder: Path, laws: Sequence[str], settings: Sequence[str], sources: Sequence[str], seed: int, jobs: int
) -> None:
    """Live all days under all laws, and print a table for each law and setting."""
    target = ROOT / "build" / "bench" / "days.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs) as pool, target.open("a") as file:
        for name in laws:
            for setting in settings:
                todo = [
                    Job(law=name, setting=setting, source=source, day=day, seed=seed, folder=folder)
                    for source in sources
                    for day in SOURCES[source]
                ]
                rows = []
                for row in pool.map(lived, todo):
                    rows.append(row)
                    file.write(json.dumps(asdict(row)) + "\n")
                    file.flush()
                print(f"\n{name}, {setting}, seed {seed}\n")
                print("| source (days) | late % | worst day | replica-hours | of the limit | scalings |")
                print("| --- | ---: | ---: | ---: | ---: | ---: |")
                for source in sources:
                    print(line(source, [row for row in rows if row.source == source]))
                print(line("all", rows), flush=True)


if __name__ == "__main__":
    main()
