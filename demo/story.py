"""The story of the burst as numbers, and whether it came true.

`summarise` makes ``summary.json`` from what was read back; `broken_promises` says in sentences what went otherwise
than told. Both are pure: a run that failed can be judged again from its files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demo.accounts import Totals
from demo.audit import ScaleWrite
from demo.timeline import Sample

REACTION_SLACK_S = 5.0
"""The first scale write comes at most so long after one poll interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an act found. Times are unix seconds.

    ``burst_at`` timestamp of the burst's first message; ``writes`` every successful scale write of the operator
    (before the burst too); ``final_replicas`` what the Deployment ran at the end, under steady traffic again.
    """

    partitions: int
    objective_s: float
    poll_s: float
    steady_replicas: int
    burst_at: float
    writes: tuple[ScaleWrite, ...]
    samples: tuple[Sample, ...]
    totals: Totals
    final_replicas: int
    operator_restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """summary.json, field by field; other acts and the tests of the project rely on the names.

    ``reaction_s`` from the burst's first message to the first scale write; ``time_to_cap_s`` from there to as many
    Ready replicas as there are partitions. Both are None when it never came to that.
    """

    partitions: int
    max_replicas_written: int
    max_ready: int
    members_at_peak: int
    reaction_s: float | None
    time_to_cap_s: float | None
    late_percent: float
    produced: int
    consumed: int
    final_replicas: int
    operator_restarts: int


def summarise(facts: Facts) -> Summary:
    """Nothing here is estimated: a value is a count, a difference of two timestamps, or None."""
    after = [write for write in facts.writes if write.at >= facts.burst_at]
    full = [s.at for s in facts.samples if s.at >= facts.burst_at and s.ready >= facts.partitions]
    return Summary(
        partitions=facts.partitions,
        max_replicas_written=max((write.replicas for write in facts.writes), default=0),
        max_ready=max((sample.ready for sample in facts.samples), default=0),
        members_at_peak=_members_at_peak(facts.samples),
        reaction_s=round(after[0].at - facts.burst_at, 2) if after else None,
        time_to_cap_s=round(full[0] - facts.burst_at, 2) if full else None,
        late_percent=round(facts.totals.late_percent, 3),
        produced=facts.totals.produced,
        consumed=facts.totals.consumed,
        final_replicas=facts.final_replicas,
        operator_restarts=facts.operator_restarts,
    )


def broken_promises(summary: Summary, *, steady_replicas: int, poll_s: float) -> tuple[str, ...]:
    """A sentence for each part of the story that did not come true; empty when all of it did."""
    said = beyond_partitions(summary)
    if summary.max_replicas_written < summary.partitions:
        said.append(
            f"the operator never wrote {summary.partitions} replicas, the number of partitions: "
            f"the most was {summary.max_replicas_written}"
        )
    limit = poll_s + REACTION_SLACK_S
    if summary.reaction_s is None:
        said.append("the operator never wrote a new number of replicas after the burst began")
    elif summary.reaction_s >= limit:
        said.append(
            f"the first scale write came {summary.reaction_s:.1f} s after the burst's first message, "
            f"not within {limit:.0f} s (poll interval {poll_s:.0f} s + {REACTION_SLACK_S:.0f} s)"
        )
    return (*said, *lost(summary), *not_back(summary, steady_replicas=steady_replicas), *restarted(summary))


def beyond_partitions(summary: Summary) -> list[str]:
    """Whether the operator ever wrote more replicas than can have work."""
    written, partitions = summary.max_replicas_written, summary.partitions
    return [f"the operator wrote {written} replicas, more than the {partitions} partitions"] * (written > partitions)


def lost(summary: Summary) -> list[str]:
    """Whether a message was never handled."""
    missing = summary.produced - summary.consumed
    return [f"{missing} of {summary.produced} messages were produced and never handled"] * bool(missing)


def not_back(summary: Summary, *, steady_replicas: int) -> list[str]:
    """Whether the replicas at the end are others than before the burst."""
    final = summary.final_replicas
    said = f"{final} replicas ran at the end, not the {steady_replicas} that ran before the burst"
    return [said] * (final != steady_replicas)


def restarted(summary: Summary) -> list[str]:
    """Whether the operator itself came through."""
    times = summary.operator_restarts
    return [f"the operator's container restarted {times} times"] * bool(times)


def _members_at_peak(samples: Sequence[Sample]) -> int:
    """Members of the group as last described while the Deployment ran the most replicas."""
    peak = max((sample.replicas for sample in samples), default=0)
    seen = [s.members for s in samples if s.replicas == peak and s.members is not None]
    return seen[-1] if seen else 0
