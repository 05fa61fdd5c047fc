"""How many members are enough, and which numbers are worth having."""

from __future__ import annotations

import pytest

from sluicegate.decide.assignment import shape
from sluicegate.decide.need import needs, smallest

EVEN = shape(["orders"] * 12, assignor="cooperative-sticky")


def members(arriving: list[float], backlog: list[float], *, missing: float = 0.0, above: int = 0) -> int:
    asked = needs(arriving=arriving, backlog=backlog, missing=missing, pause=4.0, objective=60.0, member=50.0)
    return smallest(asked, shape=EVEN, above=above)


@pytest.mark.parametrize(
    ("total", "expected"),
    [(0, 1), (44, 1), (46, 2), (89, 2), (91, 3), (134, 3), (136, 4), (200, 6), (280, 12), (10_000, 12)],
)
def test_steady_arrivals_ask_for_the_smallest_useful_number_at_nine_tenths(total: float, expected: int) -> None:
    assert members([total / 12] * 12, [0.0] * 12) == expected


def test_backlog_asks_for_as_many_as_handle_it_within_the_objective() -> None:
    assert members([0.0] * 12, [400.0] * 12) == 2
    assert members([0.0] * 12, [1600.0] * 12) == 12


def test_one_deep_partition_needs_a_member_of_its_own_not_many() -> None:
    assert members([0.0] * 12, [100_000.0] + [0.0] * 11) == 1
    assert members([3.0] * 12, [100_000.0] + [0.0] * 11) == 12


def test_above_what_runs_means_more_even_when_less_should_do() -> None:
    assert members([1.0] * 12, [0.0] * 12, above=4) == 6


def test_useful_numbers_are_those_at_which_the_fullest_member_has_less() -> None:
    assert EVEN.useful() == (1, 2, 3, 4, 6, 12)
    two = ["a"] * 6 + ["b"] * 4
    assert shape(two, assignor="range").useful() == (1, 2, 3, 4, 6)
    assert shape(two, assignor="uniform").useful() == (1, 2, 3, 4, 5, 10)


def test_range_gives_each_member_neighbours_of_every_topic() -> None:
    two = shape(["a"] * 4 + ["b"] * 2, assignor="range")
    values = [1.0, 2.0, 3.0, 4.0, 10.0, 20.0]
    assert two.fullest(values, members=2) == 3 + 4 + 20
    assert two.fullest(values, members=3) == 1 + 2 + 10 or two.fullest(values, members=3) == 3 + 20
    assert two.assignable == 4


def test_dealing_out_one_by_one_spreads_neighbours() -> None:
    even = shape(["a"] * 4, assignor="roundrobin")
    assert even.fullest([1.0, 2.0, 3.0, 4.0], members=2) == 2 + 4
    assert even.fullest([1.0, 2.0, 3.0, 4.0], members=9) == 4
    assert shape([], assignor="").assignable == 0
