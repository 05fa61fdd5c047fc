"""How much may be shared out: one wrong reading moves nobody, a lost signal is no broken dependency."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.downstream.budget import Budget, BudgetMemory, Figures, budget, persist, restore
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.known import Known, Unknown

QUERY = {"url": "http://prometheus:9090", "query": "q"}
LOST = Unknown("Unreachable", "Prometheus does not answer")


class Story:
    """One dependency, reading by reading, half a minute apart."""

    def __init__(self, *, capacity: dict[str, Any] | None = None, **spec: Any) -> None:
        self.spec = DependencySpec.model_validate({"capacity": capacity or {"value": 200}, **spec})
        self.memory = BudgetMemory()
        self.now = 1_000.0

    def reads(
        self, *, capacity: float | Unknown | None = None, used: float | Unknown | None = None, ours: int = 0,
        fresh: bool = True, seconds: float = 30.0,
    ) -> Budget:  # fmt: skip
        self.now += seconds
        size = capacity if isinstance(capacity, Unknown) else Known(capacity or 0.0)
        usage = used if used is None or isinstance(used, Unknown) else Known(used)
        found, self.memory = budget(
            spec=self.spec,
            figures=Figures(capacity=size, usage=usage),
            ours=1000 * ours,
            memory=self.memory,
            now=self.now,
            fresh=fresh,
        )
        return found


def measured(**more: Any) -> Story:
    return Story(capacity={"prometheus": QUERY, **more.pop("capacity", {})}, **more)


def used(**more: Any) -> Story:
    return Story(usage={"prometheus": QUERY, **more.pop("usage", {})}, **more)


def test_reserved_and_target_come_off_before_others() -> None:
    story = used(capacity={"value": 200, "reserved": 40, "targetUtilizationPercent": 90})
    found = story.reads(used=24)
    assert (found.capacity, found.reserved, found.external, found.allocatable) == (200_000, 40_000, 24_000, 120_000)


def test_our_own_connections_are_taken_out_of_a_total_once() -> None:
    assert used().reads(used=130, ours=100).external == 30_000
    assert used(usage={"counts": "Others"}).reads(used=30, ours=100).external == 30_000
    assert used().reads(used=80, ours=100).external == 0


def test_a_sample_that_drops_to_zero_gives_nothing_away() -> None:
    story = used()
    for total in (130, 130, 130):
        story.reads(used=total, ours=100)
    assert story.reads(used=0, ours=100).external == 30_000
    assert story.reads(used=130, ours=100).external == 30_000


def test_others_lower_what_may_be_given_by_a_tenth_a_minute() -> None:
    story = used()
    story.reads(used=0)
    assert story.reads(used=150, seconds=60).external == 0, "one reading moves nobody"
    assert story.reads(used=150, seconds=60).external == 20_000
    assert story.reads(used=150, seconds=60).external == 40_000


def test_a_long_rest_does_not_add_up_to_one_big_step() -> None:
    story = used()
    for _ in range(20):
        story.reads(used=20)
    story.reads(used=150)
    assert story.reads(used=150, seconds=60).external == 40_000


def test_one_sample_that_counts_twice_moves_nobody() -> None:
    story = used()
    for _ in range(5):
        story.reads(used=130, ours=100)
    assert story.reads(used=230, ours=100).external == 30_000
    for _ in range(3):
        assert story.reads(used=130, ours=100).external == 30_000


def test_a_declared_capacity_counts_at_once() -> None:
    story = Story()
    assert story.reads().allocatable == 200_000
    story.spec = DependencySpec.model_validate({"capacity": {"value": 50}})
    assert story.reads(seconds=1).allocatable == 50_000


def test_a_measured_capacity_that_falls_by_more_than_half_must_be_seen_three_times() -> None:
    story = measured()
    assert story.reads(capacity=200).allocatable == 200_000
    for _ in range(2):
        found = story.reads(capacity=90)
        assert (found.allocatable, "believed once it was read 3 times" in found.suspect) == (200_000, True)
        again = story.reads(capacity=90, fresh=False)
        assert again.allocatable == 200_000, "the same reading looked at again is no new one"
    found = story.reads(capacity=90)
    assert (found.allocatable, found.suspect) == (90_000, "")


def test_a_measured_capacity_that_falls_to_nothing_must_be_seen_three_times() -> None:
    story = measured()
    story.reads(capacity=200)
    assert [story.reads(capacity=0).allocatable for _ in range(3)] == [200_000, 200_000, 0]


def test_a_smaller_fall_and_a_return_count_at_once() -> None:
    story = measured()
    story.reads(capacity=200)
    assert story.reads(capacity=120).allocatable == 120_000
    story.reads(capacity=10)
    found = story.reads(capacity=200)
    assert (found.allocatable, found.suspect) == (200_000, "")
    assert story.reads(capacity=10).suspect, "counted from one again"


def test_what_was_never_read_is_not_known() -> None:
    assert measured().reads(capacity=LOST).allocatable is None
    assert used().reads(used=LOST).allocatable is None


def test_a_signal_counts_as_lost_after_failures_in_a_row_and_then_nobody_is_given_more() -> None:
    story = measured(usage={"prometheus": QUERY})
    assert story.reads(capacity=100, used=10).allocatable == 90_000
    for _ in range(2):
        found = story.reads(capacity=LOST, used=LOST)
        assert (found.allocatable, found.lost) == (90_000, "")
    found = story.reads(capacity=LOST, used=LOST)
    assert found.allocatable is None
    assert found.lost == "spec.capacity: Prometheus does not answer; spec.usage: Prometheus does not answer"
    assert story.reads(capacity=100, used=10).lost == ""


def test_a_number_may_be_shared_out_while_a_signal_is_lost() -> None:
    loss = {"after": 1, "action": "UseReserved", "value": 25}
    assert measured(onSignalLoss=loss).reads(capacity=LOST).allocatable == 25_000


@pytest.mark.parametrize(("value", "reserved"), [(0, 0), (10, 40), (40, 40)])
def test_capacity_zero_or_below_reserved_gives_nothing_in_words(value: int, reserved: int) -> None:
    found = Story(capacity={"value": value, "reserved": reserved}).reads()
    assert found.allocatable == 0
    assert "spec.capacity" in found.overcommitted
    assert "lower spec.capacity.reserved" in found.overcommitted


def test_others_that_use_all_of_it_are_told() -> None:
    found = used().reads(used=300)
    assert found.allocatable == 0
    assert "others use 300 of 200 connections" in found.overcommitted


def test_what_is_remembered_survives_and_rubbish_does_not() -> None:
    story = measured(usage={"prometheus": QUERY})
    for reading in (200, 50):
        story.reads(capacity=reading, used=30)
    assert restore(persist(story.memory), now=story.now) == story.memory
    assert restore(
        {"capacity": -4, "others": ["x", None, 3], "external": "?", "externalAt": 9e99}, now=5.0
    ) == BudgetMemory(others=(3,), external_at=5.0)
    assert restore(None, now=0.0) == BudgetMemory()
