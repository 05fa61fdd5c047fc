"""How many members are enough, and which numbers are worth having."""

from __future__ import annotations

import pytest

from sluicegate.decide.assignment import Assignment, Shape, shape
from sluicegate.decide.need import needs, smallest

EVEN = shape(["orders"] * 12, assignor="cooperative-sticky")


def nobody(shape_: Shape) -> Assignment:
    """A group without members."""
    return Assignment(shape=shape_, owners=(-1,) * shape_.partitions, members=0)


def members(arriving: list[float], backlog: list[float], *, missing: float = 0.0, above: int = 0) -> int:
    asked = needs(arriving=arriving, backlog=backlog, missing=missing, pause=4.0, objective=60.0, member=50.0)
    counts = [count for count in EVEN.useful() if count > above]
    found = smallest(asked, counts=counts, assignment=nobody(EVEN))
    assert found is not None
    return found


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
    two = nobody(shape(["a"] * 4 + ["b"] * 2, assignor="range"))
    values = [1.0, 2.0, 3.0, 4.0, 10.0, 20.0]
    assert two.loads(values, members=2) == [1 + 2 + 10, 3 + 4 + 20]
    assert two.loads(values, members=3) == [1 + 2 + 10, 3 + 20, 4]
    assert two.loads(values, members=5) == [1 + 10, 2 + 20, 3, 4, 0]
    assert two.shape.assignable == 4


def test_round_robin_deals_one_by_one_over_all_topics() -> None:
    even = nobody(shape(["a"] * 3 + ["b"], assignor="roundrobin"))
    assert even.loads([1.0, 2.0, 3.0, 4.0], members=2) == [1 + 3, 2 + 4]
    assert even.fullest([1.0, 2.0, 3.0, 4.0], members=9) == 4
    assert shape([], assignor="").assignable == 0


@pytest.mark.parametrize("assignor", ["sticky", "cooperative-sticky", "uniform", "of-our-own"])
def test_sticky_assignors_move_no_more_than_an_even_spread_asks_for(assignor: str) -> None:
    now = Assignment(shape=shape(["a"] * 6, assignor=assignor), owners=(0, 0, 0, 1, 1, 1), members=2)
    assert list(now.plan(2)) == [0, 0, 0, 1, 1, 1]
    assert list(now.plan(3)) == [0, 0, 2, 1, 1, 2]
    assert list(now.plan(1)) == [0] * 6
    assert now.present([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == [6.0, 15.0]


def test_what_a_sticky_assignor_would_do_depends_on_who_has_what_now() -> None:
    values = [8.0, 1.0, 8.0, 1.0]
    heavy_together = Assignment(shape=shape(["a"] * 4, assignor="sticky"), owners=(0, 1, 0, 1), members=2)
    heavy_apart = Assignment(shape=shape(["a"] * 4, assignor="sticky"), owners=(0, 0, 1, 1), members=2)
    assert heavy_together.fullest(values, members=2) == 16
    assert heavy_apart.fullest(values, members=2) == 9
