"""The headers by which a message keeps its story on its way through retry topics and dead letters.

All values are UTF-8 text, times are unix milliseconds. Whoever writes another language follows the same table
(docs/header-contract.md); the operator's redrive reads and writes it, too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TOPIC, PARTITION = "sluicegate.original.topic", "sluicegate.original.partition"
OFFSET, TIMESTAMP = "sluicegate.original.offset", "sluicegate.original.timestamp"
GROUP, ATTEMPT = "sluicegate.group", "sluicegate.attempt"
FIRST_FAILED_AT, NOT_BEFORE = "sluicegate.first-failed-at", "sluicegate.not-before"
ERROR_CLASS, ERROR_MESSAGE = "sluicegate.error.class", "sluicegate.error.message"
TRACE = "traceparent"
OWN = (
    TOPIC,
    PARTITION,
    OFFSET,
    TIMESTAMP,
    GROUP,
    ATTEMPT,
    FIRST_FAILED_AT,
    NOT_BEFORE,
    ERROR_CLASS,
    ERROR_MESSAGE,
    TRACE,
)
LONGEST_ERROR = 1024

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Story:
    """Where a message came from first, and what happened to it since. ``attempt`` counts from 1, the one being made;
    times are unix milliseconds. ``trace`` is W3C trace context; ``others`` headers that are none of ours."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    attempt: int = 1
    first_failed_at: int | None = None
    not_before: int | None = None
    trace: str = ""
    others: tuple[tuple[str, bytes], ...] = ()

    @property
    def place(self) -> str:
        """The same for all copies of a message: the key under which handling it twice is noticed."""
        return f"{self.topic}-{self.partition}-{self.offset}"

    @property
    def trace_id(self) -> str:
        return self.trace.split("-")[1] if self.trace.count("-") == 3 else ""


def read(
    found: Iterable[tuple[str, bytes | str | None]] | Mapping[str, bytes | str | None] | None,
    *,
    topic: str,
    partition: int,
    offset: int,
    timestamp: int,
) -> Story:
    """The story of a message that was read at this place: one without headers begins its story here."""
    told, others = {}, []
    for name, value in found.items() if isinstance(found, Mapping) else found or ():
        raw = value.encode() if isinstance(value, str) else value or b""
        if name in OWN:
            told[name] = raw.decode("utf-8", "replace")
        else:
            others.append((name, raw))
    began = TOPIC in told and _number(told.get(OFFSET)) is not None
    return Story(
        topic=told[TOPIC] if began else topic,
        partition=(_number(told.get(PARTITION)) or 0) if began else partition,
        offset=(_number(told.get(OFFSET)) or 0) if began else offset,
        timestamp=_number(told.get(TIMESTAMP)) or timestamp,
        attempt=max(1, _number(told.get(ATTEMPT)) or 1),
        first_failed_at=_number(told.get(FIRST_FAILED_AT)),
        not_before=_number(told.get(NOT_BEFORE)),
        trace=told.get(TRACE) or new_trace(),
        others=tuple(others),
    )


def written(story: Story, *, group: str, error: BaseException, now: int, not_before: int | None) -> Headers:
    """The headers of the copy that is handed over after ``error``; ``not_before`` None: to the dead letters."""
    told: dict[str, str] = {
        TOPIC: story.topic,
        PARTITION: str(story.partition),
        OFFSET: str(story.offset),
        TIMESTAMP: str(story.timestamp),
        GROUP: group,
        ATTEMPT: str(story.attempt + (not_before is not None)),
        FIRST_FAILED_AT: str(story.first_failed_at or now),
        ERROR_CLASS: type(error).__name__,
        ERROR_MESSAGE: str(error)[:LONGEST_ERROR],
        TRACE: story.trace,
    }
    if not_before is not None:
        told[NOT_BEFORE] = str(not_before)
    return [*story.others, *((name, value.encode()) for name, value in told.items())]


def new_trace() -> str:
    """W3C trace context with ids of its own."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("-?[0-9]{1,18}", text) else None
