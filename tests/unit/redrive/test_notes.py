from sluicegate.redrive.notes import MOST, Notes
from sluicegate.redrive.track import Outcome
from tests.unit.redrive.given import letter


def test_one_reason_is_told_once_with_its_number_and_its_first_record() -> None:
    notes = Notes()
    assert notes.words() == ""
    for offset in range(3):
        notes.add(letter(offset=offset), outcome=Outcome.PARKED, why=f"it has come back {3 + offset} times")
    notes.add(letter(offset=9), outcome=Outcome.SKIPPED, why="no header names its source")
    assert notes.words() == (
        "3 parked, such as partition 1, offset 0: it has come back 3 times; "
        "1 skipped, such as partition 1, offset 9: no header names its source"
    )


def test_the_reasons_that_are_told_are_few_and_short() -> None:
    notes = Notes()
    for letter_ in "abcdefghijklmnop":
        notes.add(letter(), outcome=Outcome.PARKED, why=letter_ * 1_000)
    assert notes.words().count("such as") <= MOST
    assert len(notes.words()) <= 2_000
