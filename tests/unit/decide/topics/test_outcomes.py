"""What stands before, while and after a plan is carried out: what a restart must find to know its own topics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sluicegate.decide.topics.plan import Ask, Seen, TopicPlan, after, intent, plan, wants_to_read
from sluicegate.decide.topics.settings import MARKS
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import ChangeKind, Outcome, TopicState, TopicsView
from tests.support.topics import DLQ, NOW, RETRY, Brokers, ask, pass_over, topic

LATER = NOW + 5
DENIED = Fault(FaultKind.DENIED, "Authorization failed.", retriable=False)
POLICY = Fault(FaultKind.OTHER, "Topic does not satisfy the policy: partitions")
TIMED_OUT = Fault(FaultKind.TIMED_OUT, "Local: Timed out")


def planned(asked: Ask, brokers: Brokers) -> TopicPlan:
    return plan(asked, seen=brokers.seen(wants_to_read(asked)), now=NOW)


def tell(view: TopicsView, name: str = DLQ) -> tuple[TopicState, bool, str]:
    one = next(one for one in view.topics if one.topic.name == name)
    return one.state, one.created, one.id


def intended(found: TopicPlan) -> TopicsView:
    view = intent(found)
    assert view is not None
    return view


def test_what_will_be_created_is_remembered_as_such_first() -> None:
    brokers = Brokers.having(topic(), topic(RETRY))
    view = intended(planned(ask(), brokers))
    assert tell(view) == (TopicState.CREATING, False, "")
    assert tell(view, RETRY)[0] is TopicState.INCOMPATIBLE
    assert (view.reason, view.message) == ("Provisioning", f"about to create {DLQ}")


def test_nothing_is_remembered_first_where_nothing_is_created() -> None:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask(), brokers)
    brokers.alter("orders", partitions=20)
    assert intent(planned(asked, brokers)) is None


def test_a_restart_after_the_creation_knows_its_topics() -> None:
    brokers = Brokers.having(topic())
    found = planned(ask(), brokers)
    brokers.apply(found.changes)
    _, again, view = pass_over(replace(ask(), remembered=intended(found).topics), brokers)
    assert again.changes == ()
    assert (view.reason, tell(view)) == ("", (TopicState.IN_SYNC, True, "made-2"))


def test_a_restart_before_the_creation_makes_them() -> None:
    brokers = Brokers.having(topic())
    remembered = intended(planned(ask(), brokers)).topics
    _, again, view = pass_over(replace(ask(), remembered=remembered), brokers)
    assert {one.kind for one in again.changes} == {ChangeKind.CREATE}
    assert tell(view) == (TopicState.IN_SYNC, True, "made-2")


@pytest.mark.parametrize("lost", sorted(MARKS))
def test_a_topic_that_others_made_in_between_is_theirs(lost: str) -> None:
    brokers = Brokers.having(topic())
    found = planned(ask(), brokers)
    config = next(one.config for one in found.changes if one.topic == DLQ)
    brokers.topics[DLQ] = topic(DLQ, own={name: value for name, value in config.items() if name != lost})
    _, _, view = pass_over(replace(ask(), remembered=intended(found).topics), brokers)
    assert tell(view)[1:] == (False, f"id-{DLQ}")


def test_what_is_about_to_be_made_stays_so_while_nothing_can_be_read() -> None:
    brokers = Brokers.having(topic())
    asked = replace(ask(), remembered=intended(planned(ask(), brokers)).topics)
    found = plan(asked, seen=Seen(topics={"orders": topic(), RETRY: TIMED_OUT, DLQ: TIMED_OUT}), now=NOW)
    assert tell(found.view) == (TopicState.CREATING, False, "")
    found = plan(asked, seen=Seen(topics={"orders": TIMED_OUT}), now=NOW)
    assert tell(found.view) == (TopicState.CREATING, False, "")


def test_what_was_made_while_the_source_went_away_is_known_all_the_same() -> None:
    brokers = Brokers.having(topic())
    found = planned(ask(), brokers)
    brokers.apply(found.changes)
    del brokers.topics["orders"]
    waiting = planned(replace(ask(), remembered=intended(found).topics), brokers)
    assert tell(waiting.view) == (TopicState.WAITING, True, "made-2")


def test_a_topic_whose_id_nobody_told_is_known_by_the_next_look() -> None:
    brokers = Brokers.having(topic())
    found = planned(ask(), brokers)
    outcomes = [replace(one, id="") for one in brokers.apply(found.changes)]
    view = after(found, outcomes, now=LATER)
    assert (view.reason, tell(view), view.at) == ("Provisioning", (TopicState.CREATING, False, ""), LATER)
    assert f"{DLQ} was created" in view.message
    _, again, view = pass_over(replace(ask(), remembered=view.topics), brokers)
    assert (again.changes, tell(view)) == ((), (TopicState.IN_SYNC, True, "made-2"))


def test_a_topic_that_was_there_after_all_is_not_ours() -> None:
    brokers = Brokers.having(topic())
    found = planned(ask(), brokers)
    brokers.topics[DLQ] = topic(DLQ)
    view = after(found, brokers.apply(found.changes), now=LATER)
    assert (view.reason, tell(view)) == ("Provisioning", (TopicState.WAITING, False, ""))
    assert f"{DLQ} was made by somebody else in this moment" in view.message
    _, again, view = pass_over(replace(ask(), remembered=view.topics), brokers)
    assert (again.changes, tell(view)[1]) == ((), False)


def test_a_refused_creation_is_told_in_the_brokers_words_and_the_rest_is_made() -> None:
    brokers = Brokers.having(topic())
    brokers.refuses[DLQ] = POLICY
    asked, _, view = pass_over(ask(), brokers)
    assert (view.reason, tell(view), tell(view, RETRY)) == (
        "BrokerRefused",
        (TopicState.REFUSED, False, ""),
        (TopicState.IN_SYNC, True, "made-1"),
    )
    assert view.message == f"{DLQ} could not be created: {POLICY.message}"
    brokers.refuses.clear()
    assert [one.topic for one in planned(asked, brokers).changes] == [DLQ]


def test_a_creation_that_may_have_happened_stays_about_to_be_made() -> None:
    brokers = Brokers.having(topic())
    found = planned(ask(), brokers)
    outcomes = [replace(one, fault=TIMED_OUT, id="") for one in brokers.apply(found.changes)]
    view = after(found, outcomes, now=LATER)
    assert (view.reason, tell(view)) == ("BrokerRefused", (TopicState.CREATING, False, ""))
    _, again, view = pass_over(replace(ask(), remembered=view.topics), brokers)
    assert (again.changes, tell(view)) == ((), (TopicState.IN_SYNC, True, "made-2"))


def test_a_missing_right_is_told_with_the_command_that_gives_it() -> None:
    brokers = Brokers.having(topic())
    brokers.refuses |= {RETRY: DENIED, DLQ: DENIED}
    _, _, view = pass_over(ask(), brokers)
    assert (view.reason, tell(view)[0]) == ("NotAuthorized", TopicState.REFUSED)
    assert f"{DLQ} could not be created: Authorization failed." in view.message
    assert (
        "to allow it: kafka-acls.sh --bootstrap-server <brokers> --add "
        f'--allow-principal "User:<operator\'s principal>" --operation Create --topic {DLQ} --topic {RETRY}'
    ) in view.message


def test_what_was_not_tried_stands_as_before() -> None:
    brokers = Brokers.having(topic())
    found = planned(ask(), brokers)
    assert after(found, [], now=NOW) == found.view


def test_a_failed_change_of_settings_leaves_the_topic_drifted_and_ours() -> None:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask(), brokers)
    brokers.alter("orders", partitions=20)
    brokers.alter(DLQ, retention_ms="1")
    found = planned(asked, brokers)
    outcomes = [
        Outcome(change=one, fault=DENIED if one.kind is ChangeKind.CONFIGURE else None) for one in found.changes
    ]
    view = after(found, outcomes, now=LATER)
    assert (view.reason, tell(view)) == ("NotAuthorized", (TopicState.DRIFTED, True, "made-2"))
    assert f"{DLQ} could not be given retention.ms: Authorization failed." in view.message
    assert "--operation AlterConfigs" in view.message
    assert [one.partitions for one in view.topics] == [20, 20]


def test_a_failed_growth_is_told() -> None:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask(), brokers)
    brokers.alter("orders", partitions=20)
    brokers.refuses[DLQ] = POLICY
    _, _, view = pass_over(asked, brokers)
    assert view.reason == "BrokerRefused"
    assert f"{DLQ} could not be grown to 20 partitions" in view.message
    assert [one.partitions for one in view.topics] == [20, 12]


def test_what_is_left_behind_stays_in_the_view() -> None:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask({"retry": {"delays": ["1m"]}}), brokers)
    _, _, view = pass_over(replace(ask(), remembered=asked.remembered), brokers)
    assert tell(view, "orders.orders-v1.retry-1m") == (TopicState.IN_SYNC, True, "made-1")
