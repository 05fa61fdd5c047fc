"""What a connection lets its apps ask of Kafka: topics to provision, and topics that a redrive may write."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sluicegate.model.address import TopicName
from sluicegate.model.duration import Duration, between
from sluicegate.model.resource import Part

Prefix = Annotated[str, Field(min_length=1, max_length=249, pattern="^[a-zA-Z0-9._-]+$")]


class TopicPolicy(Part):
    """The bounds of what apps may ask."""

    allowed_prefixes: Annotated[tuple[Prefix, ...], Field(min_length=1, max_length=64)] | None = None
    """Names of retry, dead-letter and parking topics must begin with one of these; absent: any."""
    max_partitions: int | None = Field(default=None, ge=1, le=10_000)
    """No topic gets more partitions; absent: no bound."""
    min_retention: Annotated[Duration, between("0s", "8784h")] | None = None
    """No topic keeps its messages for less; absent: no bound."""
    max_retention: Annotated[Duration, between("1s", "8784h")] | None = None
    """No topic keeps its messages for longer; absent: no bound."""
    may_delete: bool = False
    """Whether an app's `topics.deletion: Delete` is honoured."""


RedriveTargets = Annotated[
    tuple[TopicName, ...], Field(max_length=64, json_schema_extra={"x-kubernetes-list-type": "set"})
]
"""Topics that a redrive may write besides those of its app."""
