"""How long topics keep their messages, by delay, source, wish and policy."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.topics import retention
from sluicegate.decide.topics.retention import DAY_MS
from sluicegate.model.topic import Role, TopicName
from sluicegate.model.topic_policy import TopicPolicy
from tests.support.topics import topic

DLQ = TopicName(role=Role.DEAD_LETTER, name="orders.dlq", sources=("orders",))
HOUR_MS = 3_600_000


def policy(**bounds: Any) -> TopicPolicy:
    return TopicPolicy.model_validate(bounds)


def of_retries(hours: float, **bounds: Any) -> retention.Kept:
    name = TopicName(role=Role.RETRY, name="orders.retry", sources=("orders",), delays=(hours * 3600,))
    return retention.of_retries(name, policy=policy(**bounds))


def of_dead_letters(*sources: dict[str, str], declared: float | None = None, **bounds: Any) -> retention.Kept:
    found = [topic(f"orders-{number}", own=own) for number, own in enumerate(sources or ({},))]
    return retention.of_dead_letters(DLQ, declared=declared, sources=found, policy=policy(**bounds))


@pytest.mark.parametrize(("hours", "kept"), [(0.01, 7 * DAY_MS), (16.8, 7 * DAY_MS), (24, 10 * DAY_MS)])
def test_a_retry_is_kept_a_week_or_ten_delays(hours: float, kept: int) -> None:
    assert of_retries(hours) == (kept, "", "")


def test_a_delay_that_the_policy_does_not_let_live_is_refused_with_field_value_and_remedy() -> None:
    for hours in (24, 48):
        _, problem, _ = of_retries(hours, maxRetention="24h")
        assert f"spec.errorHandling.retry: the delay {hours}h is not shorter than orders.retry may keep" in problem
        assert "topicPolicy.maxRetention of the connection is 24h; shorten the delay, or raise maxRetention" in problem


def test_a_policy_that_leaves_retries_time_enough_only_bounds_them_and_says_so() -> None:
    kept, problem, note = of_retries(1, maxRetention="24h")
    assert (kept, problem) == (DAY_MS, "")
    assert note == "orders.retry keeps its messages 24h, not 168h: topicPolicy.maxRetention of the connection"
    kept, problem, note = of_retries(1, minRetention="240h")
    assert (kept, problem) == (10 * DAY_MS, "")
    assert "topicPolicy.minRetention" in note


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ({}, 14 * DAY_MS),
        ({"retention.ms": "3600000"}, 14 * DAY_MS),
        ({"retention.ms": str(30 * DAY_MS)}, 60 * DAY_MS),
        ({"retention.ms": "-1"}, -1),
        ({"retention.ms": str(2**63 - 1)}, -1),
        ({"retention.ms": str(2**62)}, -1),
        ({"retention.ms": str(2**62 - 1)}, 2**63 - 2),
        ({"cleanup.policy": "compact", "retention.ms": "-1"}, 14 * DAY_MS),
        ({"cleanup.policy": "compact,delete", "retention.ms": str(20 * DAY_MS)}, 40 * DAY_MS),
    ],
)
def test_dead_letters_are_kept_two_weeks_or_twice_as_long_as_the_source(source: dict[str, str], kept: int) -> None:
    assert of_dead_letters(source) == (kept, "", "")


def test_of_several_sources_the_one_that_keeps_longest_counts() -> None:
    long, endless = {"retention.ms": str(30 * DAY_MS)}, {"retention.ms": "-1"}
    assert of_dead_letters({}, long)[0] == 60 * DAY_MS
    assert of_dead_letters(endless, long)[0] == -1


def test_a_policy_bounds_what_nobody_asked_for_and_says_so() -> None:
    kept, problem, note = of_dead_letters({"retention.ms": "-1"}, maxRetention="720h")
    assert (kept, problem) == (30 * DAY_MS, "")
    assert note == "orders.dlq keeps its messages 720h, not without end: topicPolicy.maxRetention of the connection"
    assert of_dead_letters(minRetention="720h")[0] == 30 * DAY_MS
    assert of_dead_letters({"retention.ms": "-1"}, minRetention="720h") == (-1, "", "")


def test_what_is_asked_for_is_taken() -> None:
    assert of_dead_letters({"retention.ms": "-1"}, declared=3600.0) == (HOUR_MS, "", "")
    assert of_dead_letters(declared=7200.0, minRetention="2h", maxRetention="2h") == (2 * HOUR_MS, "", "")


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"maxRetention": "24h"}, "48h is more than topicPolicy.maxRetention of the connection, 24h: write 24h"),
        ({"minRetention": "72h"}, "48h is less than topicPolicy.minRetention of the connection, 72h: write 72h"),
    ],
)
def test_what_is_asked_for_beyond_the_policy_is_refused(bounds: dict[str, str], said: str) -> None:
    _, problem, _ = of_dead_letters(declared=48 * 3600.0, **bounds)
    assert problem == f"spec.errorHandling.deadLetter.retention: {said}, or change the policy"


def test_without_end_is_longer_than_any_time() -> None:
    assert retention.enough(-1, wanted=10)
    assert not retention.enough(10, wanted=-1)
    assert retention.enough(10, wanted=10)
    assert retention.show(-1) == "without end"
