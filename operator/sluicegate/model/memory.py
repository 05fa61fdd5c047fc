"""What a decision remembers from the ones before it.

`Memory` is everything; what must survive a restart goes to ``status.memory`` (at most 2 kB) by `persist` and comes
back by `restore`; the rest rebuilds itself within one stabilisation window. Times are unix seconds of the
operator's own steady clock; a persisted time that lies in the future is cut to now (wall clocks jump).
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The figures of one earlier sweep, by partition (offsets in `model.kafka.TopicPartition` order of `names`)."""

    at: float
    names: tuple[str, ...]
    end: tuple[int, ...]
    committed: tuple[int, ...]
    lag: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was wanted at an earlier moment: the stabilisation window is made of these."""

    at: float
    replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One scaling of ours."""

    at: float
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """See the module. The decide/ room owns the meaning of each field and may add to them."""

    started: float | None = None
    """When this memory began to see the app without a gap; None: never."""
    polls: tuple[Poll, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    """Newest last; at most one stabilisation window, thinned to its maxima."""
    downs: tuple[float, ...] = ()
    """Times of demand-driven steps down within the last hour."""
    last_up: float | None = None
    last_down: float | None = None
    written: int | None = None
    """The number we wrote last."""
    seen: int | None = None
    """The number the target had at the last observation."""
    usable: int | None = None
    """The partition cap last known."""
    assignor: str = ""
    uncommitted_proven: bool = False
    """Auto isolation: a committed offset above the last stable one was seen, so the reader is an uncommitted one."""
    capacity: float | None = None
    """Best capacity seen, messages a second of one member."""
    capacity_at: float | None = None
    unknown_since: float | None = None
    """When the lag became unknown; None while it is known."""
    unknown_polls: int = 0
    idle_since: float | None = None
    """Since when nothing has arrived and the lag is at most the threshold; None while busy."""
    topic_ids: tuple[tuple[str, str], ...] = ()
    last_known: tuple[tuple[str, int], ...] = ()
    """Lag per partition when it was last known: what a partition without a value counts as."""
    first_end: tuple[tuple[str, int], ...] = ()
    """Where each never-committed partition ended when first seen (offsetReset Latest)."""
    residue: tuple[tuple[str, int, int], ...] = ()
    """(partition, lag, polls) that stayed the same without new records: control records, not work."""
    progress: tuple[tuple[str, float, str], ...] = ()
    """(partition, last progress or change of owner, owner)."""
    reversals: tuple[tuple[float, str], ...] = ()
    """Times and field managers of numbers that others wrote over ours."""
    contested_until: float | None = None
    acted_on: float | None = None
    """`at` of the last observation that led to a write: each is acted on once at most."""
