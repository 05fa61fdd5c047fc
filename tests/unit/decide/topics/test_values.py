"""Which texts of settings mean the same."""

from __future__ import annotations

import pytest

from sluicegate.decide.topics.values import number, same


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("2", "02", True),
        (" 2", "2", True),
        ("True", "true", True),
        ("zstd", "zstd", True),
        ("zstd", "lz4", False),
        ("Delete", "delete", False),
        ("-1", "1", False),
        (None, None, True),
        (None, "2", False),
    ],
)
def test_values_are_compared_as_brokers_take_them(one: str | None, other: str | None, alike: bool) -> None:
    assert same(one, other) is alike


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("-1", -1), ("+3 ", 3), ("1_000", None), ("two", None), ("", None), (None, None)]
)
def test_only_whole_numbers_are_numbers(text: str | None, value: int | None) -> None:
    assert number(text) == value
