"""All laws in all worlds of examples/workloads: writes docs/scenarios.md and its pictures, `make scenarios`.

The page is made, never edited: its words are here and in the first lines of each workload.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sluicegate.cli.outcomes import percent
from sluicegate.cli.progress import progress
from sluicegate.model.app import AppSpec
from sluicegate.simulate.arrivals import arrivals_for
from sluicegate.simulate.compare import Run, compare
from sluicegate.simulate.outcome import Outcome
from sluicegate.simulate.plot import Span, plot
from sluicegate.simulate.workload import WorkloadSpec, read_workload

ROOT = Path(__file__).resolve().parents[2]
WORKLOADS = ROOT / "examples" / "workloads"
PAGE = ROOT / "docs" / "scenarios.md"
PICTURES = ROOT / "docs" / "images" / "scenarios"
OBJECTIVE = 60.0
DECLARED = "sluicegate:capacity=100"
LAWS = ("sluicegate", DECLARED, "keda", "keda-tuned", "flink", "static-max", "clairvoyant")
DRAWN = ("sluicegate", "keda", "keda-tuned", "clairvoyant")
BEFORE, AFTER = 1800, 5400
"""Seconds around a single incident that its picture shows."""
INTRODUCTION = """\
# Scenarios

What goes wrong in practice, under our law and under those that people use today; a day each. This page and its pictures
are made by one command, `make scenarios`, from the worlds in [examples/workloads](../examples/workloads) (what their
fields mean: [simulated-world.md](simulated-world.md); what the laws are: [simulate.md](simulate.md)). The objective is
60 s; a message is late when it is handled later than that. Messages of a poisoned partition are not counted.

