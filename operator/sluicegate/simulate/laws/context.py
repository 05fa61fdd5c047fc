"""What a law may know before the run begins. Most take little of it; the limit (`clairvoyant`) takes all."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.app import AppSpec
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.workload import WorkloadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One run. ``objective`` in seconds, ``capacity`` what one replica truly handles (messages a second),
    ``partitions`` of all topics at the start, ``arrivals`` the day to come.
    """

    app: AppSpec
    objective: float
    capacity: float
    partitions: int
    workload: WorkloadSpec
    arrivals: Arrivals
