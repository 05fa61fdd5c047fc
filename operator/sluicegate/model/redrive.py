"""`DeadLetterRedrive`: a run, like a Job, that moves dead letters back to where they can be handled."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from sluicegate.model.address import TopicName
from sluicegate.model.duration import PATTERN, Duration, between
from sluicegate.model.moment import Moment
from sluicegate.model.resource import ObjectName, Part
from sluicegate.model.rule import Rule
from sluicegate.model.status import Conditions, Count, Sentence, Word

_PARTITION = "[0-9]{1,5}"
Expression = Annotated[str, Field(min_length=1, max_length=256)]
Percent = Annotated[
    float,
    Field(le=100),
    # As a rule: the API server compares whole numbers with the whole part of a bound, and takes 0 for 0.01.
    Rule(message="write a number above 0, and at most 100", cel="self > 0.0", holds=lambda percent: percent > 0),
]


class Destination(StrEnum):
    RETRY = "Retry"
    SOURCE = "Source"
    TOPIC = "Topic"
    PARK = "Park"


class Partitioner(StrEnum):
    MURMUR2 = "Murmur2"
    CRC32 = "Crc32"


class OnLoop(StrEnum):
    PARK = "Park"
    SKIP = "Skip"
    FAIL = "Fail"


class Phase(StrEnum):
    PENDING = "Pending"
    RUNNING = "Running"
    PAUSED = "Paused"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


_FIXED = Rule(
    message="what is moved, and where to, cannot be changed: delete this resource and create another",
    cel="self == oldSelf",
)


class AppRef(Part):
    """The app whose dead letters are moved."""

    rules: ClassVar[tuple[Rule, ...]] = (_FIXED,)

    name: ObjectName
    """Name of the KafkaConsumerApp, in the namespace of this resource."""


class Select(Part):
    """Which dead letters are moved: those that match everything given here. Absent: all."""

    rules: ClassVar[tuple[Rule, ...]] = (
        _FIXED,
        Rule(
            message="lower until below since: what came at least until ago and at most since ago would be nothing",
            cel=(
                "!has(self.since) || !has(self.until) || self.since.size() < 2 || self.until.size() < 2"
                f" || !self.since.matches('{PATTERN}') || !self.until.matches('{PATTERN}')"
                " || duration(self.until) < duration(self.since)"
            ),
            holds=lambda part: part.since is None or part.until is None or part.until < part.since,
            field="until",
        ),
    )

    since: Annotated[Duration, between("1s", "8784h")] | None = None
    """Only those that came within this time before the start."""
    until: Annotated[Duration, between("0s", "8784h")] | None = None
    """Only those that came at least so long before the start."""
    error_class: Expression | None = None
    """Regular expression (RE2-like, matched anywhere) for the class of the error."""
    headers: Annotated[dict[str, Expression], Field(max_length=16)] = Field(default_factory=dict)
    """Regular expressions by header name; each must match."""
    key: Expression | None = None
    """Regular expression for the record's key, as UTF-8 text."""
    offsets: Annotated[
        dict[str, int],
        Field(max_length=10_000),
        Rule(
            message='name partitions by their number, such as {"0": 1200}, with offsets of 0 and more',
            cel=f"self.all(name, name.matches('^{_PARTITION}$') && self[name] >= 0)",
            holds=lambda offsets: all(
                re.fullmatch(_PARTITION, name) and offset >= 0 for name, offset in offsets.items()
            ),
        ),
    ] = Field(default_factory=dict)
    """First offset by partition of the dead-letter topic; partitions not named are left out. Absent: where the last
    redrive ended."""
    max_records: int | None = Field(default=None, ge=1, le=1_000_000_000)
    """At most so many."""


class RedriveRate(Part):
    """How fast records are moved; the lower of the two holds."""

    records_per_second: float = Field(default=50.0, ge=0, le=1_000_000)
    """So many a second; 0: no limit."""
    percent_of_consume_rate: Percent | None = None
    """So much of what the app handles now, in percent; at least one record a second. Absent: no such limit."""


class Canary(Part):
    """Some records first, then a look whether they come back."""

    records: int = Field(default=100, ge=1, le=1_000_000)
    """How many go first."""
    max_return_percent: float = Field(default=5.0, ge=0, le=100)
    """When more of them come back to the dead letters, the run fails."""
    soak: Annotated[Duration, between("1s", "24h")] = 120.0
    """How long to wait for them."""


