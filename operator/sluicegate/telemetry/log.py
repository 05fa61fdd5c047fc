"""Log lines: one JSON object each, on standard output, with what they are about and without any secret.

The form for people (`--log-format text`, or a terminal) says the same in one line.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TextIO

from sluicegate.telemetry.redact import redact

_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=MappingProxyType({}))
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes that every record has; all others came as `extra`."""
_FOREIGN_PREFIX = "k8s_"
QUIET = ("kopf", "aiohttp.access", "asyncio")
"""Others' loggers, at INFO at most: at DEBUG kopf prints whole bodies."""
PER_EVENT = ("kopf.objects",)
"""kopf tells of each event of each object at INFO; only its warnings are news."""


class Format(StrEnum):
    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


@contextmanager
def context(**fields: str) -> Iterator[None]:
    """Every line logged inside carries ``fields`` (decision, namespace, app, connection)."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The line as a value, with secrets blotted out of every text in it."""
    fields: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
        **_context.get(),
    }
    for name, value in vars(record).items():
        if name in _OWN or name in fields or name.startswith(_FOREIGN_PREFIX):
            continue
        if isinstance(value, str | int | float | bool):
            fields[name] = value
    if record.exc_info and record.exc_info[0]:
        fields["error"] = logging.Formatter().formatException(record.exc_info)
    return {name: redact(value) if isinstance(value, str) else value for name, value in fields.items()}


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(fields_of(record), ensure_ascii=False, separators=(",", ":"))


class Text(logging.Formatter):
    """For people: time, level, message, then name=value pairs; a traceback on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record)
        time, level, message = fields.pop("time"), fields.pop("level"), fields.pop("message")
        error, logger = fields.pop("error", ""), fields.pop("logger")
        pairs = "".join(f"  {name}={value}" for name, value in fields.items())
        line = f"{time[11:23]} {level.upper():7} {message}  ({logger}){pairs}"
        return f"{line}\n{error}" if error else line


def set_up(*, level: str = "info", form: Format = Format.AUTO, stream: TextIO | None = None) -> None:
    """Send all logging of the process through here. ``level`` debug, info, warning or error."""
    out = stream or sys.stdout
    text = form is Format.TEXT or (form is Format.AUTO and sys.stderr.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(Text() if text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING if level == "warning" else level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    for name in PER_EVENT:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
