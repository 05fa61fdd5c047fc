"""The plan as a whole: what is created, what waits, what is refused, what stays known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.topics.plan import Ask, Seen, TopicPlan, plan, wants_to_read
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.resource import Key
from sluicegate.model.topic import ChangeKind, Role, TopicName, TopicStanding, TopicState
from tests.support import given
from tests.support.topics import DLQ, KEY, NOW, RETRY, Brokers, ask, pass_over, topic

OTHER = Key("shop", "older")
BROKEN = Fault(FaultKind.OTHER, "the broker coughed")
DENIED = Fault(FaultKind.DENIED, "Topic authorization failed.", retriable=False)


def planned(asked: Ask, brokers: Brokers) -> TopicPlan:
    return plan(asked, seen=brokers.seen(wants_to_read(asked)), now=NOW)


def states(found: TopicPlan) -> dict[str, TopicState]:
    return {one.topic.name: one.state for one in found.view.topics}


def test_missing_topics_are_created_and_then_nothing_is_left_to_do() -> None:
    brokers = Brokers.having(topic())
    asked, first, view = pass_over(ask(), brokers)
    assert [(one.kind, one.topic, one.partitions, one.replication) for one in first.changes] == [
        (ChangeKind.CREATE, RETRY, 12, 3),
        (ChangeKind.CREATE, DLQ, 12, 3),
    ]
    assert (first.view.reason, states(first)) == (
        "Provisioning",
        {RETRY: TopicState.MISSING, DLQ: TopicState.MISSING},
    )
    assert (view.reason, view.message, view.at) == ("", "2 topics are as they should be", NOW)
    assert [(one.state, one.created, one.id, one.partitions) for one in view.topics] == [
        (TopicState.IN_SYNC, True, "made-1", 12),
        (TopicState.IN_SYNC, True, "made-2", 12),
    ]
    again = planned(asked, brokers)
    assert again.changes == ()
    assert again.view == view


def test_an_app_that_asks_for_none_has_an_empty_plan_and_forgets_nothing() -> None:
    asked, _, _ = pass_over(ask(), Brokers.having(topic()))
    bare = replace(asked, spec=given.spec())
    found = plan(bare, seen=Seen(topics={}), now=NOW)
    assert found.changes == ()
    assert (found.view.topics, found.view.reason) == (asked.remembered, "")
    assert wants_to_read(bare) == frozenset()


def test_what_a_plan_looks_at_is_read_sources_own_topics_and_those_once_made() -> None:
    old = TopicStanding(
        topic=TopicName(role=Role.RETRY, name="orders.old", sources=()), state=TopicState.IN_SYNC, id="1", created=True
    )
    assert wants_to_read(replace(ask(), remembered=(old,))) == {"orders", RETRY, DLQ, "orders.old"}


def test_names_that_cannot_be_change_nothing_and_forget_nothing() -> None:
    brokers = Brokers.having(topic())
    asked, _, view = pass_over(ask(), brokers)
    broken = replace(ask({"deadLetter": {"nameTemplate": "{topic}"}}), remembered=asked.remembered)
    _, found, after = pass_over(broken, brokers)
    assert found.changes == ()
    assert (found.view.topics, found.view.reason) == (view.topics, "InvalidName")
    assert "is one of spec.topics" in found.view.message
    assert after == found.view
    assert wants_to_read(broken) == frozenset()


def test_nothing_is_created_while_the_source_does_not_exist() -> None:
    found = planned(ask(), Brokers.having())
    assert found.changes == ()
    assert found.view.reason == "SourceMissing"
    assert found.view.message == (
        "the source topic orders does not exist yet: create it, or correct its name in spec.topics; its retry and "
        "dead-letter topics are made when it does"
    )
    assert set(states(found).values()) == {TopicState.WAITING}


def test_topics_of_a_source_that_went_away_stay_known() -> None:
    brokers = Brokers.having(topic())
    asked, _, view = pass_over(ask(), brokers)
    del brokers.topics["orders"]
    gone, found, _ = pass_over(asked, brokers)
    assert found.changes == ()
    assert [(one.id, one.created) for one in found.view.topics] == [(one.id, one.created) for one in view.topics]
    brokers.topics["orders"] = topic(id="made-anew")
    assert planned(gone, brokers).view.topics == view.topics


def test_a_topic_of_several_sources_waits_for_all_of_them() -> None:
    asked = ask({"deadLetter": {"nameTemplate": "{group}.dlq"}}, sources=("orders", "returns"))
    found = planned(asked, Brokers.having(topic()))
    assert [one.topic for one in found.changes] == [RETRY]
    assert "the source topic returns does not exist yet" in found.view.message


@pytest.mark.parametrize(
    ("fault", "reason", "said"),
    [
        (BROKEN, "Unknown", "the broker coughed"),
        (DENIED, "NotAuthorized", "--operation Describe --operation DescribeConfigs --topic {}"),
    ],
)
@pytest.mark.parametrize("name", ["orders", DLQ])
def test_what_cannot_be_read_is_left_alone(name: str, fault: Fault, reason: str, said: str) -> None:
    brokers = Brokers.having(topic())
    asked, _, view = pass_over(ask(), brokers)
    seen = brokers.seen(wants_to_read(asked))
    found = plan(asked, seen=replace(seen, topics={**seen.topics, name: fault}), now=NOW)
    assert found.changes == ()
    assert found.view.reason == reason
    assert said.format(name) in found.view.message
    assert states(found)[DLQ] is TopicState.WAITING
    assert [(one.id, one.created) for one in found.view.topics] == [(one.id, one.created) for one in view.topics]


def test_a_topic_that_nobody_asked_about_is_not_taken_for_missing() -> None:
    for unasked in ("orders", DLQ):
        topics = {name: one for name, one in {"orders": topic(), RETRY: None, DLQ: None}.items() if name != unasked}
        found = plan(ask(), seen=Seen(topics=topics), now=NOW)
        assert DLQ not in [one.topic for one in found.changes]
        assert states(found)[DLQ] is TopicState.WAITING
        assert found.view.reason == "Unknown"
        assert f"topic {unasked!r} was not read yet" in found.view.message


def test_of_two_apps_with_one_name_the_older_keeps_it() -> None:
    found = planned(ask(claimed={DLQ: OTHER, RETRY: KEY}), Brokers.having(topic()))
    assert [one.topic for one in found.changes] == [RETRY]
    assert found.view.reason == "TopicConflict"
    assert states(found)[DLQ] is TopicState.CONFLICT
    assert f"{DLQ} belongs to KafkaConsumerApp 'older' in namespace 'shop', which is older" in found.view.message
    assert "spec.errorHandling.deadLetter.nameTemplate" in found.view.message


def test_a_conflict_over_a_retry_topic_names_its_field() -> None:
    found = planned(ask(claimed={RETRY: OTHER}), Brokers.having(topic()))
    assert "write another spec.errorHandling.retry.nameTemplate" in found.view.message


def test_a_topic_that_an_older_app_now_names_is_not_touched_and_stays_known() -> None:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask(), brokers)
    brokers.alter(DLQ, retention_ms="1")
    found = planned(replace(asked, claimed={DLQ: OTHER}), brokers)
    assert found.changes == ()
    assert [(one.state, one.id, one.created) for one in found.view.topics if one.topic.name == DLQ] == [
        (TopicState.CONFLICT, "made-2", True)
    ]


def test_a_name_that_kafka_would_take_for_another_topics_is_refused() -> None:
    twin = DLQ.replace(".", "_")
    brokers = Brokers.having(topic(), topic(twin))
    asked = ask()
    seen = brokers.seen((*wants_to_read(asked), twin))
    found = plan(asked, seen=seen, now=NOW)
    assert [one.topic for one in found.changes] == [RETRY]
    assert (found.view.reason, states(found)[DLQ]) == ("InvalidName", TopicState.REFUSED)
    assert f"'{DLQ}' and the topic '{twin}' differ in '.' and '_' only" in found.view.message


def test_twins_that_exist_already_are_nobodys_fault() -> None:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask(), brokers)
    twin = DLQ.replace(".", "_")
    brokers.topics[twin] = topic(twin)
    found = plan(asked, seen=brokers.seen((*wants_to_read(asked), twin)), now=NOW)
    assert (found.changes, found.view.reason) == ((), "")


@pytest.mark.parametrize(
    ("handling", "policy", "reason"),
    [
        ({"deadLetter": {"retention": "48h"}}, {"maxRetention": "24h"}, "TopicPolicy"),
        ({"deadLetter": {"config": {"local.retention.ms": "1"}}}, None, "BrokerRefused"),
    ],
)
def test_what_is_refused_is_not_created_and_the_rest_is(
    handling: dict[str, Any], policy: dict[str, Any] | None, reason: str
) -> None:
    found = planned(ask(handling, policy=policy), Brokers.having(topic()))
    assert [one.topic for one in found.changes] == [RETRY]
    assert (found.view.reason, states(found)[DLQ]) == (reason, TopicState.REFUSED)


def test_partitions_that_the_policy_takes_away_are_created_without_and_told() -> None:
    brokers = Brokers.having(topic())
    asked, first, view = pass_over(ask(policy={"maxPartitions": 4}), brokers)
    assert [one.partitions for one in first.changes] == [4, 4]
    assert view.reason == "TopicPolicy"
    assert "gets 4 partitions, its source has 12" in view.message
    again = planned(asked, brokers)
    assert (again.changes, again.view) == ((), view)


def test_whoever_makes_the_topics_elsewhere_is_not_bound_by_the_policy() -> None:
    asked = ask({"topics": {"provisioner": "None"}}, policy={"allowedPrefixes": ["team-"], "maxPartitions": 1})
    found = planned(asked, Brokers.having(topic()))
    assert found.changes == ()
    assert found.view.reason == "TopicIncompatible"
    assert f"{DLQ} does not exist, and topics.provisioner is None: create it, or write Admin" in found.view.message


def test_topics_of_an_earlier_spec_stay_and_stay_known() -> None:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask({"retry": {"delays": ["1m"]}}), brokers)
    asked, found, view = pass_over(replace(ask(), remembered=asked.remembered), brokers)
    old = "orders.orders-v1.retry-1m"
    assert [one.topic for one in found.changes] == [RETRY]
    left = next(one for one in view.topics if one.topic.name == old)
    assert (left.state, left.id, left.created) == (TopicState.IN_SYNC, "made-1", True)
    assert "is not asked for any more: it stays" in left.message
    assert view.reason == ""
    assert old in [one.topic.name for one in planned(asked, brokers).view.topics]


def test_of_what_is_left_behind_only_our_own_is_remembered() -> None:
    def standing(name: str, *, created: bool = True, state: TopicState = TopicState.IN_SYNC) -> TopicStanding:
        made = TopicName(role=Role.RETRY, name=name, sources=())
        return TopicStanding(topic=made, state=state, id=f"id-{name}", created=created)

    asked = replace(
        ask(),
        remembered=(
            standing("gone"),
            standing("anew"),
            standing("theirs", created=False),
            standing("hidden"),
            standing("ours"),
        ),
    )
    brokers = Brokers.having(topic(), topic("anew", id="other"), topic("theirs"), topic("ours"))
    seen = brokers.seen(wants_to_read(asked))
    found = plan(asked, seen=replace(seen, topics={**seen.topics, "hidden": BROKEN}), now=NOW)
    assert [one.topic.name for one in found.view.topics] == [RETRY, DLQ, "hidden", "ours"]


def test_no_more_is_remembered_than_a_status_can_tell_of() -> None:
    old = [topic(f"old-{number}") for number in range(200)]
    remembered = tuple(
        TopicStanding(
            topic=TopicName(role=Role.RETRY, name=one.name, sources=()),
            state=TopicState.IN_SYNC,
            id=one.id,
            created=True,
        )
        for one in old
    )
    found = planned(replace(ask(), remembered=remembered), Brokers.having(topic(), *old))
    assert len(found.view.topics) == 128
    assert [one.topic.name for one in found.view.topics[:2]] == [RETRY, DLQ]
