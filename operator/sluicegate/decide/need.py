"""How many members are enough, asked partition by partition so that the answer is monotone.

With q what will be waiting on a partition when new members are at work, each partition needs of a member
    a = λ / (U·μ)                     to keep up in steady state
    l = q / (0.8 · objective · μ)     so that the last waiting message still makes it
    c = (λ + q/(2 · objective)) / μ   to have worked off what waits in good time
each cut at 1, since two members cannot share a partition. Members are enough when none has a sum of a, of l or of c
above 1 under the assignment they would get. More arrivals or more backlog on any one partition never ask for fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sluicegate.decide.assignment import Assignment

UTILISATION = 0.9
IN_TIME = 0.8
"""Share of the objective within which what waits is to be handled."""
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Needs:
    """Shares of one member, partition by partition, each at most 1."""

    steady: tuple[float, ...]
    late: tuple[float, ...]
    drain: tuple[float, ...]


def needs(
    *,
    arriving: Sequence[float],
    backlog: Sequence[float],
    missing: float,
    pause: float,
    objective: float,
    member: float,
) -> Needs:
    """``arriving`` messages a second and ``backlog`` messages by partition; ``missing`` seconds of arrivals that the
    present members will not have handled when new ones are at work; ``member`` messages a second of one member."""
    steady, late, drain = [], [], []
    in_time, slow = IN_TIME * objective * member, 2 * objective
    for rate, behind in zip(arriving, backlog, strict=True):
        waiting = behind + (missing + pause) * rate
        steady.append(min(1.0, rate / (UTILISATION * member)))
        late.append(min(1.0, waiting / in_time))
        drain.append(min(1.0, (rate + waiting / slow) / member))
    return Needs(tuple(steady), tuple(late), tuple(drain))


def enough(asked: Needs, *, members: int, assignment: Assignment) -> bool:
    """Whether ``members`` can do it. As many as there are partitions to assign always can: more would not help."""
    if members >= assignment.shape.assignable:
        return True
    return all(
        assignment.fullest(values, members=members) <= 1 + SLACK for values in (asked.steady, asked.late, asked.drain)
    )


def smallest(asked: Needs, *, counts: Iterable[int], assignment: Assignment) -> int | None:
    """The first of ``counts`` (members, ascending) that is enough; None when none is."""
    least = max(sum(asked.steady), sum(asked.late), sum(asked.drain)) - SLACK
    least = min(least, assignment.shape.assignable)
    for members in counts:
        if members >= least and enough(asked, members=members, assignment=assignment):
            return members
    return None
