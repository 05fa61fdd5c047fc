"""The words for what simulated consumers write to: how much it bears, how many units it has, who else uses them.

Units are kept as integers in thousandths, as in decide/downstream: "full" is exact.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import ClassVar

from pydantic import Field

from sluicegate.decide.downstream.budget import milli
from sluicegate.model.resource import Part
from sluicegate.model.rule import Rule


class Beyond(StrEnum):
    """What becomes of a replica for which there are no units."""

    REFUSED = "Refused"
    ADMITTED = "Admitted"


class OthersPoint(Part):
    """What others use from one second on."""

    at: int = Field(ge=0)
    """The second."""
    units: float = Field(ge=0)
    """Units in use until the next point."""


class Dependency(Part):
    """Something consumers use that has a limit."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="say what it bears: messagesPerSecond, capacity, or both",
            holds=lambda part: part.messages_per_second is not None or part.capacity is not None,
        ),
        Rule(
            message="write the points in the order of their seconds, each second once",
            holds=lambda part: all(later.at > earlier.at for earlier, later in pairwise(part.others)),
            field="others",
        ),
    )

    name: str = Field(min_length=1, max_length=63)
    """Its name."""
    messages_per_second: float | None = Field(default=None, gt=0)
    """What it bears of all replicas together; absent: any number."""
    capacity: float | None = Field(default=None, ge=0, le=1e9)
    """Its units; absent: as many as anybody wants."""
    unit: str = Field(default="connections", min_length=1, max_length=63)
    """What capacity and costPerReplica count."""
    cost_per_replica: float = Field(default=1.0, ge=0.001, le=1e9)
    """Units that one replica really takes, whatever the app declares."""
    others: tuple[OthersPoint, ...] = ()
    """Units that others use: a number, or points from which on so many are in use."""
    beyond: Beyond = Beyond.REFUSED
    """Refused: a replica without units does nothing until some are free. Admitted: it works all the same."""

    @property
    def cost(self) -> int:
        """Thousandths of a unit that one replica takes."""
        return milli(self.cost_per_replica)

    def others_at(self, second: float) -> int:
        """Thousandths of a unit that others use."""
        return milli(next((point.units for point in reversed(self.others) if point.at <= second), 0.0))

    def seats(self, *, cost: int) -> int | None:
        """Replicas of ``cost`` (thousandths) for which there are units when others use most; None: no limit."""
        if self.capacity is None:
            return None
        most = max((milli(point.units) for point in self.others), default=0)
        return max(0, milli(self.capacity) - most) // cost
