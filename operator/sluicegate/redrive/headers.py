"""The headers that a record gets when it is moved: where it first came from is kept, what went wrong is not.

Frameworks add error headers and never remove one: a record that fails ten times would carry ten stack traces, and
outgrow its topic. What the app itself put there, and `traceparent`, go along untouched.
"""

from __future__ import annotations

from sluicegate.redrive.dialects import (
    ORIGINAL_OFFSET,
    ORIGINAL_PARTITION,
    ORIGINAL_TIMESTAMP,
    ORIGINAL_TOPIC,
    REDRIVE_COUNT,
    REDRIVE_ID,
    Origin,
)
from sluicegate.redrive.letter import Headers, Letter

OF_ERRORS = (
    "sluicegate.error.",
    "kafka_dlt-",
    "kafka_exception-",
    "kafka_original-",
    "retry_topic-",
    "springDeserializerException",
    "__connect.errors.",
    "__streams.errors.",
    "__dlq.errors.",
    "delayed-retry-",
    "dead-letter-exception-class-name",
    "dead-letter-cause-class-name",
    "dead-letter-reason",
    "dead-letter-cause",
    "dead-letter-topic",
    "dead-letter-partition",
    "dead-letter-offset",
)
"""What the names of headers about a failure begin with."""
_ATTEMPTS = ("sluicegate.attempt", "sluicegate.not-before")
"""These would send a record that is tried anew straight back, or make it wait for a time long past."""
_OURS = ("sluicegate.original.", REDRIVE_COUNT, REDRIVE_ID)
_REPLACED = OF_ERRORS + _ATTEMPTS + _OURS


def moved(letter: Letter, origin: Origin, *, by: str) -> Headers:
    """The headers for handling ``letter`` anew; ``by`` the run's id. The attempts begin anew, too."""
    kept = [header for header in letter.headers if not header[0].startswith(_REPLACED)]
    return kept + _original(letter, origin) + _redriven(origin.redrives + 1, by=by)


def parked(letter: Letter, origin: Origin, *, by: str) -> Headers:
    """The headers for laying ``letter`` aside: what is known of its failure stays, and how often it was redriven."""
    kept = [header for header in letter.headers if not header[0].startswith(_OURS)]
    return kept + _original(letter, origin) + _redriven(origin.redrives, by=by)


def _original(letter: Letter, origin: Origin) -> Headers:
    told: list[tuple[str, str | int | None]] = [
        (ORIGINAL_TOPIC, origin.topic or None),
        (ORIGINAL_PARTITION, origin.partition),
        (ORIGINAL_OFFSET, origin.offset),
        # A record keeps no timestamp of its own on the way: what it had here is the best that is known then.
        (ORIGINAL_TIMESTAMP, letter.timestamp if origin.timestamp is None else origin.timestamp),
    ]
    return [(name, str(value).encode()) for name, value in told if value is not None]


def _redriven(times: int, *, by: str) -> Headers:
    return [(REDRIVE_COUNT, str(times).encode()), (REDRIVE_ID, by.encode())]
