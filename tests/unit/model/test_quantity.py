from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluicegate.model import quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [("100", 100.0), ("1.5k", 1500.0), ("250m", 0.25), ("2M", 2e6), ("1G", 1e9), (58, 58.0), ("0.000001", 1e-6)],
)
def test_a_quantity_is_read_as_a_number(text: object, value: float) -> None:
    assert quantity.parse(text) == value


@pytest.mark.parametrize("text", ["", "k", "1e3", "-1", "1,5", "5Ki", "1.", ".5", "1 k", "100\n", "١", None, True, []])
def test_what_is_not_a_quantity_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match=r"such as 100, '2\.5' or 1\.5k"):
        quantity.parse(text)


@given(st.integers(min_value=0, max_value=999_999_999_000_000))
def test_what_is_shown_reads_back_as_the_same(millionths: int) -> None:
    value = millionths / 1_000_000
    assert quantity.parse(quantity.show(value)) == pytest.approx(value, abs=1e-6)
