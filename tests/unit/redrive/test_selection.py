from __future__ import annotations

import struct
from typing import Any

import pytest

from sluicegate.model.redrive import Select
from sluicegate.redrive.dialects import read
from sluicegate.redrive.letter import Letter
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.selection import Selection, check
from tests.unit.redrive.given import STARTED, letter
from tests.unit.redrive.test_dialects import SPRING


@pytest.mark.parametrize(
    ("select", "age", "found"),
    [
        ({}, 1e6, True),
        ({"since": 3600.0}, 3599, True),
        ({"since": 3600.0}, 3601, False),
        ({"until": 600.0}, 599, False),
        ({"until": 600.0}, 601, True),
        ({"since": 3600.0, "until": 600.0}, 1800, True),
        ({"until": 0.0}, -5, False),
    ],
)
def test_times_count_back_from_the_start(select: dict[str, Any], age: float, found: bool) -> None:
    assert _matches(select, letter(age=age)) is found


@pytest.mark.parametrize(
    ("select", "found"),
    [
        ({"error_class": "IllegalState"}, True),
        ({"error_class": "^IllegalState"}, False),
        ({"key": "^customer-[0-9]+$"}, True),
        ({"key": "^ustomer"}, False),
        ({"headers": {"tenant": "^blue$"}}, True),
        ({"headers": {"tenant": "^green$"}}, True),
        ({"headers": {"tenant": "red"}}, False),
        ({"headers": {"absent": ".*"}}, False),
        ({"headers": {"kafka_dlt-original-partition": "^3$"}}, True),
        ({"headers": {"kafka_dlt-original-offset": "^42$"}}, True),
        ({"error_class": "IllegalState", "key": "nobody"}, False),
    ],
)
def test_expressions_match_anywhere_and_all_must(select: dict[str, Any], found: bool) -> None:
    headers = [*SPRING, ("tenant", b"blue"), ("tenant", b"green"), ("attempts", struct.pack(">i", 3))]
    assert _matches(select, letter(headers, key=b"customer-12")) is found


def test_a_record_without_a_key_matches_no_expression_for_it() -> None:
    assert not _matches({"key": ".*"}, letter(key=None))
    assert _matches({"key": "^$"}, letter(key=b""))


def test_a_key_that_is_no_text_is_matched_as_well_as_can_be() -> None:
    assert _matches({"key": "a.b"}, letter(key=b"a\xffb"))


@pytest.mark.parametrize(
    ("select", "field"),
    [
        ({"error_class": "("}, "spec.select.errorClass"),
        ({"key": "[z-a]"}, "spec.select.key"),
        ({"headers": {"tenant": "*"}}, "spec.select.headers[tenant]"),
    ],
)
def test_an_expression_that_is_none_is_named_with_its_field_and_a_remedy(select: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as told:
        check(Select(**select))
    assert str(told.value).startswith(f"{field}: '")
    assert "is no regular expression" in str(told.value)
    assert "backslash" in str(told.value)


def test_an_expression_that_needs_exponential_time_is_given_up_after_its_limit() -> None:
    with pytest.raises(Refusal, match=r"longer than 0\.1 s on partition 1, offset 17"):
        _matches({"key": "^(a|aa|b?a)+$"}, letter(key=b"a" * 40 + b"!"))


def _matches(select: dict[str, Any], one: Letter) -> bool:
    return Selection(Select(**select), started=STARTED).matches(one, read(one.headers))
