"""The words for what a simulated consumer group is like: its topics, its rebalances, what its members depend on."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from sluicegate.model.address import TopicName
from sluicegate.model.resource import Part

MOST_PARTITIONS = 10_000


class Assignor(StrEnum):
    """How the group deals out partitions; `uniform` is KIP-848's."""

    COOPERATIVE_STICKY = "cooperative-sticky"
    RANGE = "range"
    UNIFORM = "uniform"


class Protocol(StrEnum):
    """What a rebalance stops: everything, or only the partitions that change hands."""

    EAGER = "eager"
    COOPERATIVE = "cooperative"


class Topic(Part):
    """One topic of the group."""

    name: TopicName
    """Its name."""
    partitions: int | None = Field(default=None, ge=1, le=MOST_PARTITIONS)
    """How many; absent for all topics: ``partitions`` of the workload dealt out evenly."""


class Rebalance(Part):
    """What a rebalance costs."""

    protocol: Protocol | None = None
    """eager or cooperative; absent: eager for range, else cooperative."""
    pause_seconds: float | None = Field(default=None, ge=0, le=3600)
    """Seconds without work for each partition that stops; absent: 8 eager, 4 cooperative."""


class Downstream(Part):
    """What all replicas depend on."""

    knee: int = Field(ge=1, le=MOST_PARTITIONS)
    """Replicas up to which throughput grows."""
    slope: float = Field(default=0.0, ge=0, le=10)
    """Each replica beyond the knee lowers the total by this share of one replica's capacity."""
