"""How far one partition is: what was read, what of it is done, and up to where a restart need not look again.

Acknowledgements come in any order. What is committed is the end of the unbroken row of records that are done, so a
crash repeats what lay beyond a gap, and never passes over what lay in it. The counts belong to that row, too.
"""

from __future__ import annotations

from collections import deque
from dataclasses import astuple, dataclass
from enum import Enum


class Outcome(Enum):
    """What became of a record."""

    PASSED_OVER = "PassedOver"
    """Not selected."""
    REDRIVEN = "Redriven"
    PARKED = "Parked"
    SKIPPED = "Skipped"
    """Selected, and left where it is."""


DEALT_WITH = frozenset({Outcome.REDRIVEN, Outcome.PARKED})


@dataclass(slots=True)
class Counts:
    """Records by what became of them."""

    scanned: int = 0
    matched: int = 0
    redriven: int = 0
    parked: int = 0
    skipped: int = 0

    def add(self, outcome: Outcome) -> None:
        self.scanned += 1
        if outcome is Outcome.PASSED_OVER:
            return
        self.matched += 1
        if outcome is Outcome.REDRIVEN:
            self.redriven += 1
        elif outcome is Outcome.PARKED:
            self.parked += 1
        else:
            self.skipped += 1

    def join(self, other: Counts) -> None:
        """Add what ``other`` counted."""
        self.scanned += other.scanned
        self.matched += other.matched
        self.redriven += other.redriven
        self.parked += other.parked
        self.skipped += other.skipped

    def row(self) -> tuple[int, ...]:
        """All of it, in the order of the fields."""
        return astuple(self)


class Entry:
    """One record that was read; ``outcome`` None until it is done."""

    __slots__ = ("offset", "outcome")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.outcome: Outcome | None = None


class Track:
    """One partition from ``position`` to ``end`` (the first offset that is not part of the run).

    ``settled`` up to where dead letters were dealt with, by this run and those before; it moves on while the row of
    records that were dealt with is ``whole``: a record left where it is ends that, and so does a start beyond it.
    """

    def __init__(self, *, position: int, end: int, settled: int, whole: bool | None = None) -> None:
        self.position = position
        self.end = end
        self.settled = settled
        self.whole = position <= settled if whole is None else whole
        self.counts = Counts()
        self.read_to = position
        self._open: deque[Entry] = deque()

    @property
    def read(self) -> bool:
        """Whether there is nothing more to read."""
        return self.read_to >= self.end

    @property
    def open(self) -> int:
        """How many records are held here: read, and not part of the row yet."""
        return len(self._open)

    @property
    def finished(self) -> bool:
        """Whether all that was read is done, and there is no more."""
        return self.read and not self._open

    def take(self, offset: int) -> Entry:
        """A record was read; offsets only go up."""
        entry = Entry(offset)
        self._open.append(entry)
        self.read_to = offset + 1
        return entry

    def reach(self, offset: int) -> None:
        """There is no record before ``offset`` that was not read: what lies between are marks of transactions, or
        records that compaction or retention took away."""
        self.read_to = max(self.read_to, min(offset, self.end))
        self.advance()

    def advance(self) -> None:
        """Move position, settled and counts over what is done."""
        while self._open and (outcome := self._open[0].outcome) is not None:
            entry = self._open.popleft()
            self.counts.add(outcome)
            self.position = entry.offset + 1
            if self.whole and entry.offset >= self.settled:
                if outcome in DEALT_WITH:
                    self.settled = entry.offset + 1
                else:
                    self.whole = False
        if not self._open:
            self.position = max(self.position, self.read_to)
            if self.whole:
                self.settled = max(self.settled, self.position)
