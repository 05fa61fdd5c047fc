"""When a status is worth a write: each one wakes every watcher in the cluster, so only what a person would notice.

A transition is written at once. Figures are written when they differ by a tenth, half a minute after the last write
at the earliest. What only a restart needs (memory), and the time of the last good sweep, wait for five minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from sluicegate.act.figures import near, seconds_of
from sluicegate.model import duration

Status = Mapping[str, Any]
FIGURES_EVERY = 30.0
SLOW_EVERY = 300.0
SLOW = frozenset({"memory", "lastSweep"})
URGENT = frozenset({"observedGeneration", "foreign", "effective", "reachable", "clusterId", "brokers", "topics"})
PASSING_LIMITS = frozenset({"None", "Min", "Stabilization", "Cooldown"})
"""Limits between which an app under a wavering load goes back and forth: no transitions, but figures."""
TOLD_BY_TIME = frozenset({"id", "at", "message"})


def worth_writing(previous: Status, new: Status, *, last_written: float, now: float) -> bool:
    """Whether ``new`` should be written over ``previous``. Times are unix seconds; ``last_written`` by this process.

    After a restart the status itself tells when it was written: otherwise all apps would write at once.
    """
    if not previous or _urgent(previous) != _urgent(new):
        return True
    written = max(last_written, min(now, _dated(previous)))
    if now - written >= FIGURES_EVERY and not near(_figures(previous), _figures(new)):
        return True
    slow = SLOW_EVERY * _jitter(new)
    return now - written >= slow and not near(*(_slow(status) for status in (previous, new)))


def _urgent(status: Status) -> object:
    replicas = status.get("replicas") or {}
    conditions = status.get("conditions") or ()
    limit = status.get("limitedBy")
    return (
        None if limit in PASSING_LIMITS else limit,
        {name: status.get(name) for name in URGENT},
        {name: replicas.get(name) for name in ("current", "desired", "cap")},
        # The first dead letter is news, and so is that the last one was dealt with.
        bool((status.get("deadLetter") or {}).get("records")),
        sorted(tuple(str(one.get(name)) for name in ("type", "status", "reason")) for one in conditions),
    )


def _figures(status: Status) -> object:
    return {name: _bare(value) for name, value in status.items() if name not in SLOW | URGENT and name != "conditions"}


def _bare(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    bare = {name: part for name, part in value.items() if name not in TOLD_BY_TIME}
    if "time" in bare:
        bare["time"] = _comparable(bare["time"])
    return bare


def _comparable(span: object) -> object:
    """Seconds, where ``span`` is one; a lag of years is longer than any duration a user may write."""
    try:
        return duration.parse(span)
    except ValueError:
        return span


def _slow(status: Status) -> object:
    sweep = status.get("lastSweep") or {}
    return {"memory": status.get("memory") or {}, "sweep": sweep.get("at")}


def _dated(status: Status) -> float:
    """When the status was written, by its own word; minus infinity when it does not tell."""
    stamps = ((status.get("decision") or {}).get("at"), (status.get("lastSweep") or {}).get("at"))
    return max((at for stamp in stamps if (at := seconds_of(stamp)) is not None), default=float("-inf"))


def _jitter(status: Status) -> float:
    """1 to 1.25, by content: a fleet started at once must not write at once ever after."""
    seed = f"{status.get('conditions')} {status.get('lag')} {status.get('clusterId')}"
    return 1.0 + crc32(seed.encode()) / 2**34
