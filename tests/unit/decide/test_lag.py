"""Lag of each partition: known with reason, or unknown with reason; never zero for want of knowledge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.lag import Reading, read
from sluicegate.model.kafka import Fault, FaultKind, Partition
from sluicegate.model.known import Known, Unknown
from sluicegate.model.memory import Memory
from tests.support import given

LOST = Fault(FaultKind.LEADER, "broker 3 is gone")


def reading(*parts: Partition, memory: Memory | None = None, **kafka: Any) -> tuple[Reading, Memory]:
    app = given.spec(kafka=kafka)
    seen = given.observation(parts)
    return read(kafka=app.kafka, topics=app.topics, observation=seen, memory=memory or Memory())


@pytest.mark.parametrize(
    ("told", "kafka", "lag"),
    [
        ({"committed": 900}, {}, 100),
        ({"committed": 1000}, {}, 0),
        ({"committed": 100, "start": 400}, {}, 600),
        ({"committed": None}, {"offsetReset": "Earliest"}, 1000),
        ({"committed": None, "start": 200}, {"offsetReset": "Earliest"}, 800),
        ({"committed": None}, {"offsetReset": "Latest"}, 0),
        ({"committed": None, "start": 1000}, {}, 0),
        ({"committed": 900, "stable": 950}, {}, 50),
        ({"committed": 900, "stable": 950}, {"isolationLevel": "ReadCommitted"}, 50),
        ({"committed": 900, "stable": 950}, {"isolationLevel": "ReadUncommitted"}, 100),
        ({"committed": 900, "stable": None}, {"isolationLevel": "ReadUncommitted"}, 100),
        ({"committed": 960, "stable": 950}, {}, 40),
    ],
)
def test_lag_is_what_the_group_has_still_to_read(told: dict[str, Any], kafka: dict[str, Any], lag: int) -> None:
    found, _ = reading(given.partition(**told), **kafka)
    assert found.lags == (lag,)
    assert found.total == Known(lag)


@pytest.mark.parametrize(
    ("told", "kafka", "reason", "words"),
    [
        ({"committed": None}, {}, "NeverCommitted", "spec.kafka.offsetReset"),
        ({"committed": 1001}, {}, "OffsetBeyondEnd", "1001"),
        ({"committed": 1001}, {"isolationLevel": "ReadUncommitted"}, "OffsetBeyondEnd", "reset the group's offsets"),
        ({"committed": 960, "stable": 950}, {"isolationLevel": "ReadCommitted"}, "OffsetBeyondEnd", "isolationLevel"),
        ({"committed": 900, "stable": None}, {}, "OffsetUnknown", "last stable offset"),
        ({"committed": 900, "start": None}, {}, "OffsetUnknown", "start"),
        ({"end": None, "stable": None, "committed": None, "fault": LOST}, {}, "LeaderUnavailable", "broker 3 is gone"),
    ],
)
def test_what_cannot_be_known_says_why(told: dict[str, Any], kafka: dict[str, Any], reason: str, words: str) -> None:
    found, _ = reading(given.partition(**told), **kafka)
    assert found.lags == (None,)
    assert isinstance(found.total, Unknown)
    assert found.total.reason == reason
    assert words in found.total.message


def test_a_sum_is_known_only_when_every_part_is() -> None:
    found, _ = reading(given.partition(0, committed=900), given.partition(1, committed=None))
    assert found.lags == (100, None)
    assert isinstance(found.total, Unknown)


def test_uncommitted_reading_once_proven_stays() -> None:
    _, memory = reading(given.partition(committed=960, stable=950))
    assert memory.uncommitted_proven
    found, memory = reading(given.partition(committed=900, stable=950), memory=memory)
    assert found.lags == (100,)
    assert memory.uncommitted_proven


def test_latest_counts_from_where_the_partition_was_first_seen() -> None:
    _, memory = reading(given.partition(committed=None, end=1000), offsetReset="Latest")
    found, memory = reading(given.partition(committed=None, end=1300), offsetReset="Latest", memory=memory)
    assert found.lags == (300,)
    found, memory = reading(given.partition(committed=1250, end=1300), offsetReset="Latest", memory=memory)
    assert found.lags == (50,)
    assert memory.first_end == ()


def test_a_topic_made_anew_voids_what_was_remembered_of_it() -> None:
    old = replace(Memory(), started=1.0, first_end=(("orders-0", 900),), topic_ids=(("orders", "old"),))
    found, memory = reading(given.partition(committed=None, end=5), offsetReset="Latest", memory=old)
    assert found.lags == (0,)
    assert memory.started is None
    assert memory.topic_ids == (("orders", "id-orders"),)


def test_a_named_topic_that_is_not_there_makes_the_lag_unknown() -> None:
    app = given.spec(topics=("orders", "refunds"))
    seen = given.observation(given.partitions(0))
    found, _ = read(kafka=app.kafka, topics=app.topics, observation=seen, memory=Memory())
    assert isinstance(found.total, Unknown)
    assert found.total.reason == "TopicNotFound"
    assert "refunds" in found.total.message
    assert not found.complete


def test_a_group_without_offsets_and_without_topics_named_was_never_committed() -> None:
    app = given.spec(topics=None)
    found, _ = read(kafka=app.kafka, topics=None, observation=given.observation(()), memory=Memory())
    assert isinstance(found.total, Unknown)
    assert found.total.reason == "NeverCommitted"
    assert "spec.topics" in found.total.message


def test_a_fault_of_the_cluster_is_told_in_the_brokers_words() -> None:
    app = given.spec()
    seen = given.observation((), fault=Fault(FaultKind.DENIED, "Group authorization failed"))
    found, _ = read(kafka=app.kafka, topics=app.topics, observation=seen, memory=Memory())
    assert found.blind
    assert isinstance(found.total, Unknown)
    assert (found.total.reason, "Group authorization failed" in found.total.message) == ("NotAuthorized", True)


def sweeps(*parts: Partition, memory: Memory | None = None) -> tuple[Reading, Memory]:
    """The last of sweeps that see these, one after another."""
    found, memory = reading(parts[0], memory=memory)
    for part in parts[1:]:
        found, memory = reading(part, memory=memory)
    return found, memory


OPEN = given.partition(end=1000, stable=990, committed=990)
REST = given.partition(end=1001, stable=1001, committed=999)


def test_a_rest_of_two_after_a_transaction_is_settled_at_the_third_sweep() -> None:
    two, memory = sweeps(OPEN, REST, REST)
    assert two.lags == (2,)
    three, _ = reading(REST, memory=memory)
    assert three.lags == (0,)


def test_without_a_transaction_seen_a_rest_is_a_message_that_waits() -> None:
    found, _ = sweeps(*[REST] * 9)
    assert found.lags == (2,)


def test_a_rest_of_three_is_never_settled() -> None:
    found, _ = sweeps(OPEN, *[given.partition(end=1001, committed=998)] * 9)
    assert found.lags == (3,)


def test_a_new_record_ends_the_settlement() -> None:
    _, memory = sweeps(OPEN, *[REST] * 4)
    found, _ = reading(given.partition(end=1002, committed=1000), memory=memory)
    assert found.lags == (2,)


def test_a_settled_rest_stays_settled_when_the_members_are_gone() -> None:
    _, memory = sweeps(OPEN, *[REST] * 4)
    app = given.spec()
    empty = given.observation((REST,), replicas=0)
    found, _ = read(kafka=app.kafka, topics=app.topics, observation=empty, memory=memory)
    assert found.lags == (0,)


def test_a_rest_is_not_counted_while_the_group_is_not_stable_and_is_kept_while_it_cannot_be_read() -> None:
    app = given.spec()
    _, memory = sweeps(OPEN, REST, REST)
    moving = given.observation((REST,), group=given.group(given.dealt((REST,), 1), state="PreparingRebalance"))
    found, memory = read(kafka=app.kafka, topics=app.topics, observation=moving, memory=memory)
    assert found.lags == (2,)
    _, memory = sweeps(REST, REST, REST, memory=memory)
    _, memory = reading(given.partition(end=None, stable=None, committed=None, fault=LOST), memory=memory)
    found, _ = reading(REST, memory=memory)
    assert found.lags == (0,)


def test_where_reading_began_is_kept_while_a_partition_cannot_be_read() -> None:
    _, memory = reading(given.partition(committed=None, end=1000), offsetReset="Latest")
    gone = given.partition(end=None, stable=None, committed=None, fault=LOST)
    _, memory = reading(gone, offsetReset="Latest", memory=memory)
    found, _ = reading(given.partition(committed=None, end=1300), offsetReset="Latest", memory=memory)
    assert found.lags == (300,)
