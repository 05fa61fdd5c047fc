"""Taking in what the API server sends: odd objects must not keep others from being seen, and little is kept."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

log = logging.getLogger(__name__)
Body = Mapping[str, Any]
T = TypeVar("T")
LONGEST_WORD = 64
"""Characters: types, reasons, times and short sentences."""


def each(bodies: Iterable[Body], take: Callable[[Body], T]) -> Iterator[T]:
    """What ``take`` made of each body; one that it fails on is told and left out."""
    for body in bodies:
        try:
            yield take(body)
        except Exception:
            meta = body.get("metadata") or {}
            where = {"namespace": str(meta.get("namespace", "")), "object": str(meta.get("name", ""))}
            log.exception("a bug: this object could not be read and is left out", extra=where)


def is_leaving(body: Body) -> bool:
    """Whether the object was deleted and only waits for its dependents or a finalizer: nobody should act on it."""
    return bool(body["metadata"].get("deletionTimestamp"))


def shared(value: Any) -> Any:
    """An equal value of which words that many objects use are kept once: ten thousand statuses say much the same."""
    if isinstance(value, str):
        return sys.intern(value) if type(value) is str and len(value) <= LONGEST_WORD else value
    if isinstance(value, Mapping):
        return {sys.intern(str(name)): shared(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shared(part) for part in value]
    return value
