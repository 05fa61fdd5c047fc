"""The limits in their order: floor, max, partitions; ceilings beat floors, and the last to change it is named."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.assignment import shape
from sluicegate.decide.course import begin
from sluicegate.decide.limits import cap, clamps, usable
from tests.support import given


def through(value: int, *, usable: int | None, **scaling: Any) -> tuple[int, str]:
    course = begin(value, name="wanted", sentence="")
    for name, clamp in clamps(scaling=given.spec(scaling=scaling).scaling, usable=usable, foreign=0):
        course = course.step(name, clamp(course.value))
    return course.value, str(course.limited_by)


@pytest.mark.parametrize(
    ("value", "usable", "scaling", "expected"),
    [
        (5, 12, {}, (5, "None")),
        (0, 12, {}, (1, "Min")),
        (0, 12, {"minReplicas": 0}, (0, "None")),
        (1, 12, {"minReplicas": 3}, (3, "Min")),
        (50, 99, {"maxReplicas": 40}, (40, "Max")),
        (50, 12, {"maxReplicas": 40}, (12, "Partitions")),
        (15, 12, {"minReplicas": 20}, (12, "Partitions")),
        (15, 12, {"partitionCap": "Ignore"}, (15, "None")),
        (15, None, {}, (15, "None")),
        (3, 1, {"minReplicas": 2}, (1, "Partitions")),
    ],
)
def test_limits_bind_in_their_order(
    value: int, usable: int | None, scaling: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert through(value, usable=usable, **scaling) == expected


TWO_TOPICS = ["orders"] * 12 + ["refunds"] * 4


@pytest.mark.parametrize(
    ("topics", "assignor", "foreign", "consumers", "expected"),
    [
        (["orders"] * 12, "cooperative-sticky", 0, 1, 12),
        (TWO_TOPICS, "cooperative-sticky", 0, 1, 16),
        (TWO_TOPICS, "uniform", 0, 1, 16),
        (TWO_TOPICS, "range", 0, 1, 12),
        (["orders"] * 12, "range", 2, 1, 10),
        (["orders"] * 12, "range", 0, 5, 2),
        (["orders"] * 12, "range", 1, 4, 2),
        (["orders"] * 2, "range", 5, 1, 1),
        (["orders"] * 3, "range", 0, 8, 1),
    ],
)
def test_usable_replicas_are_what_is_assignable_beside_others(
    topics: list[str], assignor: str, foreign: int, consumers: int, expected: int
) -> None:
    assert usable(shape=shape(topics, assignor=assignor), foreign=foreign, consumers=consumers) == expected


@pytest.mark.parametrize(
    ("scaling", "known", "expected"),
    [({}, 12, 12), ({"maxReplicas": 5}, 12, 5), ({}, None, 40), ({"partitionCap": "Ignore"}, 12, 40)],
)
def test_the_cap_is_the_lowest_ceiling(scaling: dict[str, Any], known: int | None, expected: int) -> None:
    assert cap(scaling=given.spec(scaling=scaling).scaling, usable=known) == expected


def test_an_empty_group_with_several_topics_is_capped_by_the_largest() -> None:
    parts = (*given.partitions(*[0] * 12), *given.partitions(*[0] * 4, topic="refunds"))
    app = given.spec(topics=("orders", "refunds"))
    decision, memory = given.decided(given.observation(parts, replicas=0), app=app)
    assert decision.partitions.usable == 12
    joined = given.observation(parts, replicas=2, at=given.NOW + 10)
    decision, memory = given.decided(joined, app=app, memory=memory)
    assert decision.partitions.usable == 16
    gone = given.observation(parts, replicas=0, at=given.NOW + 20)
    decision, _ = given.decided(gone, app=app, memory=memory)
    assert decision.partitions.usable == 16


def test_an_unknown_partition_count_keeps_the_last_known_cap() -> None:
    _, memory = given.decided(given.observation(given.partitions(*[0] * 12)))
    blind = given.observation((), at=given.NOW + 10, fault=given.LOST)
    decision, _ = given.decided(blind, memory=memory)
    assert (decision.cap, decision.partitions.usable, decision.partitions.count) == (12, 12, 12)


def test_fewer_partitions_scale_down_at_once_and_say_so() -> None:
    _, memory = given.decided(given.observation(given.partitions(*[0] * 12), replicas=12))
    decision, _ = given.decided(
        given.observation(given.partitions(*[0] * 8), replicas=12, at=given.NOW + 10), memory=memory
    )
    assert (decision.replicas, decision.reason, decision.limited_by) == (8, "PartitionsFewer", "Partitions")


def test_a_lowered_maximum_does_not_wait_even_while_the_lag_is_unknown() -> None:
    _, memory = given.decided(given.observation(given.partitions(*[0] * 12), replicas=10))
    blind = given.observation((), replicas=10, at=given.NOW + 10, fault=given.LOST)
    decision, _ = given.decided(blind, app=given.spec(scaling={"maxReplicas": 4}), memory=memory)
    assert (decision.replicas, decision.reason, decision.write) == (4, "MaxLowered", True)


def test_a_raised_minimum_counts_at_once() -> None:
    decision, _ = given.decided(
        given.observation(given.partitions(*[0] * 12), replicas=2), app=given.spec(scaling={"minReplicas": 5})
    )
    assert (decision.replicas, decision.reason, decision.limited_by) == (5, "MinRaised", "Min")
