"""What two consumers and their database looked like, once a second: contention.csv, from which the picture is drawn."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path

from demo.connections import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One consumer at one moment. ``lag`` messages; ``sent`` messages that its topic has held so far."""

    replicas: int
    ready: int
    wanted: int | None
    lag: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Both at one moment (unix seconds); ``refused`` clients so far, by the server's log."""

    at: float
    a: Side
    b: Side
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of contention.csv. ``second`` since the burst began; ``connections_a``, ``connections_b`` and ``others``
    at the moment since the line before at which they were the most together (nobody looked: as before); ``refused``
    so far."""

    declared: bool
    second: float
    connections_a: int
    connections_b: int
    others: int
    replicas_a: int
    replicas_b: int
    ready_a: int
    ready_b: int
    lag_a: int
    lag_b: int
    refused: int


def burst_at(looks: Sequence[Look], *, rate: float) -> float:
    """When messages began to come faster than ``rate`` a second in both topics together (unix seconds)."""
    for before, after in pairwise(looks):
        sent = after.a.sent + after.b.sent - before.a.sent - before.b.sent
        if sent > rate * (after.at - before.at):
            return before.at
    return looks[0].at


def rows(
    looks: Sequence[Look], counts: Sequence[Count], *, users: tuple[str, str], declared: bool, burst: float
) -> tuple[Row, ...]:
    """A row for each look."""
    out: list[Row] = []
    before, most = looks[0].at - 1.0, None
    for look in looks:
        within = [one for one in counts if before < one.at <= look.at]
        most = max(within, key=lambda one: one.total, default=most)
        held = [most.of(user) if most is not None else 0 for user in users]
        out.append(
            Row(
                declared=declared,
                second=round(look.at - burst, 1),
                connections_a=held[0],
                connections_b=held[1],
                others=most.total - sum(held) if most is not None else 0,
                replicas_a=look.a.replicas,
                replicas_b=look.b.replicas,
                ready_a=look.a.ready,
                ready_b=look.b.ready,
                lag_a=look.a.lag,
                lag_b=look.b.lag,
                refused=look.refused,
            )
        )
        before = look.at
    return tuple(out)


def write(path: Path, table: Iterable[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, fieldnames=[field.name for field in fields(Row)], lineterminator="\n")
        lines.writeheader()
        lines.writerows({**asdict(row), "declared": int(row.declared)} for row in table)


def read(path: Path) -> tuple[Row, ...]:
    """The rows of ``path``. ValueError names the file when it is no such table."""
    names = [field.name for field in fields(Row)]
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        if table.fieldnames != names:
            raise ValueError(f"{path} is no table of a contention: its columns are {table.fieldnames}, not {names}")
        return tuple(_row(line) for line in table)


def _row(line: dict[str, str]) -> Row:
    whole = {name: int(cell) for name, cell in line.items() if name not in ("declared", "second")}
    return Row(declared=line["declared"] == "1", second=float(line["second"]), **whole)
