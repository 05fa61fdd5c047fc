from __future__ import annotations

import json

import pytest

from sluicegate.redrive.dialects import Origin, read
from sluicegate.redrive.histogram import MOST, SHOWN, Tally, age_of
from tests.unit.redrive.given import STARTED, letter
from tests.unit.redrive.test_dialects import CONNECT, OURS, SPRING


def test_errors_sources_ages_and_dialects_are_counted_the_most_frequent_first() -> None:
    tally = Tally(started=STARTED)
    for headers, age in [(OURS, 60.0), (SPRING, 7200.0), (SPRING, 7300.0), (CONNECT, 1e9), ([], 60.0)]:
        one = letter(headers, age=age)
        tally.add(one, read(one.headers))
    report = tally.report()
    assert [(line.name, line.records) for line in report.dialects] == [
        ("Spring", 2), ("Connect", 1), ("Sluicegate", 1), ("none", 1)
    ]  # fmt: skip
    assert [(line.name, line.records) for line in report.sources] == [("orders", 4), ("unknown", 1)]
    assert [(line.name, line.records) for line in report.ages] == [
        ("up to 1h", 2), ("up to 6h", 2), ("older than 168h", 1)
    ]  # fmt: skip
    assert report.errors[0].name == "java.lang.IllegalStateException"


@pytest.mark.parametrize("names", [1, SHOWN - 1, SHOWN, SHOWN + 1, 3 * SHOWN, MOST + 500])
def test_at_most_twenty_lines_are_shown_and_every_record_is_in_one(names: int) -> None:
    tally = Tally(started=STARTED)
    one = letter()
    for number in range(names):
        for _ in range(2 if number == 0 else 1):
            tally.add(one, Origin(dialect="none", error_class=f"E{number}"))
    errors = tally.report().errors
    assert len(errors) <= SHOWN
    assert sum(line.records for line in errors) == names + 1
    assert errors[0].name == "E0"
    assert [line.name for line in errors].count("others") == (1 if names > SHOWN else 0)


def test_a_new_process_counts_on() -> None:
    tally = Tally(started=STARTED)
    one = letter(OURS)
    tally.add(one, read(OURS))
    again = Tally(started=STARTED, told=json.loads(json.dumps(tally.memory())))
    again.add(one, read(OURS))
    assert [(line.name, line.records) for line in again.report().errors] == [("IllegalStateException", 2)]


@pytest.mark.parametrize(
    ("seconds", "name"), [(-5, "up to 1h"), (3600, "up to 1h"), (3601, "up to 6h"), (168 * 3600 + 1, "older than 168h")]
)
def test_ages_fall_into_their_lines(seconds: float, name: str) -> None:
    assert age_of(seconds) == name
