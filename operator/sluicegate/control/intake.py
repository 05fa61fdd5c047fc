"""Taking in whole lists: one object that cannot be read must not keep all others from being seen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

log = logging.getLogger(__name__)
Body = Mapping[str, Any]
T = TypeVar("T")


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
