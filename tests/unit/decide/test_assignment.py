"""Which partitions a member would get: each assignor's own way."""

from __future__ import annotations

import pytest

from sluicegate.decide.assignment import shape
from tests.support.scenes import assignment

TWO_TOPICS = ["a"] * 6 + ["b"] * 3


def counts(plan: object, members: int) -> list[int]:
    assert isinstance(plan, list | tuple)
    return [list(plan).count(member) for member in range(members)]


def test_only_numbers_at_which_the_fullest_gets_fewer_are_useful() -> None:
    assert shape(["a"] * 30, assignor="").useful() == (1, 2, 3, 4, 5, 6, 8, 10, 15, 30)
    assert shape(TWO_TOPICS, assignor="cooperative-sticky").useful() == (1, 2, 3, 5, 9)
    assert shape(TWO_TOPICS, assignor="range").useful() == (1, 2, 3, 6)


def test_range_deals_neighbours_topic_by_topic_so_the_largest_topic_is_the_most() -> None:
    found = assignment(members=2, topics=TWO_TOPICS, assignor="range")
    assert found.plan(2) == [0, 0, 0, 1, 1, 1, 0, 0, 1]
    assert found.plan(4) == [0, 0, 1, 1, 2, 3, 0, 1, 2]
    assert found.plan(7) == [0, 1, 2, 3, 4, 5, 0, 1, 2]
    assert (found.shape.assignable, found.shape.partitions) == (6, 9)


def test_round_robin_deals_over_all_topics() -> None:
    found = assignment(members=2, topics=TWO_TOPICS, assignor="roundrobin")
    assert found.plan(4) == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    assert found.shape.assignable == 9


@pytest.mark.parametrize("assignor", ["sticky", "cooperative-sticky", "uniform", "my-own", ""])
def test_sticky_ones_move_as_few_as_an_even_spread_allows(assignor: str) -> None:
    found = assignment(members=3, topics=["a"] * 9, assignor=assignor, owners=[0, 0, 0, 1, 1, 1, 2, 2, 2])
    grown = found.plan(4)
    assert sorted(counts(grown, 4)) == [2, 2, 2, 3]
    assert sum(1 for was, is_ in zip(found.owners, grown, strict=True) if was != is_) == 2
    shrunk = found.plan(2)
    assert sorted(counts(shrunk, 2)) == [4, 5]
    assert [is_ for was, is_ in zip(found.owners, shrunk, strict=True) if was < 2] == [0, 0, 0, 1, 1, 1]
    assert tuple(found.plan(3)) == found.owners


def test_who_has_most_gives_up_the_last_ones_and_what_nobody_has_goes_to_who_has_room() -> None:
    found = assignment(members=2, topics=["a"] * 6, owners=[0, 0, 0, 0, 0, -1])
    assert tuple(found.plan(2)) == (0, 0, 0, 1, 1, 1)
    assert tuple(found.plan(3)) == (0, 0, 1, 1, 2, 2)


def test_loads_are_sums_over_what_each_would_get() -> None:
    found = assignment(members=2, topics=["a"] * 4)
    assert found.loads([1.0, 2.0, 3.0, 4.0], members=2) == [4.0, 6.0]
    assert found.fullest([1.0, 2.0, 3.0, 4.0], members=2) == 6.0
    assert found.fullest([1.0, 2.0, 3.0, 4.0], members=4) == 4.0
    assert found.loads([1.0, 2.0, 3.0, 4.0], members=6)[4:] == [0.0, 0.0]


def test_what_nobody_has_is_in_nobodys_present_load() -> None:
    found = assignment(members=2, topics=["a"] * 4, owners=[0, 1, -1, 0])
    assert found.present([1.0, 2.0, 3.0, 4.0]) == [5.0, 2.0]


def test_no_partitions_are_no_use_to_anybody() -> None:
    nothing = shape([], assignor="range")
    assert (nothing.partitions, nothing.assignable) == (0, 0)


def test_a_plan_is_worked_out_once() -> None:
    found = assignment(members=3)
    assert found.plan(5) is found.plan(5)
