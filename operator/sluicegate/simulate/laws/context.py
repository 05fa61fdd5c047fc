"""What a law may know before the run begins. Most take little of it; the limit (`clairvoyant`) takes all."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.app import AppSpec
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.group import Assignor
from sluicegate.simulate.sharing import Sharing
from sluicegate.simulate.workload import WorkloadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One run. ``objective`` in seconds, ``capacity`` what one replica truly handles (messages a second),
    ``partitions`` of all topics at the start, ``arrivals`` the day to come.
    ``name`` of the app among those of the run, ``sharing`` what shares out dependencies among them; None: it is alone.
    """

    app: AppSpec
    objective: float
    capacity: float
    partitions: int
    workload: WorkloadSpec
    arrivals: Arrivals
    name: str = "app"
    sharing: Sharing | None = None

    def sizes(self, at: float) -> tuple[int, ...]:
        """Partitions of each topic at second ``at``."""
        found = dict(self.workload.sizes)
        first = next(iter(found))
        for growth in sorted(self.workload.growth, key=lambda growth: growth.at):
            if growth.at <= at:
                found[growth.topic or first] = growth.partitions
        return tuple(found.values())

    def usable(self, at: float) -> int:
        """The most replicas that can each have a partition for every consumer, at least 1: of the largest topic under
        the range assignor, which deals out each topic by itself, else of all."""
        sizes = self.sizes(at)
        assignable = max(sizes) if self.workload.assignor is Assignor.RANGE else sum(sizes)
        return max(1, assignable // self.workload.consumers_per_replica)
