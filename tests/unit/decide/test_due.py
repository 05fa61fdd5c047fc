"""Retries that are due are work like any other; those that still wait are none."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.due import due
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Action, Decision
from sluicegate.model.memory import Memory
from sluicegate.model.topic import RetryPartition
from tests.support import given

RETRY = {"retry": {"delays": ["10s"]}}


def app(**scaling: Any) -> AppSpec:
    return given.spec(scaling=scaling, errorHandling=RETRY)


def row(partition: int = 0, *, due_end: int | None = 0, committed: int | None = 0, **more: Any) -> RetryPartition:
    return RetryPartition(
        topic="orders.orders-v1.retry-10s", partition=partition, due_end=due_end, committed=committed, **more
    )


def watched(
    spec: AppSpec,
    *,
    retry: tuple[RetryPartition, ...] = (),
    replicas: int = 2,
    rate: int = 10,
    lag: int = 0,
    partitions: int = 6,
    polls: int = 32,
    memory: Memory | None = None,
    start: int = 0,
) -> tuple[Decision, Memory]:
    """The decision after ``polls`` looks at steady arrivals on each partition; nobody writes it."""
    memory = memory or Memory()
    for poll in range(start, start + polls):
        end = 50_000 + rate * poll * 10
        parts = [given.partition(i, end=end, committed=end - lag) for i in range(partitions)]
        seen = given.observation(parts, replicas=replicas, at=given.NOW + 10 * poll, retry=retry)
        decision, memory = given.decided(seen, app=spec, memory=memory)
    return decision, memory


def test_what_is_due_counts_from_what_was_committed_or_is_left() -> None:
    found = due([row(0, due_end=50, committed=20), row(1, due_end=50, committed=None, start=45)], partitions=4)

    assert (found.records, found.parts, found.complete) == (35, (30, 5, 0, 0), True)


def test_a_commit_ahead_of_what_is_due_owes_nothing() -> None:
    """Consumers that do not wait for a retry to be due read on."""
    assert due([row(due_end=20, committed=50)], partitions=4).records == 0


def test_partitions_beyond_the_sources_are_counted_too() -> None:
    assert due([row(7, due_end=3)], partitions=3).parts == (0, 3, 0)


@pytest.mark.parametrize("bad", [{"due_end": None}, {"due_end": 9, "fault": given.LOST}])
def test_what_could_not_be_read_is_not_taken_for_nothing(bad: dict[str, Any]) -> None:
    found = due([row(**bad), row(1, due_end=2)], partitions=2)

    assert (found.records, found.complete) == (2, False)


def test_due_retries_that_would_be_late_ask_for_more_replicas() -> None:
    calm, _ = watched(app(capacityPerReplica=50), rate=10)
    late, _ = watched(app(capacityPerReplica=50), rate=10, retry=tuple(row(i, due_end=2_000) for i in range(6)))

    assert calm.wanted == 2
    assert late.wanted is not None
    assert late.wanted > 2
    assert late.due == 12_000
    assert "12000 due retries" in late.message


def test_retries_that_are_not_due_ask_for_nothing() -> None:
    waiting, _ = watched(app(capacityPerReplica=50), retry=tuple(row(i, due_end=0, committed=0) for i in range(6)))

    assert (waiting.wanted, waiting.due) == (2, 0)


def test_few_due_retries_beside_few_arrivals_are_no_reason_to_scale() -> None:
    """By arrivals alone 60 messages at one a second would be a minute old: by the work that they are, a second."""
    few, _ = watched(app(capacityPerReplica=50), rate=1, replicas=1, retry=tuple(row(i, due_end=10) for i in range(6)))

    assert few.wanted == 1


def test_nothing_is_taken_away_while_due_retries_wait() -> None:
    spec = app(capacityPerReplica=50, scaleDown={"stabilization": "0s"})
    free, _ = watched(spec, rate=2, replicas=4, polls=120)
    busy, _ = watched(spec, rate=2, replicas=4, polls=120, retry=tuple(row(i, due_end=600) for i in range(6)))

    assert free.action is Action.SCALE_DOWN
    assert busy.action is not Action.SCALE_DOWN


def test_messages_a_replica_counts_due_retries() -> None:
    spec = given.spec(scaling={"lagPerReplica": 100, "capacityPerReplica": None}, errorHandling=RETRY)
    decision, _ = watched(spec, rate=0, retry=(row(due_end=950),))

    assert decision.wanted == 10


def test_retry_topics_do_not_raise_the_usable_partitions_nor_the_lag() -> None:
    decision, _ = watched(app(capacityPerReplica=50), retry=tuple(row(i, due_end=9_000) for i in range(12)))

    assert (decision.partitions.usable, decision.partitions.count) == (6, 6)
    assert set(decision.per_partition) == {f"orders-{i}" for i in range(6)}


def asleep(**more: Any) -> tuple[AppSpec, Memory]:
    spec = given.spec(scaling={"minReplicas": 0, "scaleToZero": {"after": "60s"}, **more}, errorHandling=RETRY)
    decision, memory = watched(spec, rate=0, replicas=0, polls=20)
    assert decision.replicas == 0
    return spec, memory


@pytest.mark.parametrize("capacity", [50, None])
def test_an_app_at_zero_wakes_when_a_retry_is_due(capacity: int | None) -> None:
    spec, memory = asleep(capacityPerReplica=capacity)
    decision, _ = watched(spec, rate=0, replicas=0, polls=1, start=20, memory=memory, retry=(row(due_end=1),))

    assert (decision.replicas, decision.write, decision.reason) == (1, True, "MessagesWaiting")


def test_an_app_at_zero_wakes_by_the_other_rule_too() -> None:
    spec, memory = asleep(lagPerReplica=100, capacityPerReplica=None)
    decision, _ = watched(spec, rate=0, replicas=0, polls=1, start=20, memory=memory, retry=(row(due_end=1),))

    assert decision.replicas == 1


def test_an_app_at_zero_sleeps_on_while_its_retries_wait_for_their_time() -> None:
    spec, memory = asleep()
    decision, _ = watched(spec, rate=0, replicas=0, polls=5, start=20, memory=memory, retry=(row(due_end=0),))

    assert decision.replicas == 0


@pytest.mark.parametrize("retry", [(row(due_end=1),), (row(due_end=None, fault=given.LOST),)])
def test_the_last_replica_stays_while_retries_are_due_or_nobody_knows(retry: tuple[RetryPartition, ...]) -> None:
    spec = given.spec(scaling={"minReplicas": 0, "scaleToZero": {"after": "60s"}}, errorHandling=RETRY)
    decision, _ = watched(spec, rate=0, replicas=1, polls=60, retry=retry)
    free, _ = watched(spec, rate=0, replicas=1, polls=60)

    assert decision.replicas == 1
    assert free.replicas == 0


def test_handling_retries_teaches_nothing_of_a_members_speed() -> None:
    """What members do of the sources meanwhile is not all that they can."""
    spec = given.spec(scaling={"maxReplicas": 40, "capacityPerReplica": None}, errorHandling=RETRY)
    _, alone = watched(spec, rate=10, lag=1_000)
    _, beside = watched(spec, rate=10, lag=1_000, retry=tuple(row(i, due_end=500) for i in range(6)))

    assert alone.samples
    assert not beside.samples
