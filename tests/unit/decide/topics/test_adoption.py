"""Topics that were not made here: checked, completed or left alone, and never put right or deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.topics.plan import TopicPlan
from sluicegate.model.topic import BrokerTopic, ChangeKind, TopicState, TopicsView
from tests.support.topics import DLQ, NOW, RETRY, Brokers, ask, pass_over, topic

FITTING = {"retention.ms": "1209600000", "message.timestamp.type": "LogAppendTime", "max.message.bytes": "1048588"}


def looked(
    theirs: BrokerTopic, *, adoption: str = "Check", policy: dict[str, Any] | None = None, **handling: Any
) -> tuple[TopicPlan, TopicsView, Brokers]:
    """A pass over an app whose other topic fits, with ``theirs`` made by others."""
    name = RETRY if theirs.name == DLQ else DLQ
    brokers = Brokers.having(topic(), topic(name, own=FITTING), theirs)
    asked = ask({"topics": {"adoption": adoption}, **handling}, policy=policy)
    _, found, view = pass_over(asked, brokers)
    return found, view, brokers


def state_of(view: TopicsView, name: str = DLQ) -> TopicState:
    return next(one.state for one in view.topics if one.topic.name == name)


@pytest.mark.parametrize("name", [RETRY, DLQ])
def test_a_topic_of_others_that_fits_is_left_as_it_is(name: str) -> None:
    found, view, _ = looked(topic(name, partitions=20, own={**FITTING, "retention.ms": "-1"}))
    assert (found.changes, view.reason, state_of(view, name)) == ((), "", TopicState.IN_SYNC)
    assert not any(one.created for one in view.topics)


@pytest.mark.parametrize(
    ("name", "partitions", "own", "said"),
    [
        (DLQ, 1, {}, "1 partitions instead of at least 12"),
        (DLQ, 12, {"cleanup.policy": "compact"}, "cleanup.policy is compact instead of delete"),
        (DLQ, 12, {"retention.ms": "604800000"}, "retention.ms is 604800000 instead of at least 1209600000 (336h)"),
        (DLQ, 12, {"max.message.bytes": "1000"}, "max.message.bytes is 1000 instead of at least 1048588"),
        (
            RETRY,
            12,
            {"message.timestamp.type": "CreateTime"},
            "message.timestamp.type is CreateTime instead of LogAppendTime",
        ),
    ],
)
def test_what_does_not_fit_is_spelled_out_and_nothing_is_written(
    name: str, partitions: int, own: dict[str, str], said: str
) -> None:
    found, view, _ = looked(topic(name, partitions=partitions, own={**FITTING, **own}))
    assert (found.changes, view.reason, state_of(view, name)) == (
        (),
        "TopicIncompatible",
        TopicState.INCOMPATIBLE,
    )
    assert view.message == (
        f"{name} was not made here and does not fit: {said}; change it, or set topics.adoption to Manage"
    )


def test_all_differences_are_told_at_once() -> None:
    _, view, _ = looked(topic(DLQ, partitions=1, own={"cleanup.policy": "compact"}))
    assert (
        "1 partitions instead of at least 12; cleanup.policy is compact instead of delete; retention.ms is"
        in view.message
    )


def test_the_time_of_dead_letters_of_others_is_theirs_to_choose() -> None:
    _, view, _ = looked(topic(DLQ, own={**FITTING, "message.timestamp.type": "CreateTime"}))
    assert view.reason == ""


def test_fewer_replicas_of_a_topic_of_others_are_mentioned() -> None:
    _, view, _ = looked(topic(DLQ, replication=1, own=FITTING))
    assert (view.reason, state_of(view)) == ("", TopicState.IN_SYNC)
    assert f"{DLQ} has 1 replicas of each partition instead of 3" in view.message


def test_a_topic_that_is_never_adopted_is_not_looked_at() -> None:
    found, view, _ = looked(topic(DLQ, partitions=1, own={"cleanup.policy": "compact"}), adoption="Never")
    assert (found.changes, view.reason, state_of(view)) == ((), "", TopicState.IN_SYNC)
    assert f"{DLQ} was not made here, and is not looked at: topics.adoption is Never" in view.message


def test_a_managed_topic_gets_what_is_missing_and_grows() -> None:
    theirs = topic(DLQ, partitions=1)
    found, view, brokers = looked(theirs, adoption="Manage", deadLetter={"config": {"compression.type": "zstd"}})
    of_dlq = [one for one in found.changes if one.topic == DLQ]
    assert [one.kind for one in of_dlq] == [ChangeKind.GROW, ChangeKind.CONFIGURE]
    assert of_dlq[0].partitions == 12
    assert of_dlq[1].config == {
        "compression.type": "zstd",
        "max.message.bytes": "1310732",
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": "1209600000",
    }
    assert "was not made here and is completed: 1 partitions instead of at least 12; compression.type is producer" in (
        found.view.message
    )
    assert (view.reason, state_of(view)) == ("", TopicState.IN_SYNC)
    managed = next(one for one in view.topics if one.topic.name == DLQ)
    assert (managed.partitions, managed.created) == (12, False)
    asked = replace(ask({"topics": {"adoption": "Manage"}}), remembered=view.topics)
    assert pass_over(asked, brokers)[1].changes == ()


def test_a_managed_topic_keeps_what_a_person_set_on_it() -> None:
    found, view, brokers = looked(topic(DLQ, own={**FITTING, "retention.ms": "1000"}), adoption="Manage")
    assert found.changes == ()
    assert brokers.log == []
    assert (view.reason, state_of(view)) == ("TopicIncompatible", TopicState.INCOMPATIBLE)
    assert "this was set on the topic and is kept: change it there" in view.message


def test_a_managed_topic_that_has_more_is_not_cut_down() -> None:
    theirs = topic(DLQ, partitions=30, own=FITTING)
    generous = replace(
        theirs,
        config={**theirs.config, "retention.ms": "-1", "max.message.bytes": "9000000", "min.insync.replicas": "2"},
        own=frozenset(),
    )
    found, _, _ = looked(generous, adoption="Manage")
    assert found.changes == ()


def test_a_managed_topic_grows_up_to_the_policy_and_what_lacks_is_told() -> None:
    brokers = Brokers.having(topic(), topic(DLQ, partitions=1, own=FITTING), topic(RETRY, own=FITTING))
    asked = ask({"topics": {"adoption": "Manage"}}, policy={"maxPartitions": 4})
    asked, found, view = pass_over(asked, brokers)
    assert [(one.kind, one.topic, one.partitions) for one in found.changes] == [(ChangeKind.GROW, DLQ, 4)]
    assert (view.reason, state_of(view), state_of(view, RETRY)) == (
        "TopicPolicy",
        TopicState.INCOMPATIBLE,
        TopicState.IN_SYNC,
    )
    assert pass_over(asked, brokers)[2] == view


def test_a_managed_topic_with_few_replicas_is_not_closed_to_writes() -> None:
    source = topic(own={"min.insync.replicas": "2"})
    brokers = Brokers.having(source, topic(DLQ, replication=1, own=FITTING), topic(RETRY, own=FITTING))
    _, found, view = pass_over(ask({"topics": {"adoption": "Manage"}}), brokers)
    assert [(one.topic, one.config) for one in found.changes] == [(RETRY, {"min.insync.replicas": "2"})]
    assert f"{DLQ} has 1 replicas" in view.message
    assert view.at == NOW


def test_without_a_provisioner_topics_of_others_are_only_checked_whatever_adoption_says() -> None:
    theirs = topic(DLQ, partitions=1, own=FITTING)
    found, view, _ = looked(theirs, topics={"adoption": "Manage", "provisioner": "None"})
    assert found.changes == ()
    assert view.message == (
        f"{DLQ} was not made here and does not fit: 1 partitions instead of at least 12; change it: "
        "topics.provisioner is None"
    )
