"""Which partitions a member would get if the group had so many members: each assignor's own way.

Partitions are indivisible, so only counts at which the fullest member gets fewer buy anything. Sticky assignors
(`sticky`, `cooperative-sticky`, KIP-848's `uniform`) begin with who has what now; `range` deals runs of neighbours,
topic by topic; `roundrobin` deals one by one over all topics. One that is not known is taken for a sticky one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

RANGE, ROUND_ROBIN = "range", "roundrobin"
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Shape:
    """The partitions as an assignor sees them: ``spans`` first and last+1 index of each topic, in order."""

    spans: tuple[tuple[int, int], ...]
    assignor: str = ""

    @property
    def range(self) -> bool:
        return self.assignor == RANGE

    @property
    def partitions(self) -> int:
        return self.spans[-1][1] if self.spans else 0

    @property
    def assignable(self) -> int:
        """The most members that can each have a partition."""
        if self.range:
            return max((end - start for start, end in self.spans), default=0)
        return self.partitions

    def useful(self) -> tuple[int, ...]:
        """Ascending numbers of members at which the fullest one gets fewer partitions than with one less."""
        sizes = {end - start for start, end in self.spans} if self.range else {self.partitions}
        return useful(frozenset(sizes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who has what now, and who would have what. ``owners`` the present member of each partition as a number below
    ``members``, `NOBODY` where there is none; members that would leave are those with the highest numbers.

    Plans are worked out once a number of members and kept as long as this value.
    """

    shape: Shape
    owners: tuple[int, ...]
    members: int
    _plans: dict[int, Sequence[int]] = field(default_factory=dict, compare=False, repr=False)

    def plan(self, members: int) -> Sequence[int]:
        """The member of each partition with so many of them."""
        found = self._plans.get(members)
        if found is None:
            found = self._plans[members] = self._deal(members)
        return found

    def loads(self, values: Sequence[float], *, members: int) -> list[float]:
        """The sum of ``values`` (one for each partition) of each of so many members."""
        sums = [0.0] * max(1, members)
        for member, value in zip(self.plan(members), values, strict=True):
            sums[member] += value
        return sums

    def fullest(self, values: Sequence[float], *, members: int) -> float:
        """The largest of the `loads`."""
        return max(self.loads(values, members=members))

    def present(self, values: Sequence[float]) -> list[float]:
        """The sum of ``values`` of each member as things are now; what nobody has counts for nobody."""
        sums = [0.0] * self.members
        for member, value in zip(self.owners, values, strict=True):
            if member >= 0:
                sums[member] += value
        return sums

    def _deal(self, members: int) -> Sequence[int]:
        if self.shape.assignor == RANGE:
            return _ranges(self.shape.spans, members)
        if self.shape.assignor == ROUND_ROBIN:
            return [index % members for index in range(self.shape.partitions)]
        return _sticky(self.owners, members)


def shape(topics: Sequence[str], *, assignor: str) -> Shape:
    """``topics`` of each partition, sorted."""
    spans: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(topics) + 1):
        if index == len(topics) or topics[index] != topics[start]:
            spans.append((start, index))
            start = index
    return Shape(tuple(spans), assignor)


@lru_cache(maxsize=1024)
def useful(sizes: frozenset[int]) -> tuple[int, ...]:
    """Ascending numbers of members at which the fullest has fewer partitions of a topic of one of ``sizes`` than with
    one member less: ceil(size/k)."""
    return tuple(sorted({-(-size // k) for size in sizes for k in range(1, size + 1)}))


def _ranges(spans: Sequence[tuple[int, int]], members: int) -> Sequence[int]:
    plan: list[int] = []
    for start, end in spans:
        each, extra = divmod(end - start, members)
        for member in range(min(members, end - start)):
            plan += [member] * (each + (member < extra))
    return plan


@lru_cache(maxsize=2048)
def _sticky(owners: tuple[int, ...], members: int) -> Sequence[int]:
    """As few moves as an even spread by number allows: who has more than its share gives the last ones up."""
    plan = [owner if owner < members else NOBODY for owner in owners]
    has = [0] * members
    for owner in plan:
        if owner >= 0:
            has[owner] += 1
    each, extra = divmod(len(plan), members)
    quota = [each] * members
    for member in sorted(range(members), key=has.__getitem__, reverse=True)[:extra]:
        quota[member] += 1
    for index in range(len(plan) - 1, -1, -1):
        owner = plan[index]
        if owner >= 0 and has[owner] > quota[owner]:
            plan[index] = NOBODY
            has[owner] -= 1
    free = 0
    for index, owner in enumerate(plan):
        if owner < 0:
            while has[free] >= quota[free]:
                free += 1
            plan[index] = free
            has[free] += 1
    return tuple(plan)
