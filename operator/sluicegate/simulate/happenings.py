"""The words for what happens in a simulated world at a given second: growth, rollouts, poison, faults, weariness."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from sluicegate.model.resource import Part
from sluicegate.model.rule import Rule
from sluicegate.simulate.group import MOST_PARTITIONS


class FaultKind(StrEnum):
    LAG_UNKNOWN = "LagUnknown"
    PARTITION_UNKNOWN = "PartitionUnknown"
    OPERATOR_DOWN = "OperatorDown"
    BROKER_DOWN = "BrokerDown"


_SPAN = Rule(message="write a second after 'from'", holds=lambda part: part.from_ < part.to, field="to")


class Growth(Part):
    """Partitions added to a topic."""

    at: int = Field(ge=0)
    """The second."""
    partitions: int = Field(ge=1, le=MOST_PARTITIONS)
    """How many the topic has from then on."""
    topic: str | None = None
    """Its name; absent: the first one."""


class Rollout(Part):
    """A rolling update: pods are replaced one after the other, each replacement a rebalance."""

    at: int = Field(ge=0)
    """The second it begins."""
    surge: int = Field(default=1, ge=1, le=MOST_PARTITIONS)
    """How many new pods start at a time."""


class Stuck(Part):
    """A partition whose next message cannot be handled."""

    rules: ClassVar[tuple[Rule, ...]] = (_SPAN,)

    partition: int = Field(ge=0)
    """Counted over all topics in their order, from 0."""
    from_: int = Field(ge=0, alias="from")
    """The first second."""
    to: int = Field(ge=0)
    """The second from which it moves again."""


class Fault(Part):
    """Something that fails for a while."""

    rules: ClassVar[tuple[Rule, ...]] = (_SPAN,)

    kind: FaultKind
    """LagUnknown, PartitionUnknown, OperatorDown or BrokerDown."""
    from_: int = Field(ge=0, alias="from")
    """The first second."""
    to: int = Field(ge=0)
    """The second from which all is well again."""
    partition: int = Field(default=0, ge=0)
    """With PartitionUnknown: which one, counted over all topics from 0."""


class CapacityPoint(Part):
    """The true capacity at one second; between two such seconds it changes evenly."""

    at: int = Field(ge=0)
    """The second."""
    factor: float = Field(ge=0, le=1000)
    """Times capacityPerReplica."""
