"""What a person should know of records that did not just go where they should: why, how many, and one of them."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.redrive.letter import Letter
from sluicegate.redrive.track import Outcome

MOST = 8
"""Reasons that are told."""
LONGEST = 2_000


@dataclass(slots=True)
class _Note:
    records: int
    place: str
    why: str


class Notes:
    """Reasons are told apart by their words without numbers: sizes and counts differ from record to record."""

    def __init__(self) -> None:
        self._notes: dict[tuple[Outcome, str], _Note] = {}

    def add(self, letter: Letter, *, outcome: Outcome, why: str) -> None:
        kind = (outcome, "".join(letter for letter in why if not letter.isdigit()))
        note = self._notes.get(kind)
        if note is not None:
            note.records += 1
        elif len(self._notes) < MOST:
            self._notes[kind] = _Note(1, letter.place, why)

    def words(self) -> str:
        """A sentence for each reason; empty without any."""
        told = [
            f"{note.records} {_DONE[outcome]}, such as {note.place}: {note.why}"
            for (outcome, _), note in self._notes.items()
        ]
        return "; ".join(told)[:LONGEST]


_DONE = {Outcome.PARKED: "parked", Outcome.SKIPPED: "skipped"}
