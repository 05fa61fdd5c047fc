"""What laws made of a day, for machines (`simulate -o json`, a promise) and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.breaks import Limit
from sluicegate.simulate.outcome import Outcome

LIMIT_LAW = "clairvoyant"
DIGITS = 5


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
    """A row for each law. What was late is red, what was not green; the least replica-hours are green."""
    limit = next((one for law, one in day.outcomes.items() if law.split(":")[0] == LIMIT_LAW), None)
    columns = ["LAW", "LATE", "P50", "P99", "MAX", "REPLICA-HOURS"] + (["OF-LIMIT"] if limit else [])
    columns += ["SCALINGS", "REBALANCES", "PEAK", "FINAL", "OVER-CAP", "UNPROCESSED"]
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        drawn.add_column(column, justify="left" if column == "LAW" else "right", no_wrap=True)
    for law, one in day.outcomes.items():
        cells = [
            Text(law),
            Text(percent(one.late_percent), style="red" if one.late_percent >= 0.1 else ""),
            Text(f"{one.delay_p50_s:.0f}s"),
            Text(f"{one.delay_p99_s:.0f}s"),
            Text(f"{one.delay_max_s:.0f}s"),
            Text(f"{one.replica_hours:,.1f}"),
        ]
        if limit is not None:
            cells.append(Text(f"{one.replica_hours / max(limit.replica_hours, 1e-9):.2f}"))
        over = Text(str(one.max_over_cap), style="red" if one.max_over_cap else "")
        left = Text(f"{one.unprocessed:,}", style="red" if one.unprocessed else "")
        drawn.add_row(
            *cells,
            Text(str(one.scalings)),
            Text(str(one.rebalances)),
            Text(str(one.peak_replicas)),
            Text(str(one.final_replicas)),
            over,
            left,
        )
    return drawn


def percent(value: float) -> str:
    """``0 %`` only when nothing at all was late."""
    if value == 0:
        return "0 %"
    return "<0.001 %" if value < 0.001 else f"{value:.3f} %" if value < 1 else f"{value:.1f} %"


def _rounded(figures: Mapping[str, float | int]) -> dict[str, float | int]:
    return {name: round(figure, DIGITS) if isinstance(figure, float) else figure for name, figure in figures.items()}
