"""All that is left to chance, from one seed: two worlds that differ only in what the law does meet the same luck.

The order of the draws is part of the promise that a seed makes the same world: append, never reorder.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sluicegate.simulate.workload import WorkloadSpec

REPLICAS, MEMBERS = 8192, 4096
"""Sizes of the tables; beyond them they begin anew."""
NOISE_CUT = 3.0
FASTEST_START = 8.0
MESSAGES = 7777
"""Added to the seed for what arrives, so that it does not depend on who consumes it."""


class Chance:
    """``shares`` of arrivals by partition (their sum is 1 only while all exist)."""

    def __init__(self, *, workload: WorkloadSpec) -> None:
        rng = np.random.default_rng(workload.seed)
        weights = (np.arange(workload.most_partitions) + 1.0) ** -workload.skew
        rng.shuffle(weights)
        self.shares: npt.NDArray[np.float64] = weights / weights.sum()
        noise = rng.standard_normal(REPLICAS).clip(-NOISE_CUT, NOISE_CUT)
        self._factors = np.maximum(0.0, 1 + workload.capacity_noise * noise)
        self._phases = rng.integers(0, workload.commit_seconds, MEMBERS)
        self._start_seconds, self._start_noise = workload.start_seconds, workload.start_noise
        self._rng = rng
        self.messages = np.random.default_rng(workload.seed + MESSAGES)

    def factor(self, serial: int) -> float:
        """Of the common capacity: what the ``serial``-th pod that ever started makes of it."""
        return float(self._factors[serial % REPLICAS])

    def phase(self, member: int) -> int:
        """Seconds by which the commits of the ``member``-th member are ahead."""
        return int(self._phases[member % MEMBERS])

    def start(self) -> float:
        """Seconds (whole) that the next pod takes from its order to its place in the group."""
        least = int(min(FASTEST_START, self._start_seconds))
        takes = int(self._start_seconds + self._start_noise * float(self._rng.standard_normal()))
        return float(max(1, least, takes))
