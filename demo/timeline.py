"""What the picture is drawn from: one row a second, written to and read from timeline.csv.

`Sample` is what cluster and broker showed at a moment; `Row` joins it with the accounts of messages.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from demo.accounts import Second


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """``at`` unix seconds. ``replicas`` and ``ready`` as the Deployment says; ``wanted``, ``cap`` and ``limited_by`` as
    the app's status does; ``lag`` (end minus committed) and ``members`` (None in a rebalance) as the broker does."""

    at: float
    replicas: int
    ready: int
    wanted: int | None
    cap: int | None
    limited_by: str
    lag: int
    members: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of timeline.csv. ``second`` since the beginning; ``arrivals`` and ``handled`` messages in that second."""

    second: int
    arrivals: int
    handled: int
    lag: int
    oldest_age_s: float
    replicas: int
    ready: int
    wanted: int | None
    cap: int | None
    members: int | None


def grid(samples: Sequence[Sample]) -> tuple[float, ...]:
    """Moments one second apart, from the first sample to the last (unix seconds)."""
    if not samples:
        return ()
    return tuple(samples[0].at + second for second in range(int(samples[-1].at - samples[0].at) + 1))


def rows(samples: Sequence[Sample], seconds: Sequence[Second]) -> tuple[Row, ...]:
    """A row for each of ``seconds`` (the accounts on the `grid`), with what the latest sample before it showed.

    Samples come when cluster and broker have answered, so never quite a second apart; rows are.
    """
    out: list[Row] = []
    latest = 0
    for number, second in enumerate(seconds):
        while latest + 1 < len(samples) and samples[latest + 1].at <= second.until:
            latest += 1
        sample = samples[latest]
        out.append(
            Row(
                second=number,
                arrivals=second.arrivals,
                handled=second.handled,
                lag=sample.lag,
                oldest_age_s=round(second.oldest_age_s, 1),
                replicas=sample.replicas,
                ready=sample.ready,
                wanted=sample.wanted,
                cap=sample.cap,
                members=sample.members,
            )
        )
    return tuple(out)


def write(path: Path, timeline: Sequence[Row]) -> None:
    """None is an empty cell."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=[field.name for field in fields(Row)], lineterminator="\n")
        table.writeheader()
        table.writerows({k: "" if v is None else v for k, v in asdict(row).items()} for row in timeline)


def read(path: Path) -> tuple[Row, ...]:
    """The rows of ``path``. ValueError names the file when it is not a timeline."""
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        expected = [field.name for field in fields(Row)]
        if table.fieldnames != expected:
            raise ValueError(f"{path} is no timeline: its columns are {table.fieldnames}, not {expected}")
        return tuple(
            Row(
                second=int(line["second"]),
                arrivals=int(line["arrivals"]),
                handled=int(line["handled"]),
                lag=int(line["lag"]),
                oldest_age_s=float(line["oldest_age_s"]),
                replicas=int(line["replicas"]),
                ready=int(line["ready"]),
                wanted=_maybe(line["wanted"]),
                cap=_maybe(line["cap"]),
                members=_maybe(line["members"]),
            )
            for line in table
        )


def _maybe(cell: str) -> int | None:
    return int(cell) if cell else None
