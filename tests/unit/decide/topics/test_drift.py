"""Topics that were made here: they follow their source, and what was done to them by hand is undone or told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.topics.plan import Ask
from sluicegate.model.topic import ChangeKind, TopicState, TopicsView
from tests.support.topics import DLQ, RETRY, Brokers, ask, pass_over, topic


def made(handling: dict[str, Any] | None = None, **more: Any) -> tuple[Ask, Brokers]:
    """An app whose topics were just made."""
    brokers = Brokers.having(topic(own={"min.insync.replicas": "2"}))
    asked, _, view = pass_over(ask(handling, **more), brokers)
    assert view.reason in ("", "TopicPolicy")
    brokers.log.clear()
    return asked, brokers


def dlq(view: TopicsView) -> tuple[TopicState, int | None, bool]:
    found = next(one for one in view.topics if one.topic.name == DLQ)
    return found.state, found.partitions, found.created


REPORT = {"topics": {"drift": "Report"}}


def test_what_somebody_changed_is_put_right_and_only_that() -> None:
    asked, brokers = made()
    brokers.alter(DLQ, retention_ms="1000", cleanup_policy="compact", segment_ms="5")
    asked, found, view = pass_over(asked, brokers)
    (change,) = found.changes
    assert (change.kind, change.topic) == (ChangeKind.CONFIGURE, DLQ)
    assert change.config == {"cleanup.policy": "delete", "retention.ms": "1209600000"}
    assert found.view.reason == "TopicDrifted"
    assert "cleanup.policy is compact instead of delete, retention.ms is 1000 instead of 1209600000" in (
        found.view.message
    )
    assert (view.reason, dlq(view)) == ("", (TopicState.IN_SYNC, 12, True))
    assert pass_over(asked, brokers)[1].changes == ()


def test_drift_that_is_only_reported_is_left_as_it_is() -> None:
    asked, brokers = made(REPORT)
    brokers.alter(DLQ, retention_ms="1000")
    _, found, view = pass_over(asked, brokers)
    assert found.changes == ()
    assert (view.reason, dlq(view)) == ("TopicDrifted", (TopicState.DRIFTED, 12, True))
    assert "retention.ms is 1000 instead of 1209600000; topics.drift is Report: change it, or write Revert" in (
        view.message
    )


@pytest.mark.parametrize("drift", ["Revert", "Report"])
def test_partitions_follow_the_source(drift: str) -> None:
    asked, brokers = made({"topics": {"drift": drift}})
    brokers.alter("orders", partitions=20)
    asked, found, view = pass_over(asked, brokers)
    assert [(one.kind, one.topic, one.partitions) for one in found.changes] == [
        (ChangeKind.GROW, RETRY, 20),
        (ChangeKind.GROW, DLQ, 20),
    ]
    assert found.view.reason == "Provisioning"
    assert f"{DLQ} grows from 12 to 20 partitions" in found.view.message
    assert (view.reason, dlq(view)) == ("", (TopicState.IN_SYNC, 20, True))
    assert pass_over(asked, brokers)[1].changes == ()


def test_partitions_follow_the_source_even_while_drift_is_only_reported() -> None:
    asked, brokers = made(REPORT)
    brokers.alter("orders", partitions=20)
    brokers.alter(DLQ, retention_ms="1000")
    _, found, view = pass_over(asked, brokers)
    assert {one.kind for one in found.changes} == {ChangeKind.GROW}
    assert (view.reason, dlq(view)) == ("TopicDrifted", (TopicState.DRIFTED, 20, True))


def test_partitions_never_go_down() -> None:
    asked, brokers = made()
    brokers.alter(DLQ, partitions=40)
    _, found, view = pass_over(asked, brokers)
    assert (found.changes, view.reason, dlq(view)) == ((), "", (TopicState.IN_SYNC, 40, True))


def test_partitions_grow_up_to_the_policy_and_what_lacks_is_told() -> None:
    asked, brokers = made(policy={"maxPartitions": 16})
    brokers.alter("orders", partitions=20)
    asked, found, view = pass_over(asked, brokers)
    assert [one.partitions for one in found.changes] == [16, 16]
    assert (view.reason, dlq(view)) == ("TopicPolicy", (TopicState.INCOMPATIBLE, 16, True))
    _, found, again = pass_over(asked, brokers)
    assert (found.changes, again) == ((), view)


def test_more_partitions_than_the_policy_has_since_allowed_lack_nothing() -> None:
    asked, brokers = made()
    bounded = replace(ask(policy={"maxPartitions": 4}), remembered=asked.remembered)
    _, found, view = pass_over(bounded, brokers)
    assert (found.changes, view.reason) == ((), "")


def test_settings_follow_the_source() -> None:
    asked, brokers = made()
    brokers.alter("orders", max_message_bytes="5000000")
    _, found, _ = pass_over(asked, brokers)
    assert [one.config for one in found.changes] == [{"max.message.bytes": "5262144"}] * 2


def test_settings_follow_the_spec() -> None:
    asked, brokers = made()
    other = ask({"deadLetter": {"retention": "48h", "config": {"compression.type": "zstd"}}})
    _, found, _ = pass_over(replace(other, remembered=asked.remembered), brokers)
    assert [(one.topic, one.config) for one in found.changes] == [
        (DLQ, {"compression.type": "zstd", "retention.ms": "172800000"})
    ]


def test_growth_and_settings_are_changed_in_one_pass() -> None:
    asked, brokers = made()
    brokers.alter("orders", partitions=20)
    brokers.alter(DLQ, cleanup_policy="compact")
    asked, found, view = pass_over(asked, brokers)
    assert [one.kind for one in found.changes if one.topic == DLQ] == [ChangeKind.GROW, ChangeKind.CONFIGURE]
    assert dlq(view) == (TopicState.IN_SYNC, 20, True)


def test_fewer_replicas_are_told_and_never_changed() -> None:
    asked, brokers = made()
    brokers.topics[DLQ] = replace(brokers.topics[DLQ], replication=2)
    _, found, view = pass_over(asked, brokers)
    assert (found.changes, view.reason, dlq(view)[0]) == ((), "TopicDrifted", TopicState.DRIFTED)
    assert f"{DLQ} has 2 replicas of each partition instead of 3: this is not changed here" in view.message


def test_a_topic_with_fewer_replicas_is_not_closed_to_writes() -> None:
    asked, brokers = made()
    brokers.topics[DLQ] = replace(brokers.topics[DLQ], replication=1)
    asked, found, _ = pass_over(asked, brokers)
    assert [(one.topic, one.config) for one in found.changes] == [(DLQ, {"min.insync.replicas": "1"})]
    assert pass_over(asked, brokers)[1].changes == ()


def test_a_value_that_brokers_tell_otherwise_is_no_drift() -> None:
    asked, brokers = made({"deadLetter": {"config": {"segment.ms": "010"}}})
    brokers.alter(DLQ, segment_ms="10")
    assert pass_over(asked, brokers)[1].changes == ()


def test_a_topic_deleted_by_hand_is_made_again_as_another() -> None:
    asked, brokers = made()
    del brokers.topics[DLQ]
    asked, found, view = pass_over(asked, brokers)
    assert [(one.kind, one.topic) for one in found.changes] == [(ChangeKind.CREATE, DLQ)]
    assert (view.reason, dlq(view)) == ("", (TopicState.IN_SYNC, 12, True))
    assert view.topics[-1].id == "made-3"


def test_a_topic_deleted_by_hand_is_only_told_where_drift_is_only_reported() -> None:
    asked, brokers = made(REPORT)
    del brokers.topics[DLQ]
    asked, found, view = pass_over(asked, brokers)
    assert (found.changes, view.reason, dlq(view)[0]) == ((), "TopicDrifted", TopicState.MISSING)
    assert f"{DLQ} was made here and is gone; topics.drift is Report: create it, or write Revert" in view.message
    willing = replace(ask(), remembered=asked.remembered)
    assert [one.kind for one in pass_over(willing, brokers)[1].changes] == [ChangeKind.CREATE]


def test_a_topic_made_again_by_hand_is_not_ours() -> None:
    asked, brokers = made()
    brokers.topics[DLQ] = topic(DLQ, partitions=1, id="by-hand")
    _, found, view = pass_over(asked, brokers)
    assert (found.changes, view.reason, dlq(view)) == (
        (),
        "TopicIncompatible",
        (TopicState.INCOMPATIBLE, 1, False),
    )


def test_without_a_provisioner_our_own_are_only_checked() -> None:
    asked, brokers = made()
    brokers.alter(DLQ, cleanup_policy="compact", segment_ms="5")
    checked = replace(ask({"topics": {"provisioner": "None"}}), remembered=asked.remembered)
    _, found, view = pass_over(checked, brokers)
    assert (found.changes, dlq(view)) == ((), (TopicState.INCOMPATIBLE, 12, True))
    assert view.message == (
        f"{DLQ} does not fit: cleanup.policy is compact instead of delete; change it: topics.provisioner is None"
    )
