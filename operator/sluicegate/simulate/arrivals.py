"""Messages a second over the simulated time: from a CSV file, from a rule, scaled."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluicegate.errors import Invalid
from sluicegate.simulate.workload import WorkloadSpec

HEADER = ("second", "messages")
LONGEST = 31 * 86_400
BUSIEST = 300
"""Seconds of the stretch that `scalePeakTo` speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """``rates`` expected messages, one value for each second."""

    rates: npt.NDArray[np.float64]

    @property
    def seconds(self) -> int:
        return len(self.rates)

    @property
    def messages(self) -> int:
        """How many are expected in all; a world draws its own number around it."""
        return round(float(self.rates.sum()))

    @property
    def busiest(self) -> float:
        """Messages a second in the busiest five minutes."""
        span = min(BUSIEST, self.seconds)
        until = np.concatenate(([0.0], np.cumsum(self.rates)))
        return float((until[span:] - until[:-span]).max()) / span

    def times(self, factor: float) -> Arrivals:
        """The same with ``factor`` times the messages."""
        return Arrivals(rates=self.rates * factor)


def arrivals_for(workload: WorkloadSpec, *, given: Arrivals | None = None, load: float = 1.0) -> Arrivals:
    """What arrives in ``workload``: ``given``, else its own pattern; scaled to its peak, then times ``load``.

    Invalid when there is neither, or nothing to scale.
    """
    arrivals = given
    if arrivals is None:
        if workload.arrivals is None:
            raise Invalid("arrivals is missing: give a CSV file of arrivals, or an arrivals block in the workload")
        arrivals = Arrivals(rates=workload.arrivals.rates(seed=workload.seed))
    if workload.scale_peak_to is not None:
        if arrivals.busiest <= 0:
            raise Invalid(
                f"scalePeakTo is {workload.scale_peak_to:g}: nothing arrives that could be scaled; remove it",
                field="scalePeakTo",
            )
        replicas = sum(size for _, size in workload.sizes) / workload.consumers_per_replica
        arrivals = arrivals.times(workload.scale_peak_to * replicas * workload.capacity_per_replica / arrivals.busiest)
    return arrivals.times(load)


def read_arrivals(text: str) -> Arrivals:
    """Arrivals from CSV ``text``: a row for each interval, its messages spread evenly until the next row's second.

    The last interval is as long as the one before. Simulated time begins at the first row. Invalid names the line.
    """
    rows = list(_rows(text))
    if len(rows) < 2:
        raise Invalid(
            f"the arrivals have {len(rows)} rows: give two or more, the last one is as long as the one before"
        )
    starts = np.array([second for second, _ in rows]) - rows[0][0]
    ends = np.append(starts, 2 * starts[-1] - starts[-2])
    if ends[-1] > LONGEST:
        raise Invalid(f"the arrivals last {ends[-1]:.0f} s: give at most {LONGEST} s (31 days)")
    until = np.concatenate(([0.0], np.cumsum([messages for _, messages in rows])))
    seconds = np.arange(math.ceil(ends[-1]) + 1)
    return Arrivals(rates=np.diff(np.interp(seconds, ends, until)))


def _rows(text: str) -> Iterator[tuple[float, float]]:
    reader = csv.reader(io.StringIO(text))
    header = tuple(name.strip() for name in next(reader, ()))
    if header != HEADER:
        raise Invalid(f"line 1 of the arrivals is {','.join(header) or 'empty'}: write the header second,messages")
    before = -math.inf
    for row in reader:
        if not row:
            continue
        second, messages = _row(row, line=reader.line_num)
        if second <= before:
            raise Invalid(f"line {reader.line_num} of the arrivals: second {second:g} does not follow {before:g}")
        before = second
        yield second, messages


def _row(row: list[str], *, line: int) -> tuple[float, float]:
    try:
        second, messages = (float(cell) for cell in row)
    except ValueError:
        raise Invalid(f"line {line} of the arrivals is {','.join(row)}: write two numbers, second,messages") from None
    if not (math.isfinite(second) and math.isfinite(messages) and messages >= 0):
        raise Invalid(f"line {line} of the arrivals is {','.join(row)}: write a finite second and 0 or more messages")
    return second, messages
