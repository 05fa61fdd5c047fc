"""What the law looks at: one app's figures at one moment, counted in members of the group, not in pods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from sluicegate.decide.assignment import Shape
from sluicegate.decide.rates import Rates

EAGER_PAUSE, COOPERATIVE_PAUSE = 8.0, 4.0
DEFAULT_LEAD = 60.0
DEFAULT_RESIDUE = 2.5
"""Seconds of arrivals that a group at rest has not committed yet, until its commit rhythm is known."""
MOST_RHYTHM_POLLS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Times in seconds, rates in messages a second, backlog in messages.

    ``replicas`` the target's; ``members`` of ours in the group; ``consumers`` members for each replica. ``settled``:
    nothing is on its way. ``owned`` the partitions (indices) of each present member, where known. ``floor`` lag
    without the saw-tooth of commits, 0 for stuck partitions; ``demand`` weight of each partition, 0 for stuck ones.
    ``lead`` from an order to its members at work. ``last_change`` None: never changed.
    """

    now: float
    poll: float
    replicas: int
    members: int
    consumers: int
    settled: bool
    stable_for: float
    shape: Shape
    owned: tuple[tuple[int, ...], ...]
    rates: Rates | None
    demand: tuple[float, ...]
    lags: tuple[int, ...]
    floor: tuple[float, ...]
    residue: float
    pause: float
    lead: float
    last_change: float | None

    @property
    def horizon(self) -> float:
        """If one waits one more poll: when new members would be at work."""
        return self.lead + self.poll

    @property
    def rhythm(self) -> float:
        return min(30.0, max(5.0, 2 * self.residue))

    def beyond_rest(self, have: float, rate: float) -> float:
        """What of ``have`` messages neither the commit rhythm nor chance explains at ``rate``."""
        rest = self.residue + self.rhythm / 2
        return max(0.0, have - rest * rate - 3 * sqrt(rest * rate + 1))

    def fullest(self, values: Sequence[float], *, members: int) -> float:
        return self.shape.fullest(values, members=members)

    def replicas_for(self, members: int) -> int:
        return -(-members // self.consumers)


def pause_of(*, assignor: str, group_type: str) -> float:
    """Seconds without work for each rebalance: everybody stops for an eager one."""
    cooperative = group_type == "Consumer" or assignor.startswith("cooperative")
    return COOPERATIVE_PAUSE if cooperative else EAGER_PAUSE
