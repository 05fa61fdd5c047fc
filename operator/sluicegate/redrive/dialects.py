"""Whose error headers a record carries, and what they say: each framework writes its own, none reads another's.

Names and forms are those of Spring Kafka's DeadLetterPublishingRecoverer and retry topics, of Kafka Connect's
`errors.deadletterqueue.context.headers`, of Kafka Streams (KIP-1034), of share groups (KIP-1191), of SmallRye Reactive
Messaging's dead-letter and delayed-retry failure handlers, and of Sluicegate (docs/header-contract.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sluicegate.model.evolve import quick
from sluicegate.redrive.letter import Headers

LONGEST = 512
"""Of a text that is shown or counted by, in characters."""
ORIGINAL_TOPIC = "sluicegate.original.topic"
ORIGINAL_PARTITION = "sluicegate.original.partition"
ORIGINAL_OFFSET = "sluicegate.original.offset"
ORIGINAL_TIMESTAMP = "sluicegate.original.timestamp"
REDRIVE_COUNT = "sluicegate.redrive.count"
REDRIVE_ID = "sluicegate.redrive.id"
NOBODY = "none"
"""The dialect of records without any headers known here."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the headers of one record say. ``topic`` empty, numbers None: they do not say. ``timestamp`` milliseconds
    since 1970. ``redrives`` how often it was redriven, ``redrive_id`` by which run last."""

    dialect: str
    topic: str = ""
    partition: int | None = None
    offset: int | None = None
    timestamp: int | None = None
    error_class: str = ""
    error_message: str = ""
    redrives: int = 0
    redrive_id: str = ""


def in_text(value: bytes | None) -> int | None:
    """A number written out, as most do; None for anything else."""
    if value is None or len(value) > 20:
        return None
    try:
        return int(value)
    except ValueError:
        return None


def in_binary(value: bytes | None) -> int | None:
    """A number as Java's ByteBuffer puts it: big-endian, 4 bytes an int, 8 a long. As text in all other lengths."""
    if value is not None and len(value) in (4, 8):
        return int.from_bytes(value, "big", signed=True)
    return in_text(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Where one framework puts things. ``marks``: any of these headers tells that it was it. Of several names the first
    that is there counts. ``last``: where a header is there twice, the last is the newest (SmallRye puts the old ones
    behind its own). ``number`` reads partition, offset and timestamp."""

    name: str
    marks: tuple[str, ...]
    topic: tuple[str, ...]
    partition: tuple[str, ...]
    offset: tuple[str, ...]
    timestamp: tuple[str, ...] = ()
    error_class: tuple[str, ...]
    error_message: tuple[str, ...]
    number: Callable[[bytes | None], int | None] = in_text
    last: bool = True


SPRING = Dialect(
    name="Spring",
    marks=("kafka_dlt-original-topic", "kafka_dlt-exception-fqcn", "kafka_original-topic", "kafka_exception-fqcn"),
    topic=("kafka_original-topic", "kafka_dlt-original-topic"),
    partition=("kafka_original-partition", "kafka_dlt-original-partition"),
    offset=("kafka_original-offset", "kafka_dlt-original-offset"),
    timestamp=("retry_topic-original-timestamp", "kafka_original-timestamp", "kafka_dlt-original-timestamp"),
    # The outer class is nearly always ListenerExecutionFailedException: the cause tells failures apart.
    error_class=(
        "kafka_dlt-exception-cause-fqcn",
        "kafka_exception-cause-fqcn",
        "kafka_dlt-exception-fqcn",
        "kafka_exception-fqcn",
        "kafka_dlt-key-exception-fqcn",
    ),
    error_message=("kafka_dlt-exception-message", "kafka_exception-message", "kafka_dlt-key-exception-message"),
    number=in_binary,
)
CONNECT = Dialect(
    name="Connect",
    marks=("__connect.errors.topic", "__connect.errors.connector.name", "__connect.errors.exception.class.name"),
    topic=("__connect.errors.topic",),
    partition=("__connect.errors.partition",),
    offset=("__connect.errors.offset",),
    error_class=("__connect.errors.exception.class.name",),
    error_message=("__connect.errors.exception.message",),
)
STREAMS = Dialect(
    name="Streams",
    marks=("__streams.errors.topic", "__streams.errors.exception"),
    topic=("__streams.errors.topic",),
    partition=("__streams.errors.partition",),
    offset=("__streams.errors.offset",),
    error_class=("__streams.errors.exception",),
    error_message=("__streams.errors.message",),
)
SHARE_GROUP = Dialect(
    name="ShareGroup",
    marks=("__dlq.errors.topic", "__dlq.errors.group"),
    topic=("__dlq.errors.topic",),
    partition=("__dlq.errors.partition",),
    offset=("__dlq.errors.offset",),
    # The broker knows no class; its message is one of a few fixed sentences.
    error_class=("__dlq.errors.message",),
    error_message=("__dlq.errors.message",),
)
SMALLRYE = Dialect(
    name="SmallRye",
    marks=("dead-letter-topic", "dead-letter-exception-class-name", "delayed-retry-topic"),
    topic=("delayed-retry-topic", "dead-letter-topic"),
    partition=("delayed-retry-partition", "dead-letter-partition"),
    offset=("delayed-retry-offset", "dead-letter-offset"),
    timestamp=("delayed-retry-original-timestamp",),
    error_class=("dead-letter-exception-class-name", "delayed-retry-exception-class-name"),
    error_message=("dead-letter-reason", "delayed-retry-reason"),
    last=False,
)
SLUICEGATE = Dialect(
    name="Sluicegate",
    marks=("sluicegate.error.class", "sluicegate.error.message", ORIGINAL_TOPIC),
    topic=(ORIGINAL_TOPIC,),
    partition=(ORIGINAL_PARTITION,),
    offset=(ORIGINAL_OFFSET,),
    timestamp=(ORIGINAL_TIMESTAMP,),
    error_class=("sluicegate.error.class",),
    error_message=("sluicegate.error.message",),
)
DIALECTS = (SPRING, CONNECT, STREAMS, SHARE_GROUP, SMALLRYE, SLUICEGATE)
"""Ours last: a record that came back through a redrive keeps our `original` headers, whoever failed on it then."""
_MARKS = {mark: rank for rank, dialect in reversed(list(enumerate(DIALECTS))) for mark in dialect.marks}


def read(headers: Headers) -> Origin:
    """What ``headers`` say. `sluicegate.original.topic` goes before what the dialect says of the source: after a
    redrive to a retry topic, the framework takes that one for the source."""
    if not headers:
        return Origin(dialect=NOBODY)
    newest = dict(headers)
    marks = _MARKS.keys() & newest.keys()
    if not marks:
        return Origin(dialect=NOBODY, redrives=_redrives(newest), redrive_id=as_text(newest.get(REDRIVE_ID)))
    speaks = DIALECTS[min(_MARKS[mark] for mark in marks)]
    oldest = dict(reversed(headers))
    if not speaks.last:
        newest, oldest = oldest, newest
    source = SLUICEGATE if ORIGINAL_TOPIC in newest else speaks
    return Origin(
        dialect=speaks.name,
        topic=as_text(_first(oldest, source.topic)),
        partition=source.number(_first(oldest, source.partition)),
        offset=source.number(_first(oldest, source.offset)),
        timestamp=source.number(_first(oldest, source.timestamp)),
        error_class=as_text(_first(newest, speaks.error_class)),
        error_message=as_text(_first(newest, speaks.error_message)),
        redrives=_redrives(newest),
        redrive_id=as_text(newest.get(REDRIVE_ID)),
    )


def as_text(value: bytes | None) -> str:
    """As UTF-8, with what is none replaced, cut at `LONGEST`; empty for None."""
    return "" if value is None else value[: 4 * LONGEST].decode(errors="replace")[:LONGEST]


def _redrives(headers: dict[str, bytes | None]) -> int:
    return max(0, in_text(headers.get(REDRIVE_COUNT)) or 0)


def _first(headers: dict[str, bytes | None], names: tuple[str, ...]) -> bytes | None:
    for name in names:
        if name in headers:
            return headers[name]
    return None
