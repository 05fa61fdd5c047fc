"""What is not work: control records that a transaction leaves at the end of a partition.

A commit or abort marker takes an offset that no consumer is ever given, so a group at rest can stand one or two
offsets before the end for ever. Taken for lag it would keep a replica running and age without end.

The rule: a rest of at most two, in a topic in which an open transaction has been seen, that stayed the same for
three sweeps with the same end while the group was stable and the partition owned, is settled. It stays settled,
with or without members, until the end or the committed offset moves. Without a transaction seen, nothing is
settled: one poison message at the end of a partition looks just the same.
"""

from __future__ import annotations

from collections.abc import Sequence

MARKERS = 2
SWEEPS = 3

Residue = tuple[str, int, int, int]


def settle(
    *,
    names: Sequence[str],
    topics: Sequence[str],
    ends: Sequence[int | None],
    lags: list[int | None],
    resting: Sequence[bool],
    transactional: frozenset[str],
    before: tuple[Residue, ...],
) -> tuple[Residue, ...]:
    """Take settled rests out of ``lags`` (in place) and return what to remember for the next sweep.

    ``resting``: the group is stable and the partition owned.
    """
    if not transactional:
        return ()
    known = {name: (end, lag, sweeps) for name, end, lag, sweeps in before}
    found: list[Residue] = []
    for index, lag in enumerate(lags):
        end = ends[index]
        name = names[index]
        if lag is None and name in known:
            found.append((name, *known[name]))
        if lag is None or end is None or not 0 < lag <= MARKERS or topics[index] not in transactional:
            continue
        last_end, last_lag, sweeps = known.get(name, (-1, -1, 0))
        if (last_end, last_lag) != (end, lag):
            sweeps = 0
        if sweeps < SWEEPS and resting[index]:
            sweeps += 1
        elif sweeps < SWEEPS:
            sweeps = 0
        found.append((name, end, lag, sweeps))
        if sweeps >= SWEEPS:
            lags[index] = 0
    return tuple(found)
