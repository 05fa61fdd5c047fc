"""What one replica really handled, what the operator said it does, and whether the two agree.

The truth is measured in the same run: only there it is known what the machine gave the consumers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median

from demo.story import Summary, beyond_partitions, lost, not_back, restarted
from demo.timeline import Row

AGREES = 0.15
"""What was learned may differ from the truth by this share."""
BUSY_S = 3.0
"""Every replica has work when the oldest message waits for longer, and messages come faster than they are handled."""
FEWEST = 10
"""Seconds that are needed to speak of a rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedSummary(Summary):
    """summary.json of the learned act. Capacities in messages a second of one replica; ``capacity_source`` is the
    status's own word: Learned, Probing or Declared."""

    capacity_true: float | None
    capacity_learned: float | None
    capacity_source: str


def busy_rate(rows: Sequence[Row], *, burst_from: float, burst_until: float) -> float | None:
    """Messages a second that one replica handled in the seconds of the burst in which all had more than enough to do
    and none came or went: the median. None when there were not ten such seconds."""
    found = [
        row.handled / row.ready
        for before, row in pairwise(rows)
        if burst_from <= row.second <= burst_until
        and row.oldest_age_s > BUSY_S
        and before.ready == before.members == row.ready == row.members == row.replicas > 0
    ]
    return median(found) if len(found) >= FEWEST else None


def with_capacity(summary: Summary, *, true: float | None, learned: float | None, source: str) -> LearnedSummary:
    """The summary with the capacities beside it."""
    return LearnedSummary(
        **asdict(summary),
        capacity_true=None if true is None else round(true, 2),
        capacity_learned=learned,
        capacity_source=source,
    )


def broken_learned(summary: LearnedSummary, *, steady_replicas: int) -> tuple[str, ...]:
    """A sentence for each part of the story that did not come true; empty when all of it did."""
    said = [*beyond_partitions(summary), *lost(summary), *not_back(summary, steady_replicas=steady_replicas)]
    said += restarted(summary)
    true, learned = summary.capacity_true, summary.capacity_learned
    if true is None:
        said.append(f"all replicas were busy for less than {FEWEST} s of the burst: what one handles was not measured")
    elif learned is None or summary.capacity_source != "Learned":
        said.append(
            f"the operator did not learn what one replica handles; it says {summary.capacity_source or 'nothing'}"
        )
    elif abs(learned - true) > AGREES * true:
        said.append(
            f"the operator learned {learned:g} messages a second of one replica, "
            f"and a busy one handled {true:.1f}: more than {AGREES:.0%} apart"
        )
    return tuple(said)
