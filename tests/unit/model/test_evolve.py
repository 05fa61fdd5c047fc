"""Frozen values made and copied the fast way are in all respects those that the slow one makes."""

from __future__ import annotations

from array import array
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from inspect import signature
from typing import Any

import pytest

from sluicegate.model.evolve import evolver, quick
from sluicegate.model.memory import UNKNOWN, Memory, Poll, Wanted, packed

evolve = evolver(Memory)
POLL = Poll(at=1.0, end=packed([5]), committed=packed([4]), lag=packed([1]))
FULL = Memory(started=1.0, wanted=(Wanted(at=2.0, replicas=3),), names=("orders-0",), polls=(POLL,), count=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    first: int
    second: str = "two"
    many: dict[str, int] = field(default_factory=dict)
    twice: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice", 2 * self.first)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    first: int
    second: str = "two"
    many: dict[str, int] = field(default_factory=dict)
    twice: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice", 2 * self.first)


@pytest.mark.parametrize("given", [{"first": 1}, {"first": 2, "second": "b"}, {"first": 3, "many": {"a": 1}}])
def test_a_value_made_quickly_has_the_fields_of_one_made_slowly(given: dict[str, Any]) -> None:
    made, other = Quick(**given), Slow(**given)
    assert type(made) is Quick
    assert [getattr(made, one.name) for one in fields(made)] == [getattr(other, one.name) for one in fields(other)]
    assert repr(made) == repr(other).replace("Slow", "Quick")
    assert made == Quick(**given) == replace(made)
    assert replace(made, first=7).twice == 14


def test_two_values_made_quickly_share_no_default() -> None:
    assert Quick(first=1).many is not Quick(first=1).many


def test_a_value_made_quickly_is_frozen_and_asks_for_the_same_arguments() -> None:
    with pytest.raises(FrozenInstanceError):
        Quick(first=1).first = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match="first"):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="third"):
        Quick(first=1, third=3)  # type: ignore[call-arg]
    assert list(signature(Quick).parameters) == list(signature(Slow).parameters)


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
