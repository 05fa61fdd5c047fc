"""The fast copy of a frozen value is in all respects the value that the slow one makes."""

from __future__ import annotations

from array import array
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from sluicegate.model.evolve import evolver
from sluicegate.model.memory import UNKNOWN, Memory, Poll, Wanted, packed

evolve = evolver(Memory)
POLL = Poll(at=1.0, end=packed([5]), committed=packed([4]), lag=packed([1]))
FULL = Memory(started=1.0, wanted=(Wanted(at=2.0, replicas=3),), names=("orders-0",), polls=(POLL,), count=1)


def test_a_copy_with_changes_equals_the_one_that_dataclasses_make() -> None:
    copied = evolve(FULL, count=7, names=())
    assert copied == replace(FULL, count=7, names=())
    assert type(copied) is Memory
    assert FULL.count == 1


def test_what_is_not_changed_is_shared_not_copied() -> None:
    copied = evolve(FULL, count=7)
    assert all(getattr(copied, one.name) is getattr(FULL, one.name) for one in fields(Memory) if one.name != "count")


def test_a_copy_is_as_frozen_as_what_it_was_made_from() -> None:
    with pytest.raises(FrozenInstanceError):
        evolve(FULL, count=7).count = 8  # type: ignore[misc]


def test_a_field_that_there_is_not_is_refused_by_its_name() -> None:
    with pytest.raises(AttributeError, match="cuont"):
        evolve(FULL, cuont=7)


@pytest.mark.parametrize(
    ("figures", "bytes_each"),
    [([], 2), ([0, None], 2), ([32_767], 2), ([32_768], 4), ([2**31 - 1], 4), ([2**31, 0], 8), ([2**62], 8)],
)
def test_figures_are_packed_as_narrow_as_the_largest_of_them_allows_and_come_out_as_they_went_in(
    figures: list[int | None], bytes_each: int
) -> None:
    found = packed(figures)
    assert list(found) == [UNKNOWN if figure is None else figure for figure in figures]
    assert found.itemsize == bytes_each


def test_figures_of_different_width_are_equal_when_their_numbers_are() -> None:
    assert packed([7, 8]) == array("q", [7, 8])
    assert packed([7, 40_000])[:1] == packed([7])
