"""timeline.csv is read back as it was written, and a file that is none is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.timeline import Row, grid, read, rows, write
from tests.unit.demo.world import START, live


def timeline() -> tuple[Row, ...]:
    told = live()
    return rows(told.facts.samples, told.accounts.seconds(grid(told.facts.samples)))


def test_a_timeline_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    before = timeline()
    write(tmp_path / "timeline.csv", before)
    assert read(tmp_path / "timeline.csv") == before


def test_the_rows_tell_the_burst_and_the_cap() -> None:
    told = timeline()
    assert told[21].arrivals == 8
    assert told[60].arrivals == 80
    assert max(row.handled for row in told) == 60
    assert max(row.replicas for row in told) == 12
    assert sum(row.arrivals for row in told) == sum(row.handled for row in told) == 8 * 170 + 80 * 90


def test_rows_are_a_second_apart_though_samples_are_not() -> None:
    told = live()
    some = [sample for number, sample in enumerate(told.facts.samples) if number % 3 != 2]
    table = rows(some, told.accounts.seconds(grid(some)))
    assert [row.second for row in table] == list(range(len(told.facts.samples)))
    assert table[60].arrivals == 80
    assert table[60].lag == next(sample for sample in reversed(some) if sample.at <= START + 61).lag


def test_another_table_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("second,messages\n0,5\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.csv is no timeline"):
        read(path)
