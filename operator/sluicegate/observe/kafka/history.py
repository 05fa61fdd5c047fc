"""Where partitions ended some minutes ago, by the times of their messages: a first look then knows how fast they fill.

It is asked for once, beside the sweep: whatever goes wrong with it is no fault of anything, only something not known.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sluicegate.observe.kafka.admin import At
from sluicegate.observe.kafka.client import Client
from sluicegate.observe.kafka.ends import Line

SPAN = 300.0
"""Seconds to look back: as far as an app remembers its polls."""
SKEW = 60.0
"""Seconds by which a producer's clock may be ahead of ours. A later stamp is none that tells when its message came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The first message of a partition whose stamp is at or after ``since``; ``offset`` None: there is none.

    ``at`` when it came, never before ``since``. Both in unix seconds of the operator's clock.
    """

    offset: int | None
    at: float
    since: float


def read(client: Client, lines: Mapping[At, Line], *, now: float) -> dict[At, First]:
    """The first messages of the last `SPAN` seconds before ``now`` (unix seconds of the operator's clock, which is
    not the wall's that producers stamp by). Partitions that did not tell, or tell nonsense, are left out, and those
    with a fault are not asked: a leader that is away would hold up the sweep once more.
    """
    asked = sorted(at for at, line in lines.items() if line.fault is None)
    if not asked:
        return {}
    wall = time.time()
    found = client.first_since(dict.fromkeys(asked, round((wall - SPAN) * 1000)))
    firsts = {at: first(offset, age=wall - stamp / 1000, now=now) for at, (offset, stamp) in found.items()}
    return {at: one for at, one in firsts.items() if one is not None}


def first(offset: int | None, *, age: float, now: float) -> First | None:
    """``age`` of the message in seconds by its stamp; None when that lies too far in the future to be true."""
    if offset is None:
        return First(offset=None, at=now, since=now - SPAN)
    if age < -SKEW:
        return None
    return First(offset=offset, at=now - min(max(age, 0.0), SPAN), since=now - SPAN)


def earlier(found: First | None, line: Line) -> tuple[int, float] | None:
    """What `model.kafka.Partition.earlier` holds. None where nothing is known, or where it cannot be true.

    Nothing has come since: it ended then where it ends now. Nothing is left from before the first message: then it is
    known only since that came.
    """
    if found is None or line.start is None or line.end is None:
        return None
    if found.offset is None:
        return line.end, found.since
    if found.offset > line.end:
        return None
    return found.offset, found.since if found.offset > line.start else found.at
