"""What of an app's retry topics is due: work that waits now, as messages in its source topics do.

Records that are not due yet are no work: nothing could be done about them. A member of the group has partitions of
retry topics beside those of the sources, which of them nobody can know beforehand; what is due in partition n counts
for the n-th partition that the group reads, as assignors that go by number have it. More of it then never asks for
fewer replicas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.model.topic import RetryPartition


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """``records`` that are due; ``complete``: every retry partition could be read; ``parts`` the records by partition
    of the sources, empty where nothing is due."""

    records: int = 0
    complete: bool = True
    parts: tuple[int, ...] = ()


NOTHING = Due()


def due(retry: Sequence[RetryPartition], *, partitions: int) -> Due:
    """``partitions`` of the sources."""
    if not retry:
        return NOTHING
    parts = [0] * partitions
    records, complete = 0, True
    for one in retry:
        waits = one.due
        if waits is None:
            complete = False
        elif waits:
            records += waits
            if partitions:
                parts[one.partition % partitions] += waits
    return Due(records=records, complete=complete, parts=tuple(parts) if records else ())
