"""What the law looks at: one app's figures at one moment. The group's members do the work; replicas are what is
written, and each brings ``consumers`` members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import sqrt

from sluicegate.decide.assignment import Assignment
from sluicegate.decide.rates import Rates
from sluicegate.model.evolve import quick

EAGER_PAUSE, COOPERATIVE_PAUSE = 8.0, 4.0
STATIC_PAUSE = 45.0
"""Kafka's default session timeout: so long the group waits for a static member that left."""
DEFAULT_LEAD = 60.0
RESTING = 90.0
"""Seconds after a change until a group is taken to be at rest."""
SLACK = 1e-9
"""Messages: less is no backlog but a rounding."""
DISTRACTS = 0.1
"""Share of what waits in the sources from which on what is due of retries takes a good part of the members' time."""
FALLING_BEHIND = 3.0
"""Seconds of arrivals beyond its rest by which a member is behind."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Times in seconds, rates in messages a second, backlog in messages.

    ``replicas`` the target's; ``ready`` those whose members are in the group; ``foreign`` members that are not the
    workload's. ``stable``: nothing is on its way; ``stable_for`` how long, and ``held_for`` how
    long the members have had the partitions that they have. ``rates`` None: only one look so far.
    By partition: ``share`` of arrivals, 0 for stuck ones; ``lags``; ``floor``, lag without the saw-tooth of commits,
    0 for stuck ones; ``stuck`` their indices. ``rest`` what the group has not committed when nothing waits, ``looks``
    polls in a commit period, ``gap`` that period. ``lead`` from an order to its members at work, ``pause`` without
    work at each rebalance. ``static``: members have an instance id. ``last_change`` None: never changed. ``due``
    messages of retry topics that are, by partition; empty where none is.
    """

    now: float
    poll: float
    replicas: int
    ready: int
    consumers: int
    foreign: int
    stable: bool
    stable_for: float
    held_for: float
    assignment: Assignment
    rates: Rates | None
    share: tuple[float, ...]
    lags: tuple[int, ...]
    floor: tuple[float, ...]
    stuck: tuple[int, ...]
    rest: float
    looks: int
    gap: float
    pause: float
    lead: float
    last_change: float | None
    static: bool = False
    due: tuple[int, ...] = ()
    rhythm: float = field(init=False, compare=False)
    """Seconds between highest and lowest rest."""
    waiting: Sequence[float] = field(init=False, compare=False)
    """``floor`` by the present members."""
    portions: Sequence[float] = field(init=False, compare=False)
    """``share`` by the present members."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rhythm", min(30.0, max(5.0, 2 * self.rest)))
        object.__setattr__(self, "waiting", self.assignment.present(self.floor))
        object.__setattr__(self, "portions", self.assignment.present(self.share))

    @property
    def work(self) -> tuple[float, ...]:
        """``floor`` and ``due``, by partition."""
        return tuple([have + more for have, more in zip(self.floor, self.due, strict=True)]) if self.due else self.floor

    @property
    def distracted(self) -> bool:
        """Whether members handle so much of retry topics that what they do of the sources is not all that they can."""
        return bool(self.due) and sum(self.due) > DISTRACTS * sum(self.lags)

    @property
    def parting(self) -> float:
        """Seconds without work on the partitions of members that leave: the group waits for static ones."""
        return max(self.pause, STATIC_PAUSE) if self.static else self.pause

    @property
    def horizon(self) -> float:
        """From the next poll's order to its members at work, seconds from now."""
        return self.lead + self.poll

    @property
    def resting(self) -> bool:
        return self.stable and self.stable_for > RESTING

    @property
    def since_change(self) -> float:
        return float("inf") if self.last_change is None else self.now - self.last_change

    def beyond_rest(self, have: float, rate: float) -> float:
        """What of ``have`` messages neither the commit rhythm nor chance explains at ``rate``."""
        usual = (self.rest + self.rhythm / 2) * rate
        return max(0.0, have - usual - 3 * sqrt(usual + 1)) if have > usual else 0.0

    def behind(self, *, by: float) -> list[int]:
        """Members with more waiting, beyond what rhythm and chance explain, than ``by`` seconds of their arrivals."""
        if self.rates is None:
            return []
        now = self.rates.now
        return [
            member
            for member, (have, share) in enumerate(zip(self.waiting, self.portions, strict=True))
            if self.beyond_rest(have, now * share) > by * (now * share) + SLACK
        ]

    def loads(self, values: Sequence[float], *, replicas: int) -> list[float]:
        """The sum of ``values`` of each member with so many replicas."""
        return self.assignment.loads(values, members=self.members(replicas))

    def fullest(self, values: Sequence[float], *, replicas: int) -> float:
        return max(self.loads(values, replicas=replicas))

    def members(self, replicas: int) -> int:
        return max(1, replicas * self.consumers + self.foreign)

    def counts_above(self, replicas: int) -> list[int]:
        """Those of `counts` that are more than ``replicas``."""
        return [count for count in self.counts() if count > replicas]

    def counts(self) -> tuple[int, ...]:
        """Ascending numbers of replicas at which the fullest member has fewer partitions than with one less."""
        return _counts(self.assignment.shape.useful(), foreign=self.foreign, consumers=self.consumers)


@lru_cache(maxsize=1024)
def _counts(useful: tuple[int, ...], *, foreign: int, consumers: int) -> tuple[int, ...]:
    """Replicas for ``useful`` numbers of members, of which ``foreign`` are there anyway."""
    found = {-(-(members - foreign) // consumers) for members in useful if members > foreign}
    return tuple(sorted(found)) or (1,)


def pause_of(*, assignor: str, group_type: str) -> float:
    """Seconds without work for each rebalance: everybody stops for an eager one."""
    cooperative = group_type == "Consumer" or assignor.startswith("cooperative")
    return COOPERATIVE_PAUSE if cooperative else EAGER_PAUSE
