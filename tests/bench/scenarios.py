"""All laws in all worlds of examples/workloads: writes docs/scenarios.md and its pictures, `make scenarios`.

The page is made, never edited: its words are here and in the first lines of each workload.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
        app = AppSpec.model_validate(
            {
                "scaleTargetRef": {"name": "app"},
                "kafka": {"bootstrapServers": "kafka:9092"},
                "consumerGroup": "app",
                "scaling": {"maxReplicas": most, "lagObjective": OBJECTIVE},
            }
        )
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


def overview(lived: Mapping[str, Sequence[str]]) -> str:
    """Late messages and replica-hours of all scenarios, a row each."""
    lines = ["## All of them", "", "Late messages, and replica-hours of the day.", ""]
    lines += ["| scenario | " + " | ".join(shown(law) for law in LAWS) + " |"]
    lines += ["| --- |" + " ---: |" * len(LAWS)]
    lines += [f"| [{name}](#{name}) | " + " | ".join(cells) + " |" for name, cells in lived.items()]
    return "\n".join(lines)


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
    """All scenarios, or for a look the pictures and rows of ``only`` some, without writing the page."""
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
    sections, cells = [], {}
    for scenario in scenarios:
        by_law = {law: next(outcomes) for law in LAWS}
        sections.append(section(scenario, by_law))
        cells[scenario.name] = [cell(scenario, law, one) for law, one in by_law.items()]
        plot(
            PICTURES / f"{scenario.name}.svg",
            arrivals=arrivals_for(scenario.workload),
            outcomes={law: by_law[law] for law in DRAWN},
            objective=OBJECTIVE,
            span=scenario.span,
        )
    text = "\n\n".join([INTRODUCTION.rstrip(), overview(cells), *sections]) + "\n"
    if only:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)}: {len(scenarios)} worlds, {len(LAWS)} laws, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
