"""`spec.errorHandling`: what becomes of messages that an app cannot handle, in topics that the operator provisions."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from sluicegate.model.duration import PATTERN, Duration, between
from sluicegate.model.resource import ObjectName, Part
from sluicegate.model.rule import QUOTED, Rule

TOKENS = ("topic", "group", "index", "delay", "delayMs", "app", "namespace")
"""What a name template may hold, each in braces."""
_TEMPLATE = r"([a-zA-Z0-9._-]|\{(" + "|".join(TOKENS) + r")\})+"
MOST_DELAYS = 16
MOST_TOPICS = 128
"""Retry and dead-letter topics of one app."""
TOPIC_CONFIGS = frozenset(
    {
        "compression.type",
        "file.delete.delay.ms",
        "flush.messages",
        "flush.ms",
        "index.interval.bytes",
        "local.retention.bytes",
        "local.retention.ms",
        "max.message.bytes",
        "min.insync.replicas",
        "remote.storage.enable",
        "retention.bytes",
        "segment.bytes",
        "segment.index.bytes",
        "segment.jitter.ms",
        "segment.ms",
        "unclean.leader.election.enable",
    }
)
"""Topic settings that `deadLetter.config` may set: none that would lose dead letters or breaks the rules of names."""
_ALLOWED = ", ".join(f"'{name}'" for name in sorted(TOPIC_CONFIGS))

NameTemplate = Annotated[
    str,
    Field(min_length=1, max_length=249),
    Rule(
        message=(
            "write letters, digits, '.', '_', '-' and any of the tokens "
            + " ".join(f"{{{token}}}" for token in TOKENS)
            + ", such as {topic}.{group}.dlq"
        ),
        cel=f"self.matches(r'^{_TEMPLATE}$')",
        found=QUOTED,
        holds=lambda text: re.fullmatch(_TEMPLATE, text) is not None,
    ),
    Rule(
        message="a template must hold {topic} or {group}: other apps would get the same name",
        cel="self.contains('{topic}') || self.contains('{group}')",
        found=QUOTED,
        holds=lambda text: "{topic}" in text or "{group}" in text,
    ),
]
"""A topic name with tokens in braces."""

Delay = Annotated[Duration, between("1s", "168h")]


class Preset(StrEnum):
    """Whose names stand in for templates that are not given."""

    SLUICEGATE = "Sluicegate"
    SPRING = "Spring"
    SHARE_GROUP = "ShareGroup"


class Ordering(StrEnum):
    RELAXED = "Relaxed"
    STRICT = "Strict"


class Provisioner(StrEnum):
    ADMIN = "Admin"
    NONE = "None"


class Adoption(StrEnum):
    CHECK = "Check"
    MANAGE = "Manage"
    NEVER = "Never"


class Drift(StrEnum):
    REVERT = "Revert"
    REPORT = "Report"


class Deletion(StrEnum):
    RETAIN = "Retain"
    DELETE = "Delete"


class StormAction(StrEnum):
    FREEZE = "Freeze"
    FLOOR = "Floor"


class Backoff(Part):
    """Delays that grow: initial, initial x multiplier, and so on, never above max."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="raise max to initial or more, or lower initial",
            cel=(
                "!has(self.initial) || !has(self.max) || self.initial.size() < 2 || self.max.size() < 2"
                f" || !self.initial.matches('{PATTERN}') || !self.max.matches('{PATTERN}')"
                " || duration(self.initial) <= duration(self.max)"
            ),
            holds=lambda part: part.max is None or part.initial <= part.max,
            field="max",
        ),
    )

    initial: Delay
    """The first delay."""
    multiplier: float = Field(default=2.0, ge=1.0, le=100.0)
    """Each delay is so many times the one before."""
    max: Delay | None = None
    """No delay is longer; absent: 168h."""
    attempts: int = Field(ge=1, le=MOST_DELAYS)
    """How many delays."""


