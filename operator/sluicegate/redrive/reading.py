"""The reading side of a run: each partition from where it stands to where it ended at the start, and not beyond."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from sluicegate.redrive.letter import Letter
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.source import End, Source
from sluicegate.redrive.track import Entry, Track

BATCH = 1_000
SHORT_FOR = 30.0
"""Seconds that a partition may end earlier than at the start before that is believed."""


class Reading:
    """Takes records of ``topic`` from ``source`` into ``tracks``."""

    def __init__(self, topic: str, source: Source, *, tracks: Mapping[int, Track]) -> None:
        self._topic = topic
        self._source = source
        self._tracks = tracks
        self._ahead: deque[Letter | End] = deque()
        self._left = {number for number, track in tracks.items() if track.read}
        self._short: dict[int, float] = {}

    @property
    def over(self) -> bool:
        """Whether there is nothing more to take."""
        return not self._ahead and len(self._left) == len(self._tracks)

    @property
    def empty(self) -> bool:
        """Whether nothing was read ahead."""
        return not self._ahead

    def begin(self) -> None:
        self._source.begin({number: track.position for number, track in self._tracks.items() if not track.read})

    def fill(self, *, within: float) -> None:
        """Read ahead what comes in so many seconds."""
        self._ahead.extend(self._source.batch(BATCH, within=within))

    def take(self, *, now: float) -> tuple[Letter, Entry] | None:
        """The next record of those read ahead, None when it is no part of the run."""
        found = self._ahead.popleft()
        track = self._tracks[found.partition]
        if isinstance(found, End) or found.offset >= track.end:
            track.reach(found.offset)
            self._leave(found.partition)
            if not track.read:
                self._short.setdefault(found.partition, now)
            return None
        self._short.pop(found.partition, None)
        if found.offset < track.read_to:
            return None
        entry = track.take(found.offset)
        self._leave(found.partition)
        return found, entry

    def check(self, *, now: float) -> None:
        """Refusal when a partition goes on ending before where it ended at the start. A new leader may say so for a
        moment; a topic that was made anew says so for good, and what it holds is not what was asked for."""
        for partition, since in self._short.items():
            if now - since > SHORT_FOR:
                raise Refusal(
                    f"{self._topic}, partition {partition} ends before offset {self._tracks[partition].end}, where it "
                    "ended at the start: it was deleted and made again, or lost records; start another redrive"
                )

    def _leave(self, partition: int) -> None:
        if partition not in self._left and self._tracks[partition].read:
            self._left.add(partition)
            self._source.leave([partition])
