"""What a run says of itself, twice a second: its counts, its rate, what it waits for, what it had to lay aside."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from sluicegate.model.redrive import Phase
from sluicegate.redrive.books import Books
from sluicegate.redrive.dialects import Origin
from sluicegate.redrive.histogram import Tally
from sluicegate.redrive.letter import Letter
from sluicegate.redrive.notes import Notes
from sluicegate.redrive.pace import Meter
from sluicegate.redrive.progress import Progress

EVERY = 0.5
"""Seconds."""


class Bulletin:
    """``told`` the histogram of a former process; ``now`` seconds that only go on."""

    def __init__(
        self,
        books: Books,
        *,
        started: float,
        told: Mapping[str, Any] | None,
        say: Callable[[Progress], None],
        now: float,
    ) -> None:
        self.notes = Notes()
        self._books = books
        self._tally = Tally(started=started, told=told)
        self._say = say
        self._meter = Meter(now=now)
        self._at = -math.inf

    def count(self, letter: Letter, origin: Origin) -> None:
        """A selected record."""
        self._tally.add(letter, origin)

    def due(self, *, now: float) -> bool:
        return now - self._at >= EVERY

    def tell(self, phase: Phase, message: str, *, now: float) -> None:
        self._at = now
        books, counts = self._books, self._books.counts
        self._say(
            Progress(
                phase=phase,
                total=books.total,
                scanned=counts.scanned,
                matched=counts.matched,
                redriven=counts.redriven,
                parked=counts.parked,
                skipped=counts.skipped,
                repeated=books.repeated,
                rate=round(self._meter.rate(counts.redriven + counts.parked, now=now), 3),
                ends={number: track.end for number, track in books.tracks.items()},
                report=self._tally.report(),
                message=message,
                settled=dict(books.settled),
                counted={"report": self._tally.memory()},
            )
        )