class Retry(Part):
    """How often and how long after a failure a message is tried again. Exactly one of delays and backoff."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="set exactly one of delays and backoff",
            cel="has(self.delays) != has(self.backoff)",
            holds=lambda retry: (retry.delays is None) != (retry.backoff is None),
        ),
    )

    delays: Annotated[tuple[Delay, ...], Field(min_length=1, max_length=MOST_DELAYS)] | None = None
    """One retry after each of these delays, in this order; equal delays share a topic."""
    backoff: Backoff | None = None
    """Delays that grow, instead of a list."""
    name_template: NameTemplate | None = None
    """Names of retry topics; absent: the preset's."""

    @property
    def seconds(self) -> tuple[float, ...]:
        """The delays in their order, in seconds."""
        if self.backoff is None:
            return self.delays or ()
        most = self.backoff.max if self.backoff.max is not None else 168 * 3600.0
        found, delay = [], self.backoff.initial
        for _ in range(self.backoff.attempts):
            found.append(round(min(delay, most), 3))
            delay = min(delay * self.backoff.multiplier, most)
        return tuple(found)


class DeadLetter(Part):
    """Where messages go that no retry helps."""

    name_template: NameTemplate | None = None
    """Name of the dead-letter topic; absent: the preset's."""
    partitions: int | None = Field(default=None, ge=1, le=10_000)
    """How many partitions; absent: as many as the source, growing with it."""
    replication_factor: int | None = Field(default=None, ge=1, le=32)
    """How many replicas of each partition; absent: as the source."""
    retention: Annotated[Duration, between("1h", "8784h")] | None = None
    """How long dead letters are kept; absent: 14 days, or twice what the source keeps where that is longer."""
    config: Annotated[
        dict[str, Annotated[str, Field(max_length=256)]],
        Field(max_length=16),
        Rule(
            message="set only these topic settings: " + _ALLOWED.replace("'", ""),
            cel=f"self.all(name, name in [{_ALLOWED}])",
            holds=lambda config: TOPIC_CONFIGS.issuperset(config),
        ),
    ] = Field(default_factory=dict)
    """Further topic settings, from an allow-list."""


class TopicRules(Part):
    """Who makes the topics, and what may be changed about those that exist."""

    provisioner: Provisioner = Provisioner.ADMIN
    """Admin: the operator makes them. None: it only checks them."""
    adoption: Adoption = Adoption.CHECK
    """Topics that were not made here: Check says what does not fit, Manage also adds what is missing, Never leaves
    them unread."""
    drift: Drift = Drift.REVERT
    """What to do when somebody changed a topic that was made here: Revert or Report."""
    deletion: Deletion = Deletion.RETAIN
    """What becomes of topics made here when this resource is deleted: Retain, or Delete those that are empty."""


class Storm(Part):
    """When so much goes to the dead letters that the failure is not a matter of single messages."""

    max_percent: int = Field(default=50, ge=1, le=100)
    """Dead letters beyond this part of what is handled, in percent, are a storm."""
    window: Annotated[Duration, between("30s", "1h")] = 120.0
    """Counted over so long."""
    action: StormAction = StormAction.FREEZE
    """Freeze: no more replicas while it lasts. Floor: go down to minReplicas."""


class ErrorHandling(Part):
    """Retry topics and the dead-letter topic of an app."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="remove retry: with ordering Strict there are no retry topics, since a later message of the same "
            "key would overtake the one that waits",
            cel="!has(self.ordering) || self.ordering != 'Strict' || !has(self.retry)",
            holds=lambda part: part.ordering is not Ordering.STRICT or part.retry is None,
            field="retry",
        ),
    )

    preset: Preset = Preset.SLUICEGATE
    """Whose names stand in for templates that are not given: Sluicegate, Spring or ShareGroup."""
    ordering: Ordering = Ordering.RELAXED
    """Strict: no retry topics; the consumer retries in place, then hands over to the dead letters."""
    retry: Retry | None = None
    """Retry topics; absent: none."""
    dead_letter: DeadLetter = DeadLetter()
    """The dead-letter topic."""
    topics: TopicRules = TopicRules()
    """Who makes the topics, and what may be changed."""
    storm: Storm = Storm()
    """When dead letters are too many to be single messages."""


class ClientConfig(Part):
    """A ConfigMap with the names of all topics and recommended client settings, for the consumers to read."""

    config_map_name: ObjectName
    """Name of the ConfigMap, in the namespace of this resource; one that a person made is not overwritten."""
