"""What an act found, from what was watched and what the topics hold, and the files that tell it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from demo import plot, timeline
from demo.audit import ScaleWrite, chained, scale_writes
from demo.cluster import OPERATOR, audit_lines
from demo.errors import DemoError
from demo.place import Place
from demo.run import Run, Step
from demo.story import Facts, Summary
from demo.timeline import Row, Sample
from demo.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Messages a second, steady and in a burst of ``burst_s`` seconds; and what the app promises about them."""

    steady: int
    burst: int
    burst_s: int
    objective_s: float
    poll_s: float
    max_replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What was seen last. ``ended`` is when the traffic was ended (unix seconds)."""

    partitions: int
    steady_replicas: int
    final_replicas: int
    restarts: int
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The whole of a run. ``learned`` is what the operator said last of one replica's capacity (messages a second),
    and ``source`` where it has that from."""

    facts: Facts
    run: Run
    rows: tuple[Row, ...]
    learned: float | None
    source: str


def findings(
    place: Place,
    *,
    act: str,
    traffic: Traffic,
    scaled: tuple[str, str],
    nominal: float,
    watch: Watch,
    ending: Ending,
) -> Found:
    """``scaled`` is (namespace, name) of the workload; ``nominal`` what one replica is made to handle.

    DemoError when the burst left no message in the topic.
    """
    if not watch.reading.bursts:
        raise DemoError("no message of the burst was found in the topic")
    accounts, samples = watch.reading.accounts, tuple(watch.samples)
    totals = accounts.totals(objective=traffic.objective_s)
    burst_from, burst_until = watch.reading.bursts
    writes, witness = written(place, scaled=scaled, samples=samples)
    facts = Facts(
        partitions=ending.partitions,
        objective_s=traffic.objective_s,
        poll_s=traffic.poll_s,
        steady_replicas=ending.steady_replicas,
        burst_at=burst_from,
        writes=writes,
        samples=samples,
        totals=totals,
        final_replicas=ending.final_replicas,
        operator_restarts=ending.restarts,
    )
    started = samples[0].at
    run = Run(
        act=act,
        started=started,
        burst_from=burst_from - started,
        burst_until=burst_until - started,
        ended=ending.ended - started,
        partitions=ending.partitions,
        max_replicas=traffic.max_replicas,
        objective_s=traffic.objective_s,
        poll_s=traffic.poll_s,
        steady_rate=traffic.steady,
        burst_rate=traffic.burst,
        capacity_per_replica=nominal,
        steady_replicas=ending.steady_replicas,
        longest_delay_s=round(totals.longest_delay_s, 2),
        duplicates=totals.duplicates,
        witness=witness,
        steps=tuple(Step(second=w.at - started, before=w.before, after=w.replicas) for w in writes),
    )
    return Found(
        facts=facts,
        run=run,
        rows=timeline.rows(samples, accounts.seconds(timeline.grid(samples))),
        learned=watch.capacity,
        source=watch.capacity_source,
    )


def written(
    place: Place, *, scaled: tuple[str, str], samples: tuple[Sample, ...]
) -> tuple[tuple[ScaleWrite, ...], str]:
    """Every scale write of the operator in this run, and who says so: the audit log, else the samples of the watch."""
    namespace, name = scaled
    began = samples[0].at - 30.0
    first = samples[0].replicas
    if place.audit_log is not None and place.audit_log.exists():
        lines = audit_lines(place.audit_log)
        found = scale_writes(lines, user=OPERATOR, namespace=namespace, name=name, since=began)
        return chained(found, first=first), "API server's audit log"
    seen = (ScaleWrite(at=s.at, user="watched", namespace=namespace, name=name, replicas=s.replicas) for s in samples)
    return chained(seen, first=first), "samples of the Deployment, once a second"


def tell(found: Found, *, summary: Summary, folder: Path, console: Console) -> None:
    """Writes summary.json, timeline.csv, run.json and the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    found.run.write(folder / "run.json")
    timeline.write(folder / "timeline.csv", found.rows)
    plot.redraw(folder)
    console.print_json(json.dumps(asdict(summary)))
    console.print(
        f"{folder}/timeline.svg and .png tell it in a picture; scale writes as the {found.run.witness} has them"
    )
