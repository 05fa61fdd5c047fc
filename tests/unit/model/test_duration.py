from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluicegate.model import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60.0),
        ("10m", 600.0),
        ("1h30m", 5400.0),
        ("250ms", 0.25),
        ("1h1m1s1ms", 3661.001),
        ("90m", 5400.0),
        ("0s", 0.0),
        ("8784h", 366 * 86_400.0),
    ],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float) -> None:
    assert duration.parse(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "s", "60", "1d", "-5s", "1.5h", "1s1h", "60s\n", " 60s", "٣s", "1 m", None, True, []]
)
def test_what_is_not_a_duration_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match="such as 60s, 10m or 1h30m"):
        duration.parse(text)


@pytest.mark.parametrize("text", ["8784h1ms", "9999h", -1, float("inf"), float("nan")])
def test_more_than_a_leap_year_or_less_than_nothing_is_refused_with_the_range(text: object) -> None:
    with pytest.raises(ValueError, match="from 0s to 8784h"):
        duration.parse(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-3, "0s"),
        (0.0004, "0s"),
        (0.25, "250ms"),
        (90, "1m30s"),
        (3600, "1h"),
        (86_400, "24h"),
        (61.5, "1m1s500ms"),
    ],
)
def test_seconds_are_shown_the_shortest_way(seconds: float, text: str) -> None:
    assert duration.show(seconds) == text


@given(st.integers(min_value=0, max_value=366 * 86_400_000))
def test_what_is_shown_reads_back_as_the_same_and_fits_the_schema(milliseconds: int) -> None:
    text = duration.show(milliseconds / 1000)
    assert duration.parse(text) == milliseconds / 1000
    assert len(text) <= 24
    assert re.match(duration.PATTERN, text)


@given(st.from_regex(duration.PATTERN, fullmatch=True))
def test_whatever_the_form_allows_stays_below_the_overflow_of_64_bit_nanoseconds(text: str) -> None:
    hours, minutes, seconds, milliseconds = (
        int(found.group(1)) if (found := re.search(rf"([0-9]+){unit}(?![a-z])", text)) else 0
        for unit in ("h", "m", "s", "ms")
    )
    assert hours * 3600 + minutes * 60 + seconds + milliseconds / 1000 < 2**63 / 1e9
