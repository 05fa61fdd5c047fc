"""Two shapes that a workload gives by a few numbers: how speed goes over the day, and how uneven partitions are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sluicegate.simulate.workload import WorkloadSpec


def capacity_factors(workload: WorkloadSpec, *, seconds: int) -> npt.NDArray[np.float64]:
    """Of the common capacity, second by second: straight lines between the workload's points, 1 without any."""
    points = workload.capacity
    if not points:
        return np.ones(seconds)
    return np.interp(np.arange(seconds), [point.at for point in points], [point.factor for point in points])


def zipf(partitions: int, *, skew: float) -> npt.NDArray[np.float64]:
    """Shares of arrivals by partition, falling, by Zipf's exponent ``skew``; their sum is 1."""
    weights = np.arange(1.0, partitions + 1) ** -skew
    return np.asarray(weights / weights.sum())