`sluicegate` is given nothing but the objective; `sluicegate, declared` also knows a replica's capacity, and `keda`,
`keda-tuned` and `flink` have theirs from the true one too. `static-max` runs a replica for each partition all day.
Where a world's dependency counts units, `sluicegate` is told of it, too (a DownstreamDependency with that capacity).
`clairvoyant` knows the day: its replica-hours are the limit, nothing else about it means anything.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One world. ``about`` are the comment lines that its file begins with."""

    name: str
    about: str
    workload: WorkloadSpec

    def runs(self) -> list[Run]:
        most = self.workload.most_partitions // self.workload.consumers_per_replica
        body: dict[str, Any] = {
            "scaleTargetRef": {"name": "app"},
            "kafka": {"bootstrapServers": "kafka:9092"},
            "consumerGroup": "app",
            "scaling": {"maxReplicas": most, "lagObjective": OBJECTIVE},
        }
        refs = [
            {"name": one.name, "costPerReplica": one.cost_per_replica}
            for one in self.workload.dependencies
            if one.capacity is not None
        ]
        app = AppSpec.model_validate({**body, "dependencies": refs} if refs else body)
        arrivals = arrivals_for(self.workload)
        return [Run(law=law, app=app, objective=OBJECTIVE, workload=self.workload, arrivals=arrivals) for law in LAWS]

    @property
    def span(self) -> Span | None:
        """The hours around the one thing that happens; None: the whole day counts."""
        world = self.workload
        spans = [(one.from_, one.to) for one in world.faults] + [(one.from_, one.to) for one in world.stuck]
        spans += [(one.at, one.at) for one in world.rollout]
        if not spans:
            return None
        return (min(spans)[0] - BEFORE) / 3600, (max(end for _, end in spans) + AFTER) / 3600

    def late(self, outcome: Outcome) -> float:
        """Per cent of the messages outside of poisoned partitions."""
        poisoned = {one.partition for one in self.workload.stuck}
        counted = [index for index in range(len(outcome.late_by_partition)) if index not in poisoned]
        late, messages = outcome.late_by_partition[counted].sum(), outcome.messages_by_partition[counted].sum()
        return 100 * float(late) / max(1, int(messages))


def read() -> list[Scenario]:
    """The scenarios in the order of their names."""
    found = []
    for path in sorted(WORKLOADS.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        comments = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
        found.append(Scenario(name=path.stem, about=" ".join(comments), workload=read_workload(text)))
    return found


def shown(law: str) -> str:
    return "sluicegate, declared" if law == DECLARED else law


def overview(rows: Sequence[str]) -> str:
    """Late messages and replica-hours of all scenarios, a row each."""
    lines = ["## All of them", "", "Late messages, and replica-hours of the day.", ""]
    lines += ["| scenario | " + " | ".join(shown(law) for law in LAWS) + " |"]
    lines += ["| --- |" + " ---: |" * len(LAWS)]
    return "\n".join([*lines, *rows])


def row(scenario: Scenario, outcomes: Mapping[str, Outcome]) -> str:
    cells = " | ".join(cell(scenario, law, one) for law, one in outcomes.items())
    return f"| [{scenario.name}](#{scenario.name}) | {cells} |"


@dataclass(slots=True)
class Page:
    """The page by scenario: its row of the overview, and its section."""

    rows: dict[str, str]
    sections: dict[str, str]

    def text(self, names: Sequence[str]) -> str:
        known = [name for name in names if name in self.sections]
        rows = overview([self.rows[name] for name in known])
        return "\n\n".join([INTRODUCTION.rstrip(), rows, *(self.sections[name] for name in known)]) + "\n"


def page(text: str) -> Page:
    """What stands on the page now."""
    rows = {line.split("]")[0].removeprefix("| ["): line for line in text.splitlines() if line.startswith("| [")}
    parts = [f"## {part.rstrip()}" for part in text.split("\n## ")[1:]]
    return Page(rows, {part.splitlines()[0].removeprefix("## "): part for part in parts if "(images/" in part})


def section(scenario: Scenario, outcomes: Mapping[str, Outcome]) -> str:
    limit = outcomes["clairvoyant"].replica_hours
    rows = [
        f"| {shown(law)} | {percent(scenario.late(one))} | {one.replica_hours:,.0f} | {one.replica_hours / limit:.2f} |"
        f" {one.scalings} | {one.rebalances} | {one.peak_replicas} |"
        for law, one in outcomes.items()
    ]
    head = ["| law | late | replica-hours | of the limit | scalings | rebalances | peak |"]
    rule = ["| --- |" + " ---: |" * 6]
    picture = f"![{scenario.name} under three laws and the limit](images/scenarios/{scenario.name}.svg)"
    return "\n".join([f"## {scenario.name}", "", scenario.about, "", *head, *rule, *rows, "", picture])


def cell(scenario: Scenario, law: str, outcome: Outcome) -> str:
    hours = f"{outcome.replica_hours:,.0f} h"
    return hours if law == "clairvoyant" else f"{percent(scenario.late(outcome))}, {hours}"


def main(only: Sequence[str]) -> None:
    """All scenarios, or ``only`` some: their rows, sections and pictures anew, the others as they stand."""
    scenarios = [one for one in read() if not only or one.name in only]
    runs = [(scenario, run) for scenario in scenarios for run in scenario.runs()]
    begun = time.monotonic()
    done: set[int] = set()

    def told(index: int, part: float) -> None:
        if part >= 1 and index not in done:
            done.add(index)
            bar(0, len(done) / len(runs))

    with progress([f"{len(scenarios)} worlds, {len(LAWS)} laws"]) as bar:
        outcomes = iter(compare([run for _, run in runs], told=told))
    PICTURES.mkdir(parents=True, exist_ok=True)
    made = page(PAGE.read_text(encoding="utf-8")) if only else Page({}, {})
    for scenario in scenarios:
        by_law = {law: next(outcomes) for law in LAWS}
        made.sections[scenario.name] = section(scenario, by_law)
        made.rows[scenario.name] = row(scenario, by_law)
        plot(
            PICTURES / f"{scenario.name}.svg",
            arrivals=arrivals_for(scenario.workload),
            outcomes={law: by_law[law] for law in DRAWN},
            objective=OBJECTIVE,
            span=scenario.span,
        )
    PAGE.write_text(made.text([one.name for one in read()]), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(scenarios)} worlds, {len(LAWS)} laws, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
