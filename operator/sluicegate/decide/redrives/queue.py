"""Which redrives run now, and what the others wait for: one a namespace, one a dead-letter topic, four in all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sluicegate.model.resource import Key

MOST = 4
"""Redrives at once: each is a process with a producer and a consumer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A redrive that is not over. ``created`` unix seconds: older ones go first."""

    key: Key
    uid: str
    created: float


def admitted(waiting: Iterable[Waiting], *, running: Collection[str]) -> dict[str, str]:
    """By uid the sentence for what a redrive waits for; empty: it may run. Those in ``running`` (uids) go on.

    One in a namespace at a time keeps those of one app from meeting at its dead-letter topic, too: an app is in one
    namespace, and no two apps have the same topics.
    """
    found: dict[str, str] = {}
    busy: dict[str, Key] = {}
    queue = sorted(waiting, key=lambda one: (one.uid not in running, one.created, one.key))
    for one in queue:
        other = busy.get(one.key.namespace)
        if other is not None:
            found[one.uid] = f"waits for DeadLetterRedrive {other.name!r}, since one runs at a time in a namespace"
        elif len(busy) >= MOST:
            found[one.uid] = f"waits for others to end: {MOST} run at a time"
        else:
            found[one.uid] = ""
            busy[one.key.namespace] = one.key
    return found
