"""What is committed with a partition's progress, in the commit's metadata: the end of the run there, and its counts.

In the same write as the offset, so that they cannot disagree: a new process counts on exactly from where it goes on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sluicegate.redrive.track import Counts, Track

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One partition of a run. ``end``, ``settled`` and ``whole`` as in `Track`. ``ahead``: at most so many records of
    the whole run were written without being part of the committed progress; 0 after a tidy end. ``repeated``: at most
    so many of the whole run were written more than once. ``proved``: the canary was passed."""

    position: int
    end: int
    settled: int
    whole: bool
    counts: Counts
    ahead: int = 0
    repeated: int = 0
    proved: bool = False

    def track(self) -> Track:
        """To go on from here."""
        track = Track(position=self.position, end=self.end, settled=self.settled, whole=self.whole)
        track.counts = self.counts
        return track


def standing_of(track: Track, *, ahead: int, repeated: int, proved: bool) -> Standing:
    return Standing(
        position=track.position,
        end=track.end,
        settled=track.settled,
        whole=track.whole,
        counts=track.counts,
        ahead=ahead,
        repeated=repeated,
        proved=proved,
    )


def encode(standing: Standing) -> str:
    """The metadata for a commit of ``position``; some 80 bytes of the 4,096 that brokers take."""
    flags = (int(standing.whole), int(standing.proved))
    run = (standing.ahead, standing.repeated)
    row = [VERSION, standing.end, standing.settled, *flags, *run, *standing.counts.row()]
    return json.dumps(row, separators=(",", ":"))


def decode(position: int, metadata: str | None) -> Standing | None:
    """What `encode` was given; None for a commit that is not a redrive's."""
    try:
        version, end, settled, whole, proved, ahead, repeated, *counts = json.loads(metadata or "")
        if version != VERSION:
            return None
        return Standing(
            position=position,
            end=int(end),
            settled=int(settled),
            whole=bool(whole),
            counts=Counts(*(int(count) for count in counts)),
            ahead=int(ahead),
            repeated=int(repeated),
            proved=bool(proved),
        )
    except (ValueError, TypeError):
        return None
