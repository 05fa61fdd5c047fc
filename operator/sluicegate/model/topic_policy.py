"""What a connection lets its apps ask of Kafka: topics to provision, and topics that a redrive may write."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import Field

from sluicegate.model.address import TopicName
from sluicegate.model.duration import PATTERN, Duration, between
from sluicegate.model.resource import Part
from sluicegate.model.rule import QUOTED, Rule

_PREFIX = "[a-zA-Z0-9._-]+"
Prefix = Annotated[
    str,
    Field(min_length=1, max_length=249),
    Rule(
        message="write how names of topics begin: letters, digits, '.', '_' and '-'",
        cel=f"self.matches('^{_PREFIX}$')",
        found=QUOTED,
        holds=lambda prefix: re.fullmatch(_PREFIX, prefix) is not None,
    ),
]


class TopicPolicy(Part):
    """The bounds of what apps may ask."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="raise maxRetention to minRetention or more, or lower minRetention",
            cel=(
                "!has(self.minRetention) || !has(self.maxRetention)"
                " || self.minRetention.size() < 2 || self.maxRetention.size() < 2"
                f" || !self.minRetention.matches('{PATTERN}') || !self.maxRetention.matches('{PATTERN}')"
                " || duration(self.minRetention) <= duration(self.maxRetention)"
            ),
            holds=lambda policy: (
                policy.min_retention is None
                or policy.max_retention is None
                or policy.min_retention <= policy.max_retention
            ),
            field="maxRetention",
        ),
    )

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
    tuple[TopicName, ...],
    Field(max_length=64, json_schema_extra={"x-kubernetes-list-type": "set"}),
    Rule(message="name each topic once", holds=lambda topics: len(set(topics)) == len(topics)),
]
"""Topics that a redrive may write besides those of its app."""
