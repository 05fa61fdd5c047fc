"""What laws made of a day, for machines (`simulate -o json`, a promise) and as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.breaks import Limit
from sluicegate.simulate.outcome import Outcome

LIMIT_LAW = "clairvoyant"
DIGITS = 5
RED_FROM = 0.1
"""Per cent of late messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day under all laws. ``outcomes`` by the law as it was written; ``limits`` with ``--load`` only."""

    name: str
    arrivals: Arrivals
    outcomes: Mapping[str, Outcome]
    limits: Sequence[Limit] = ()


def value(day: Day, *, load: float | None) -> dict[str, Any]:
    """The promised form of one day; with ``load`` (the factor given) also what breaks first."""
    some = next(iter(day.outcomes.values()))
    found: dict[str, Any] = {
        "laws": {law: _rounded(outcome.figures()) for law, outcome in day.outcomes.items()},
        "arrivals": {"messages": some.messages, "seconds": some.seconds},
    }
    if load is not None:
        limits = [
            {"limit": one.name, "multiple": round(one.at, 3), "messages_per_second": round(one.bears, 3)}
            for one in day.limits
        ]
        found["load"] = {"factor": load, "first": limits[0], "limits": limits, "message": breaking(day, load=load)}
    return found


def breaking(day: Day, *, load: float) -> str:
    """One line: what breaks first, at which multiple, and what that means for ``load``."""
    first, *rest = day.limits
    others = "; ".join(f"{one.name} at {multiple(one.at)}" for one in rest)
    verdict = "holds" if load < first.at else "is too much, whatever the law"
    told = f"{first.name} breaks first, at {multiple(first.at)} of these arrivals: {first.words}. {load:g}x {verdict}."
    return f"{told} Then {others}." if others else told


def multiple(at: float) -> str:
    """A multiple in three digits: ``0.84x``, ``12.3x``."""
    return f"{at:.3g}x" if at < 1000 else "more than 1000x"


def table(day: Day) -> Table:
    """A row for each law, 80 columns wide unless names are long. What went wrong is red; columns for what seldom goes
    wrong (replicas beyond the cap, messages never handled) are there only when it did."""
    outcomes = day.outcomes
    limit = next((one.replica_hours for law, one in outcomes.items() if law.split(":")[0] == LIMIT_LAW), None)
    columns: dict[str, Callable[[Outcome], Text]] = {
        "LATE": lambda one: Text(percent(one.late_percent), style="red" if one.late_percent >= RED_FROM else ""),
        "P99": lambda one: Text(f"{one.delay_p99_s:.0f}s"),
        "MAX": lambda one: Text(f"{one.delay_max_s:.0f}s"),
        "HOURS": lambda one: Text(f"{one.replica_hours:,.1f}"),
    }
    if limit:
        columns["LIMIT"] = lambda one: Text(f"{one.replica_hours / limit:.2f}x")
    columns["SCALINGS"] = lambda one: Text(str(one.scalings))
    columns["REBALANCES"] = lambda one: Text(str(one.rebalances))
    columns["PEAK"] = lambda one: Text(str(one.peak_replicas))
    if any(one.max_over_cap for one in outcomes.values()):
        columns["OVER-CAP"] = lambda one: Text(str(one.max_over_cap), style="red" if one.max_over_cap else "")
    if any(one.refused_hours for one in outcomes.values()):
        columns["REFUSED"] = lambda one: Text(
            f"{one.refused_hours or 0:,.1f}", style="red" if one.refused_hours else ""
        )
    if any(one.unprocessed for one in outcomes.values()):
        columns["LEFT"] = lambda one: Text(f"{one.unprocessed:,}", style="red" if one.unprocessed else "")
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    drawn.add_column("LAW", overflow="fold")
    for column in columns:
        drawn.add_column(column, justify="right", no_wrap=True)
    for law, one in outcomes.items():
        drawn.add_row(Text(law), *(cell(one) for cell in columns.values()))
    return drawn


def percent(value: float) -> str:
    """``0 %`` only when nothing at all was late."""
    if value == 0:
        return "0 %"
    return "<0.001 %" if value < 0.001 else f"{value:.3f} %" if value < 1 else f"{value:.1f} %"


def _rounded(figures: Mapping[str, float | int]) -> dict[str, float | int]:
    return {name: round(figure, DIGITS) if isinstance(figure, float) else figure for name, figure in figures.items()}
