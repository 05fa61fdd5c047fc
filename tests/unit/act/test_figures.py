"""Figures as people read them."""

import pytest

from sluicegate.act.figures import moment, near, rounded, seconds_of, span


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (0.0, 0), (7, 7), (48_211, 48_000), (99.6, 100), (893.3, 890), (5.26, 5.3), (0.0123, 0.012), (1e9, 10**9)],
)
def test_two_digits_are_kept(value: float, expected: float) -> None:
    assert rounded(value) == expected


def test_whole_numbers_stay_whole_since_the_schema_asks_for_integers() -> None:
    assert isinstance(rounded(48_211.0), int)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(54, "54s"), (60, "60s"), (90, "90s"), (0, "0s"), (0.12, "120ms"), (600, "10m"), (5400, "1h30m")],
)
def test_spans_are_said_as_people_say_them(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


def test_a_moment_goes_there_and_back() -> None:
    assert seconds_of(moment(1_800_000_000.9)) == 1_800_000_000.0
    assert seconds_of("never") is None
    assert seconds_of(None) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (100, 109, True),
        (100, 112, False),
        (0, 1, False),
        (0, 0, True),
        (True, 1, False),
        ({"a": [1000, "x"]}, {"a": [1001, "x"]}, True),
        ({"a": [1000, "x"]}, {"a": [1001, "y"]}, False),
        ({"a": 1}, {"a": 1, "b": 1}, False),
        ([1], [1, 1], False),
    ],
)
def test_near_is_within_a_tenth_in_every_part(one: object, other: object, expected: bool) -> None:
    assert near(one, other) is expected
