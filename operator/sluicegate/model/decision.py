"""What was decided, and why: the one value from which status, condition, event, metric, log line and CLI text come."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sluicegate.model.downstream import Share
from sluicegate.model.evolve import quick
from sluicegate.model.known import Maybe, Unknown
from sluicegate.model.observation import Foreign
from sluicegate.model.topic import TopicsView


class Action(StrEnum):
    SCALE_UP = "ScaleUp"
    SCALE_DOWN = "ScaleDown"
    HOLD = "Hold"


class Limit(StrEnum):
    """Names for `limitedBy`: the last thing that changed the number."""

    NONE = "None"
    MIN = "Min"
    MAX = "Max"
    PARTITIONS = "Partitions"
    PARTITION_BOUND = "PartitionBound"
    INEFFECTIVE = "Ineffective"
    STABILIZATION = "Stabilization"
    COOLDOWN = "Cooldown"
    DEAD_LETTER_STORM = "DeadLetterStorm"
    LAG_UNKNOWN = "LagUnknown"
    SUSPENDED = "Suspended"
    OVERRIDE = "Override"
    FOREIGN_AUTOSCALER = "ForeignAutoscaler"
    CONFLICT = "Conflict"


CEILINGS = frozenset({Limit.MAX, Limit.PARTITIONS, Limit.PARTITION_BOUND, Limit.INEFFECTIVE, Limit.DEAD_LETTER_STORM})
"""Limits that make `ScalingLimited` true; those of dependencies do, too."""
DEPENDENCY, BREAKER = "Dependency/", "Breaker/"
"""Before the name of a dependency: its share, or its breaker, changed the number."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way from lag to the number written: ``before`` and ``after`` are replicas."""

    name: str
    before: int | None
    after: int | None
    sentence: str


class Truth(StrEnum):
    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """As in the Kubernetes API conventions, without its transition time: the writer adds that."""

    type: str
    status: Truth
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """``records`` messages; ``seconds`` age of the oldest message not handled yet."""

    records: Maybe[int]
    seconds: Maybe[float]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Partitions:
    """``usable`` replicas that partitions allow; None while never known. Names are ``topic-partition``."""

    usable: int | None = None
    count: int | None = None
    members: int = 0
    foreign_members: int = 0
    foreign_hosts: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    unowned: tuple[str, ...] = ()
    missing_members: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Messages a second of one replica; ``source`` Declared, Learned or Probing; None while unknown."""

    value: float | None = None
    source: str = "Probing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Dead letters of all of an app's dead-letter topics together, ``topics`` many; ``topic`` the one that holds most.

    ``records`` that nobody dealt with yet, None while one of the topics could not be read; ``oldest`` unix seconds,
    None without any and while unknown; ``rate`` so many come a second, over the storm window, None while that was not
    seen; ``percent`` of what was handled, likewise.
    """

    topic: str
    topics: int
    records: int | None
    oldest: float | None = None
    rate: float | None = None
    percent: float | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer for one observation of one app.

    ``replicas`` what should run now (None: nothing may be said, nothing is written); ``wanted`` what the lag asks
    for before any clamp; ``cap`` the lowest ceiling. ``write`` whether the number may be written to the target:
    False when suspended, recommending or in conflict. ``rate_in`` and ``rate_out`` messages a second.
    ``foreign`` another autoscaler on the target, shown beside ours. ``per_partition`` lag by partition name, for those
    who look closer.
    """

    at: float
    generation: int
    action: Action
    replicas: int | None
    current: int | None
    wanted: int | None
    cap: int | None
    limited_by: str
    reason: str
    message: str
    write: bool
    steps: tuple[Step, ...] = ()
    lag: Lag = Lag(records=Unknown("NotSeen", "not looked yet"), seconds=Unknown("NotSeen", "not looked yet"))
    rate_in: float | None = None
    rate_out: float | None = None
    partitions: Partitions = Partitions()
    capacity: Capacity = Capacity()
    conditions: tuple[Condition, ...] = ()
    foreign: Foreign | None = None
    per_partition: dict[str, int | None] = field(default_factory=dict)
    claim: int | None = None
    """What the app asks of its dependencies: the number before their limits, what runs where it may not be written;
    None without a workload."""
    shares: tuple[Share, ...] = ()
    """What each dependency gives."""
    topics: TopicsView | None = None
    """Its retry and dead-letter topics; None: it asks for none, or nothing is known of them yet."""
    dead_letters: Letters | None = None
    """None: it has no dead-letter topic, or nothing is known of it yet."""
    storm: bool = False
    """So much goes to the dead letters that single messages do not explain it."""
    due: int = 0
    """Messages of retry topics that wait although they are due."""
