"""Which partitions a member would get if the group had so many members.

First form: evenly by number. The range assignor gives each member a run of neighbours of every topic; all others are
taken to deal partitions out one by one over all topics, which is what round robin does and what sticky ones and
KIP-848's `uniform` come to in number, if not in which ones. The full law replaces this by each assignor's own way
from the present owners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RANGE = "range"


@dataclass(frozen=True, slots=True)
class Shape:
    """The partitions as an assignor sees them: ``spans`` first and last+1 index of each topic, in order."""

    spans: tuple[tuple[int, int], ...]
    range: bool

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
        return tuple(sorted({-(-size // k) for size in sizes for k in range(1, size + 1)}))

    def fullest(self, values: Sequence[float], *, members: int) -> float:
        """The largest sum of ``values`` (one for each partition) that one of ``members`` members would have."""
        if not self.range:
            return max([sum(values[first::members]) for first in range(min(members, len(values)))], default=0.0)
        loads = [0.0] * members
        for start, end in self.spans:
            each, extra = divmod(end - start, members)
            at = start
            for member in range(min(members, end - start)):
                upto = at + each + (member < extra)
                loads[member] += sum(values[at:upto])
                at = upto
        return max(loads, default=0.0)


def shape(topics: Sequence[str], *, assignor: str) -> Shape:
    """``topics`` of each partition, sorted."""
    spans: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(topics) + 1):
        if index == len(topics) or topics[index] != topics[start]:
            spans.append((start, index))
            start = index
    return Shape(tuple(spans), assignor == RANGE)
