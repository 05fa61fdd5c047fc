"""The progress of a run over all its partitions: what is committed and when, what was written beyond that, the sums.

A process may write at most `window` records beyond what is committed. That bounds what a crash repeats, and lets the
next process say how many it may repeat: the commits carry the window.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from sluicegate.redrive.standing import encode, standing_of
from sluicegate.redrive.survey import Survey
from sluicegate.redrive.track import Counts, Entry, Outcome, Track

EVERY_RECORDS = 1_000
EVERY_SECONDS = 1.0
SETTLED_EVERY = 10.0
WIDEST = 4_000
"""Records that are written beyond what is committed, at most, however fast the run: four commits, enough to never wait
for one."""


class Commits(Protocol):
    trouble: str

    def commit(self, offsets: Mapping[int, tuple[int, str]]) -> bool: ...


class Books:
    """``progress`` and ``settled`` as `source.Ledger`. ``rate`` records a second that the order allows, 0: any;
    ``now`` seconds that only go on."""

    def __init__(self, survey: Survey, *, progress: Commits, settled: Commits, rate: float, now: float) -> None:
        self.tracks = survey.tracks
        self.proved = survey.proved
        self.counts = Counts()
        for track in self.tracks.values():
            self.counts.join(track.counts)
        left = sum(max(0, track.end - track.position) for track in self.tracks.values())
        self.total = self.counts.scanned + left
        # What a process wrote that was cut off lies right behind its last commit: nearly all of it is written again.
        self.repeated = survey.repeated + min(survey.ahead, left)
        self.window = WIDEST if rate <= 0 else max(2, min(WIDEST, math.ceil(rate * EVERY_SECONDS)))
        self._progress = progress
        self._settled = settled
        self._committed: dict[int, int] = {}
        self._committed_writes = self._writes_in_row()
        self._writes = self._committed_writes
        self._acknowledged = 0
        self._at = now
        self.settled: dict[int, int] = {}
        self._settled_at = now

    @property
    def trouble(self) -> str:
        """Why nothing can be committed; empty when it can."""
        return self._progress.trouble or self._settled.trouble

    @property
    def ahead(self) -> int:
        """Records written that are not in what is committed."""
        return self._writes - self._committed_writes

    @property
    def finished(self) -> bool:
        return all(track.finished for track in self.tracks.values())

    @property
    def pending(self) -> int:
        """Records that are read and not in the row yet, for the sake of memory."""
        return sum(track.open for track in self.tracks.values())

    def writes(self) -> None:
        """One record goes out now."""
        self._writes += 1

    def done(self, entry: Entry, outcome: Outcome) -> None:
        """``entry`` is safe where it went, or needs to go nowhere."""
        entry.outcome = outcome
        self.counts.add(outcome)
        self._acknowledged += 1

    def due(self, *, now: float) -> bool:
        """Whether it is time to commit."""
        few = max(1, min(EVERY_RECORDS, self.window // 2))
        late = now - self._at >= EVERY_SECONDS
        if self.trouble:
            return late
        return self._acknowledged >= few or (self._acknowledged > 0 and (late or self.ahead >= self.window))

    def commit_all(self) -> bool:
        """Commit where every partition stands, moved or not: the ends, at first, and whether the canary was passed.
        Whether the broker has it."""
        return self._commit(self.tracks, ahead=self.window)

    def commit(self, *, now: float, tidy: bool = False) -> bool:
        """Commit what is done; whether the broker has it. ``tidy``: nothing is on its way, and nothing will be."""
        for track in self.tracks.values():
            track.advance()
        self._at = now
        clean = tidy and self._writes_in_row() == self._writes
        changed = {
            number: track for number, track in self.tracks.items()
            if tidy or self._committed.get(number) != track.position
        }  # fmt: skip
        done, self._acknowledged = self._acknowledged, 0
        if self._commit(changed, ahead=0 if clean else self.window):
            return True
        self._acknowledged = max(1, done)
        return False

    def settle(self, *, now: float, at_once: bool = False) -> bool:
        """Commit up to where dead letters were dealt with, now and then or ``at_once``; whether the broker has all."""
        if not at_once and now - self._settled_at < SETTLED_EVERY:
            return True
        self._settled_at = now
        changed = {
            number: track.settled for number, track in self.tracks.items() if self.settled.get(number) != track.settled
        }
        if changed and not self._settled.commit({number: (offset, "") for number, offset in changed.items()}):
            return False
        self.settled.update(changed)
        return True

    def _commit(self, tracks: Mapping[int, Track], *, ahead: int) -> bool:
        offsets = {
            number: (
                track.position,
                encode(standing_of(track, ahead=ahead, repeated=self.repeated, proved=self.proved)),
            )
            for number, track in tracks.items()
        }
        if offsets and not self._progress.commit(offsets):
            return False
        self._committed.update({number: offset for number, (offset, _) in offsets.items()})
        self._committed_writes = self._writes_in_row()
        return True

    def _writes_in_row(self) -> int:
        return sum(track.counts.redriven + track.counts.parked for track in self.tracks.values())


class Unwritten:
    """The commits of a dry run: there are none."""

    trouble = ""

    def commit(self, offsets: Mapping[int, tuple[int, str]]) -> bool:
        return True
