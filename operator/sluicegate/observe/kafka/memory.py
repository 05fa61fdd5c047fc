"""What one connection's sweeps remember of each other, and what follows: whom to ask, whom to describe.

A group that had read everything, on topics to which nothing was added since, cannot have lag now: it rests. It is
asked again now and then all the same, since offsets can be reset by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from zlib import crc32

from confluent_kafka import KafkaError

from sluicegate.decide.topics.names import settled_group
from sluicegate.model.kafka import Fault, Group, GroupQuestion
from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Committed, Offset, Topic
from sluicegate.observe.kafka.ends import Line

REST_SWEEPS = 6
"""A resting group is asked at every sixth sweep, each group at another one."""
DESCRIBE_BUSY = 30.0
"""Seconds that the description of a group with lag may be old."""
DESCRIBE_QUIET = 300.0
"""Seconds that the description of a group without lag may be old."""
SPREAD = 0.25
"""Share of these ages by which groups differ, so that those first seen together are not described together for ever."""
SETTLED_STATES = frozenset({"Stable", "Empty", "Dead"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What all questions about one group ask together. ``all_topics``: also those it has offsets on. ``waits`` retry
    topics: what waits there says nothing of the group's members. ``letters``: nobody joins the group, its offsets say
    up to where dead letters were dealt with.
    """

    named: frozenset[str] = frozenset()
    all_topics: bool = False
    describe: bool = False
    urgent: bool = False
    history: bool = False
    waits: frozenset[str] = frozenset()
    letters: bool = False


@dataclass(slots=True, kw_only=True)
class Known:
    """One group as the last sweeps left it.

    ``committed`` as of ``at`` (monotonic seconds), ``before`` as of the time before that; ``error`` instead of them.
    ``lagging`` and ``caught_up`` are both False while something is not known.
    ``ends`` and ``shape`` (topic id and partition count) of its topics are what a change is measured against.
    ``oldest`` of dead letters: by partition the offset of the first that nobody dealt with, and when it came (unix
    seconds).
    """

    committed: Committed = field(default_factory=dict)
    before: Committed = field(default_factory=dict)
    error: KafkaError | None = None
    at: float = 0.0
    caught_up: bool = False
    lagging: bool = False
    group: Group | None = None
    group_fault: Fault | None = None
    described_at: float | None = None
    ends: dict[At, int] = field(default_factory=dict)
    shape: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    oldest: dict[At, tuple[int, float]] = field(default_factory=dict)


NOTHING = Want()


def wants(questions: Iterable[GroupQuestion]) -> dict[str, Want]:
    """One want per group, however many questions name it."""
    found: dict[str, Want] = {}
    for question in questions:
        before = found.get(question.group) or NOTHING
        found[question.group] = Want(
            named=before.named | frozenset(question.topics or ()),
            all_topics=before.all_topics or question.topics is None,
            describe=before.describe or question.describe,
            urgent=before.urgent or question.urgent,
            history=before.history or question.history,
            waits=before.waits.union([topic for topic, _ in question.retry]),
        )
        for topic in question.dead_letters:
            group = settled_group(topic)
            other = found.get(group) or Want(letters=True)
            found[group] = replace(other, named=other.named | {topic})
    return found


def topics_of(known: Known, *, named: frozenset[str], all_topics: bool) -> frozenset[str]:
    """The topics that matter for a group: those named, and with ``all_topics`` those it committed to or was given."""
    if not all_topics:
        return named
    committed = {topic for topic, _ in known.committed}
    given = {at.topic for member in known.group.members for at in member.partitions} if known.group else set()
    return named | committed | given


def may_rest(known: Known, want: Want, *, name: str, turn: int) -> bool:
    """Whether the group need not be asked in this sweep, the ``turn``-th, unless its topics turn out to have moved."""
    at_once = want.urgent or want.history
    return known.caught_up and not at_once and (turn + crc32(name.encode())) % REST_SWEEPS != 0


def is_calm(known: Known, want: Want, *, asked: bool) -> bool:
    """Whether nothing but a moved end makes anything new of the group. Where dead letters begin is looked at whenever
    their group is ``asked``: retention moves it."""
    return known.caught_up and known.error is None and not (asked and want.letters)


def own(lines: Mapping[At, Line], want: Want) -> Mapping[At, Line]:
    """Those of the topics that say something of the group's members: what waits in retry topics does not."""
    waits = want.waits - want.named
    return {at: line for at, line in lines.items() if at[0] not in waits} if waits else lines


def has_moved(known: Known, *, topics: Mapping[str, Topic | KafkaError], lines: Mapping[At, Line]) -> bool:
    """Whether a resting group's topics have new records, or are no longer the same topics."""
    return has_other_shape(known, topics) or any(
        line.end is not None and line.end != known.ends.get(at) for at, line in lines.items()
    )


def has_other_shape(known: Known, topics: Mapping[str, Topic | KafkaError]) -> bool:
    """Whether one of the group's topics was grown, deleted or made anew since the last sweep."""
    return any(shape_of(topics.get(name)) != shape for name, shape in known.shape.items())


def shape_of(topic: Topic | KafkaError | None) -> tuple[str | None, int]:
    """Topic id and number of partitions. No id where only the controller could have told it."""
    return (topic.id, len(topic.leaders)) if isinstance(topic, Topic) else (None, 0)


def is_caught_up(committed: Mapping[At, Offset], lines: Mapping[At, Line]) -> bool:
    """Every partition is committed to its very end, or is empty and was never committed; no transaction is open."""
    return bool(lines) and all(_is_at_end(committed.get(at), line) for at, line in lines.items())


def is_read(committed: Mapping[At, Offset], lines: Mapping[At, Line]) -> bool:
    """All that dead letters are counted from could be had: nothing new is to be seen until an end moves."""
    asked = all((offset := committed.get(at)) is None or offset.error is None for at in lines)
    return bool(lines) and asked and all(line.fault is None for line in lines.values())


def is_lagging(committed: Mapping[At, Offset], lines: Mapping[At, Line]) -> bool:
    """Some partition surely holds records that the group has not committed."""
    return any(_lags(committed.get(at), line) for at, line in lines.items())


def is_stalled(known: Known, lines: Mapping[At, Line]) -> bool:
    """Some partition has lag, and its committed offset is where it was when last asked."""
    now, before = known.committed, known.before
    return any(_lags(now.get(at), line) and before.get(at) == now.get(at) for at, line in lines.items())


def due_before(known: Known, want: Want, *, name: str, now: float) -> bool:
    """Whether to describe the group, by what is known before this sweep reads the ends.

    Not when its offsets could not be read just now: its members could not be either.
    """
    if known.error is not None or want.letters:
        return False
    if want.describe or known.group is None or known.described_at is None or known.group_fault is not None:
        return True
    if known.group.state not in SETTLED_STATES:
        return True
    if known.group.state != "Stable" and known.lagging:
        return True
    oldest = DESCRIBE_BUSY if known.lagging else DESCRIBE_QUIET
    return now - known.described_at >= oldest * (1 - SPREAD * (crc32(name.encode()) % 1024) / 1024)


def _is_at_end(offset: Offset | None, line: Line) -> bool:
    if line.end is None or line.start is None or line.stable != line.end:
        return False
    if offset is None or (offset.value is None and offset.error is None):
        return line.end == line.start
    return offset.value == line.end


def _lags(offset: Offset | None, line: Line) -> bool:
    if line.end is None:
        return False
    if offset is None or (offset.value is None and offset.error is None):
        return line.start is not None and line.end > line.start
    return offset.value is not None and line.end > offset.value
