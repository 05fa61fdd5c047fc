"""How a group deals out its partitions when its members change."""

from __future__ import annotations

from collections.abc import Sequence

NOBODY = -1


def sticky(owners: Sequence[int], *, members: int) -> list[int]:
    """Evenly by number over all topics, moving as few as possible: cooperative-sticky, sticky and `uniform`.

    ``owners`` member by partition, `NOBODY` where there is none. Members that have more keep the odd ones.
    """
    if members == 0:
        return [NOBODY] * len(owners)
    found = [owner if owner < members else NOBODY for owner in owners]
    have = [0] * members
    for owner in found:
        if owner != NOBODY:
            have[owner] += 1
    each, extra = divmod(len(found), members)
    quota = [each] * members
    for member in sorted(range(members), key=lambda member: -have[member])[:extra]:
        quota[member] += 1
    for partition in range(len(found) - 1, -1, -1):
        owner = found[partition]
        if owner != NOBODY and have[owner] > quota[owner]:
            found[partition] = NOBODY
            have[owner] -= 1
    member = 0
    for partition, owner in enumerate(found):
        if owner == NOBODY:
            while have[member] >= quota[member]:
                member += 1
            found[partition] = member
            have[member] += 1
    return found


def ranged(topics: Sequence[Sequence[int]], *, members: int, partitions: int) -> list[int]:
    """Each of ``topics`` (its partitions in order) cut into one run for each member, the first ones one longer."""
    found = [NOBODY] * partitions
    for indices in topics if members else ():
        each, extra = divmod(len(indices), members)
        at = 0
        for member in range(min(members, len(indices))):
            upto = at + each + (member < extra)
            for index in indices[at:upto]:
                found[index] = member
            at = upto
    return found
