"""How long a simulation is going to take on this machine, so that a command can say so before it begins."""

from __future__ import annotations

from sluicegate.simulate.kernel import COMPILED
from sluicegate.simulate.workload import WorkloadSpec

COMPILED_SECOND, INTERPRETED_SECOND = 1e-7, 9e-6
"""Of real time for one second of one partition; measured on one core of a two-core cloud machine."""
LOOK, LOOK_PARTITION = 4e-4, 1.6e-5
"""Of real time for one look of our law, which is the slowest: as such, and for each partition. Same machine."""


def estimate_seconds(*, workload: WorkloadSpec, seconds: int, laws: int = 1, compiled: bool = COMPILED) -> float:
    """Real seconds for ``laws`` laws over ``seconds`` of virtual time, one after the other; right within a factor of
    two or so. numba compiles once, in a few seconds that are not counted."""
    partitions = workload.most_partitions
    each = COMPILED_SECOND if compiled else INTERPRETED_SECOND
    looks = seconds / workload.poll_seconds
    return laws * (seconds * partitions * each + looks * (LOOK + partitions * LOOK_PARTITION))
