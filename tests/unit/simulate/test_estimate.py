"""What a simulation is said to take."""

from __future__ import annotations

import pytest

from sluicegate.simulate.estimate import estimate_seconds
from tests.support import simulated


def test_it_grows_with_time_laws_and_partitions_and_without_numba() -> None:
    workload, larger = simulated.workload(partitions=10), simulated.workload(partitions=100)
    day = estimate_seconds(workload=workload, seconds=86_400, compiled=True)
    assert estimate_seconds(workload=workload, seconds=2 * 86_400, compiled=True) == pytest.approx(2 * day)
    assert estimate_seconds(workload=workload, seconds=86_400, laws=3, compiled=True) == pytest.approx(3 * day)
    assert estimate_seconds(workload=larger, seconds=86_400, compiled=True) > day
    assert estimate_seconds(workload=workload, seconds=86_400, compiled=False) > day


def test_rarer_looks_take_less() -> None:
    often, rarely = simulated.workload(pollSeconds=5), simulated.workload(pollSeconds=60)
    assert estimate_seconds(workload=rarely, seconds=3600) < estimate_seconds(workload=often, seconds=3600)
