"""Who is entitled to how many replicas: weighted max-min over all dependencies at once, in whole replicas.

Guaranteed replicas first, by priority. Then one replica at a time goes to the app that would have the least of its
dominant dependency for its weight (dominant resource fairness, Ghodsi et al., NSDI 2011, in whole steps), until each
has what it wants or a dependency of it is full. Amounts are integers, in thousandths of a unit: sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from sluicegate.decide.downstream.budget import milli
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.downstream import NO_SURGE, Surge


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What an app takes of one dependency: ``cost`` of one replica; ``weight`` in thousandths, 0: what is left over."""

    pool: str
    cost: int
    weight: int = 1000
    guaranteed: int = 0
    priority: int = 0


def need(ref: DependencyRef, *, pool: str) -> Need:
    """What an app's spec says that it takes of ``pool``."""
    return Need(
        pool=pool,
        cost=milli(ref.cost_per_replica),
        weight=milli(ref.weight),
        guaranteed=ref.guaranteed_replicas,
        priority=ref.priority,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An app that would run ``wanted`` replicas. ``surge``: what a rolling update adds, kept free from the start."""

    app: str
    wanted: int
    needs: tuple[Need, ...]
    surge: Surge = NO_SURGE

    @property
    def guaranteed(self) -> int:
        return max(need.guaranteed for need in self.needs)

    @property
    def priority(self) -> int:
        return max(need.priority for need in self.needs)

    def pods(self, replicas: int) -> int:
        """Pods at the height of a rolling update."""
        return replicas + self.surge.pods(replicas)


Rank = tuple[bool, float, str]


def rank(claim: Claim, replicas: int, *, room: Mapping[str, int]) -> Rank:
    """The lowest is next: how much of its dominant dependency ``replicas`` would be, for its weight."""
    shares = [replicas * need.cost / (max(1, room[need.pool]) * need.weight) for need in claim.needs if need.weight > 0]
    return (not shares, max(shares, default=float(replicas)), claim.app)


def arbitrate(claims: Iterable[Claim], *, room: Mapping[str, int]) -> dict[str, int]:
    """Replicas by app. ``room`` of each dependency that a claim names. Deterministic; ties go by name."""
    listed = sorted(claims, key=lambda claim: claim.app)
    left = dict(room)
    got = {claim.app: 0 for claim in listed}
    for claim in sorted(listed, key=lambda claim: (-claim.priority, claim.app)):
        got[claim.app] = _guaranteed(claim, left=left)
    waiting = [(rank(claim, got[claim.app] + 1, room=room), place) for place, claim in enumerate(listed)]
    heapify(waiting)
    while waiting:
        _, place = heappop(waiting)
        claim = listed[place]
        have = got[claim.app]
        if have < claim.wanted and _take(claim, have, have + 1, left=left):
            got[claim.app] = have + 1
            heappush(waiting, (rank(claim, have + 2, room=room), place))
    return got


def _guaranteed(claim: Claim, *, left: dict[str, int]) -> int:
    """As many of them as fit."""
    for replicas in range(min(claim.wanted, claim.guaranteed), 0, -1):
        if _take(claim, 0, replicas, left=left):
            return replicas
    return 0


def _take(claim: Claim, before: int, after: int, *, left: dict[str, int]) -> bool:
    """Take what ``after`` replicas need beyond ``before`` from every dependency, or nothing from any."""
    pods = claim.pods(after) - claim.pods(before)
    if any(pods * need.cost > left[need.pool] for need in claim.needs):
        return False
    for need in claim.needs:
        left[need.pool] -= pods * need.cost
    return True


def components(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Claims that share dependencies, directly or through others, together."""
    root: dict[str, str] = {}

    def find(pool: str) -> str:
        while root.setdefault(pool, pool) != pool:
            root[pool] = root[root[pool]]
            pool = root[pool]
        return pool

    for claim in claims:
        for need in claim.needs[1:]:
            root[find(need.pool)] = find(claim.needs[0].pool)
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(find(claim.needs[0].pool), []).append(claim)
    return list(found.values())
