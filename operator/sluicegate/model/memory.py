"""What a decision remembers from the ones before it.

`Memory` is everything; what must survive a restart goes to ``status.memory`` (at most 2 kB) by `decide.persist` and
comes back by `decide.restore`; the rest rebuilds itself within one stabilisation window. Times are unix seconds of
the operator's own steady clock; a persisted time that lies in the future is cut to now (wall clocks jump).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from sluicegate.model.evolve import evolver

VERSION = 1
UNKNOWN = -1


NARROW, MIDDLE = 1 << 15, 1 << 31
"""What numbers of two and of four bytes stay below."""


def packed(figures: Iterable[int | None]) -> array[int]:
    """As a `Poll` keeps them: as narrow as the largest allows. Most of an app's memory is this, most lags are below
    32,768 and most offsets below two thousand million."""
    listed = tuple(figures)
    numbers = [UNKNOWN if one is None else one for one in listed] if None in listed else cast(tuple[int, ...], listed)
    most = max(numbers, default=0)
    return array("h" if most < NARROW else "i" if most < MIDDLE else "q", numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The figures of one earlier sweep, in the order of `Memory.names`; `UNKNOWN` where a figure could not be had (no
    offset is negative; arrays of numbers take a fifth of what tuples do, and an app keeps a dozen polls).

    ``end`` is the end that counts under the isolation level, ``lag`` without settled control records. ``total`` the sum
    of all ends; None where one could not be had or fell back since the poll before.
    """

    at: float
    end: array[int]
    committed: array[int]
    lag: array[int]
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The most that was wanted until an earlier moment: the stabilisation window is made of these."""

    at: float
    replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A scaling of ours whose effect is awaited."""

    at: float
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one member handled (messages a second) while it had more than enough to do."""

    at: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """A minute (unix seconds // 60) and an arrival rate in it (messages a second)."""

    minute: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The highest arrival rate (messages a second) in each five minutes of the last two days.

    ``slot`` the newest (unix seconds // 300) and ``high`` its rate so far; ``rates`` those before it, the newest last,
    at most 576, 0 where nothing was seen.
    """

    slot: int
    high: float
    rates: array[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A rise of arrivals by ``rise`` messages a second that made messages late; ``at`` when it last came."""

    at: float
    rise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Replicas on the average: ``mean`` over the last ``seconds`` (at most a day) before ``at``."""

    at: float
    seconds: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A step up on trial: replicas ``before`` handled ``out`` messages a second, ``after`` should handle more.
    ``rate`` messages a second of one replica as it was believed."""

    at: float
    before: int
    after: int
    out: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """Beyond ``replicas`` more did not help, when ``rate`` messages a second arrived. It binds until ``until``;
    ``tries`` how often it was found."""

    replicas: int
    until: float
    rate: float
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """A number that somebody else wrote over ours."""

    at: float
    manager: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Dead letters and messages handled up to one look. ``ends`` of all ``topics`` dead-letter topics together;
    ``came`` and ``handled`` since the first tally."""

    at: float
    topics: int
    ends: int
    came: int
    handled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """See the module. Tuples beside ``names`` are in its order."""

    # The window in which nothing may have wanted more.
    started: float | None = None
    """Since when the app has been seen without a gap; None: not yet."""
    seen_at: float | None = None
    """When it was last decided about with its lag known, at least in part."""
    observed_at: float | None = None
    """``at`` of the last observation."""
    wanted: tuple[Wanted, ...] = ()
    """Falling in ``replicas``, newest last; at most one stabilisation window, thinned to its maxima."""

    # Our own scalings.
    downs: tuple[float, ...] = ()
    """Times of demand-driven steps down within the last hour."""
    last_up: float | None = None
    last_down: float | None = None
    order: Order | None = None
    """The scaling that has not taken effect yet."""
    leads: tuple[float, ...] = ()
    """The last five times from an order upwards to all its members at work, in seconds."""
    acted_at: float | None = None
    acted_version: str = ""
    """The workload's resource version after our last write: a view of an older one does not show it yet."""
    """When we last wrote a number."""
    acted_on: float | None = None
    """``at`` of the last observation that led to a write: each is acted on once at most."""

    # Whose number the target has.
    target_uid: str = ""
    written: int | None = None
    """The number that we wrote last, or accepted from somebody else."""
    before: int | None = None
    """What ran before our last write: until the write is seen, an old view may still show it."""
    write_seen: bool = True
    """Whether our last write has been seen in the target."""
    accepted_at: float | None = None
    """When somebody else's number was accepted; it stands for one stabilisation window."""
    accepted_by: str = ""
    reversals: tuple[Reversal, ...] = ()
    """The last ten minutes' numbers that others wrote over ours."""

    # Partitions and members.
    usable: int | None = None
    """Replicas that the partitions allowed when that was last known."""
    count: int | None = None
    """Partitions of all topics when that was last known."""
    assignor: str = ""
    foreign: int = 0
    """Members that are not ours when the group was last described."""
    hosts: tuple[tuple[str, float], ...] = ()
    """Addresses that our pods have had, and until when: a dead pod's member stays in the group for a while."""
    rooms: tuple[tuple[str, int], ...] = ()
    """Replicas that all of each dependency would be enough for, by name, when that last changed by a tenth."""
    ghosts_until: float = 0.0
    """In a new process: until when members of pods that it never saw may still be in the group."""
    translated: bool = False
    """Members' addresses are not those of the pods (address translation): told by their number instead."""
    missing_since: float | None = None
    """Since when more consumers should have joined than have."""
    pods_stuck_since: float | None = None

    # What each partition did.
    names: tuple[str, ...] = ()
    """``topic-partition``, in order of topic and number."""
    polls: tuple[Poll, ...] = ()
    """Oldest first, at most 40 and about 300 s."""
    held: tuple[int | None, ...] = ()
    """Lag when it was last known: what a partition without a value counts as."""
    owner: tuple[str, ...] = ()
    """Id of the member that has the partition; empty: nobody."""
    moved_at: tuple[float, ...] = ()
    """Last progress, rest at no lag, or change of owner."""
    anchors: tuple[tuple[str, int, float], ...] = ()
    """(partition, offset, when that message came), where commits stand behind everything in ``polls``."""
    unstable_at: float | None = None
    """When the group, its owners or its pods were last in motion."""
    rebalanced_at: float | None = None
    """When partitions last changed hands, or the group was about to let them."""
    gap: float | None = None
    """Seconds between two moves of a committed offset."""
    polls_seen: int = 0

    rest: float | None = None
    """Seconds of arrivals that a group at rest has not committed yet; None: not seen at rest."""
    rests: array[float] = field(default_factory=lambda: array("f"))
    """What that is worked out from: at most 60 values, newest last."""

    # How arrivals went.
    highs: tuple[Minute, ...] = ()
    """Falling in ``rate``, newest last: the highest of the last hour, the highest after it, and so on."""
    lows: tuple[Minute, ...] = ()
    """Rising in ``rate``, newest last: the lowest of the last twelve minutes, the lowest after it, and so on."""
    recent: tuple[tuple[float, float], ...] = ()
    """(time, arrivals over 30 s) of the last minutes."""
    profile: Profile | None = None
    jump: Jump | None = None
    foreseen: tuple[float, bool] | None = None
    """When arrivals last rose by such a jump, and whether yesterday had said so."""
    comings: tuple[float, ...] = ()
    """When such a jump came, the last three times."""
    silent_since: float | None = None
    """Since when nothing has come, abruptly, on all partitions at once."""
    silent_rate: float = 0.0
    """What had come before that."""
    falls: tuple[float, ...] = ()
    """Times of such falls in the last 24 h; at most eight."""

    # What became of our steps.
    demand_down: float | None = None
    """When the last step down for want of demand was taken."""
    fleet: Fleet | None = None
    trial: Trial | None = None
    ceiling: Ceiling | None = None

    # What one member can do (messages a second).
    samples: tuple[Sample, ...] = ()
    bound: float = 0.0
    """What one member has been seen to keep up with."""
    bound_at: float | None = None
    kept_up_since: float | None = None

    # What is known of the lag.
    uncommitted_proven: bool = False
    """Auto isolation: a committed offset above the last stable one was seen, so the reader is an uncommitted one."""
    unknown_since: float | None = None
    """Since when the lag has not been known in full; None while it is."""
    unknown_polls: int = 0
    blind_polls: int = 0
    """Polls in a row in which nothing at all was known."""
    idle_since: float | None = None
    """Since when nothing has arrived and the lag is at most the threshold; None while busy."""
    topic_ids: tuple[tuple[str, str], ...] = ()
    topic_marks: tuple[str, ...] = ()
    """Marks of topics and their ids from before a restart, until the first look at them."""
    transactional: tuple[str, ...] = ()
    """Topics in which an open transaction has been seen."""
    residue: tuple[tuple[str, int, int, int], ...] = ()
    """(partition, end, lag, sweeps): a rest that stays the same without new records; control records, not work."""
    first_end: tuple[tuple[str, int], ...] = ()
    """Where each never-committed partition ended when first seen (offsetReset Latest)."""

    # What goes to the dead letters.
    tallies: tuple[Tally, ...] = ()
    """Oldest first; closer together in the storm's window than before it."""
    storm_since: float | None = None
    """Since when so much went there that it is a storm; None without one."""


if TYPE_CHECKING:
    from dataclasses import replace

    evolve = replace
else:
    evolve = evolver(Memory)