class Guards(Part):
    """What keeps a redrive from doing harm."""

    max_redrives: int = Field(default=3, ge=1, le=1000)
    """A record that has come back so often is not moved again."""
    on_loop: OnLoop = OnLoop.PARK
    """What becomes of it, and of one that cannot be moved (too large for its topic, or of no known source): Park (to
    the parking topic), Skip or Fail."""
    pause_when_lag_above: int = Field(default=10_000, ge=0)
    """Pause while the app is further behind, in messages; 0: never."""
    pause_when_breaker_open: bool = True
    """Pause while a breaker of one of the app's dependencies is not closed."""


class RedriveSpec(Part):
    """What to move, where to, and how carefully."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="name the topic to write to in topic, with to: Topic only",
            cel="(has(self.to) && self.to == 'Topic') == has(self.topic)",
            holds=lambda spec: (spec.to is Destination.TOPIC) == (spec.topic is not None),
            field="topic",
        ),
        Rule(
            message=_FIXED.message,
            cel=" && ".join(
                f"has(self.{name}) == has(oldSelf.{name}) && (!has(self.{name}) || self.{name} == oldSelf.{name})"
                for name in ("to", "topic", "partitioner", "dryRun")
            )
            + " && has(self.select) == has(oldSelf.select)",
        ),
    )

    app_ref: AppRef
    """The app whose dead letters are moved."""
    to: Destination = Destination.RETRY
    """Retry (the first retry topic), Source (the topic they came from), Topic, or Park (the parking topic)."""
    topic: TopicName | None = None
    """With to Topic: which; one of the connection's redriveTargets."""
    select: Select = Select()
    """Which dead letters."""
    partitioner: Partitioner = Partitioner.MURMUR2
    """How keys map to partitions where the numbers of partitions differ: Murmur2 (Java's) or Crc32 (librdkafka's)."""
    allow_other_groups: bool = False
    """With to Source: also when other groups read that topic and get the records again."""
    rate: RedriveRate = RedriveRate()
    """How fast."""
    canary: Canary | None = None
    """Some records first, then a look whether they come back; absent: none."""
    guards: Guards = Guards()
    """What keeps it from doing harm."""
    dry_run: bool = False
    """Only count and report; nothing is moved."""
    suspend: bool = False
    """True: wait; false again: go on."""
    ttl_seconds_after_finished: int = Field(default=86_400, ge=0, le=31_536_000)
    """Delete this resource so many seconds after its end."""


class Counted(Part):
    """One line of a histogram."""

    name: Annotated[str, Field(max_length=512)]
    """What was counted."""
    records: Count
    """How many."""


Histogram = Annotated[tuple[Counted, ...], Field(max_length=20)]


class Report(Part):
    """What the records are; the most frequent first, at most twenty of each, the rest as `others`."""

    errors: Histogram = ()
    """By class of the error."""
    sources: Histogram = ()
    """By topic that they came from."""
    ages: Histogram = ()
    """By age: up to 1h, 6h, 24h, 72h, 168h, older."""
    dialects: Histogram = ()
    """By whose headers they carry: Sluicegate, Spring, Connect, Streams, ShareGroup, SmallRye, none."""


class RedriveStatus(Part):
    """How far it is."""

    observed_generation: Count | None = None
    """The generation of the spec that this status speaks about."""
    phase: Phase | None = None
    """Pending, Running, Paused, Succeeded or Failed."""
    message: Sentence | None = None
    """A sentence for people: what it waits for, or why it ended."""
    topic: Word | None = None
    """The dead-letter topic."""
    destination: Word | None = None
    """The topic that is written to."""
    started_at: Moment | None = None
    """When it began."""
    finished_at: Moment | None = None
    """When it ended."""
    total: Count | None = None
    """Records between start and the end offsets taken at the start."""
    scanned: Count | None = None
    """Records read."""
    matched: Count | None = None
    """Of these, selected."""
    redriven: Count | None = None
    """Of these, written and acknowledged."""
    parked: Count | None = None
    """Of these, moved to the parking topic."""
    skipped: Count | None = None
    """Of these, left where they are."""
    repeated: Count | None = None
    """At most so many of those written were written before by a run that was cut off."""
    rate: float | None = None
    """Records a second, lately."""
    report: Report | None = None
    """What the records are."""
    progress: Annotated[
        dict[str, Any], Field(max_length=64, json_schema_extra={"x-kubernetes-preserve-unknown-fields": True})
    ] = Field(default_factory=dict)
    """What a restart must not forget; for the operator only."""
    conditions: Conditions | None = None
    """Complete, Failed, Suspended."""
