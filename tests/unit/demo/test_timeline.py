"""timeline.csv is read back as it was written, and a file that is none is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.timeline import Row, read, rows, write
from tests.unit.demo.world import START, live


def timeline() -> tuple[Row, ...]:
    told = live()
    seconds = told.accounts.seconds([sample.at for sample in told.facts.samples])
    return rows(told.facts.samples, seconds, started=START)


def test_a_timeline_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    before = timeline()
    write(tmp_path / "timeline.csv", before)
    assert read(tmp_path / "timeline.csv") == before


def test_the_rows_tell_the_burst_and_the_cap() -> None:
    told = timeline()
    assert told[20].arrivals == 8
    assert told[60].arrivals == 80
    assert max(row.handled for row in told) == 60
    assert max(row.replicas for row in told) == 12
    assert sum(row.arrivals for row in told) == sum(row.handled for row in told)


def test_a_late_sample_shows_a_rate_not_a_sum() -> None:
    told = live()
    thinned = told.facts.samples[::2]
    seconds = told.accounts.seconds([sample.at for sample in thinned])
    assert rows(thinned, seconds, started=START)[30].arrivals == 80


def test_another_table_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("second,messages\n0,5\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.csv is no timeline"):
        read(path)
