"""What a law made of a world, in the numbers of `simulate -o json`, and what plots need beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluicegate.simulate.kernel import Floats, Queues

NONE_LEFT = 1e-6
"""Messages that are only rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``before`` replicas became ``after`` at the end of ``second``."""

    second: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Delays in seconds from a message's arrival to its handling; messages never handled count with their age at the
    end. A message is late when that is more than the objective. ``max_over_cap`` replicas written beyond what the
    partitions (or the given maximum) allow. ``messages`` that really arrived. ``refused_hours`` replica-hours of those
    that stood there without units of a dependency; None in worlds without such a dependency."""

    late_percent: float
    delay_p50_s: float
    delay_p99_s: float
    delay_max_s: float
    replica_hours: float
    scalings: int
    rebalances: int
    peak_replicas: int
    final_replicas: int
    max_over_cap: int
    unprocessed: int
    messages: int
    seconds: int
    late_by_partition: Floats
    messages_by_partition: npt.NDArray[np.int64]
    desired: npt.NDArray[np.int32]
    """Replicas written, by second."""
    members: npt.NDArray[np.int32]
    """Replicas whose members are in the group, by second."""
    looks: npt.NDArray[np.int64]
    """Seconds at which the law looked."""
    oldest: npt.NDArray[np.int64]
    """Age of the oldest waiting message at each look, seconds."""
    changes: tuple[Change, ...]
    refused_hours: float | None = None

    def figures(self) -> dict[str, float | int]:
        """The numbers that `simulate -o json` promises for each law."""
        refused = {} if self.refused_hours is None else {"refused_hours": self.refused_hours}
        return {
            "late_percent": self.late_percent,
            "delay_p50_s": self.delay_p50_s,
            "delay_p99_s": self.delay_p99_s,
            "delay_max_s": self.delay_max_s,
            "replica_hours": self.replica_hours,
            "scalings": self.scalings,
            "rebalances": self.rebalances,
            "peak_replicas": self.peak_replicas,
            "final_replicas": self.final_replicas,
            "max_over_cap": self.max_over_cap,
            "unprocessed": self.unprocessed,
            **refused,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """``by_second`` messages by whole seconds of delay; ``late`` messages by partition; ``unprocessed`` messages."""

    by_second: Floats
    late: Floats
    unprocessed: float

    def quantile(self, part: float) -> float:
        """The shortest delay that ``part`` of all messages do not exceed; 0 without messages."""
        total = float(self.by_second.sum())
        if total <= NONE_LEFT:
            return 0.0
        return float(np.searchsorted(np.cumsum(self.by_second), part * total - NONE_LEFT))

    @property
    def longest(self) -> float:
        found = np.flatnonzero(self.by_second > NONE_LEFT)
        return float(found[-1]) if len(found) else 0.0


def delays(queues: Queues, *, objective: float) -> Delays:
    """All delays once time is up: those of handled messages, and the ages of those that still wait."""
    seconds = len(queues.arrivals)
    by_second, late = queues.delays.copy(), queues.late.copy()
    unprocessed = 0.0
    for partition in np.flatnonzero(queues.waiting > NONE_LEFT):
        head = max(0, int(queues.head[partition]))
        waiting = queues.arrivals[head:, partition].astype(np.float64)
        if queues.head[partition] >= 0:
            waiting[0] = queues.left[partition]
        ages = seconds - 1 - np.arange(head, seconds)
        np.add.at(by_second, ages, waiting)
        late[partition] += waiting[ages > objective].sum()
        unprocessed += waiting.sum()
    return Delays(by_second=by_second, late=late, unprocessed=unprocessed)
