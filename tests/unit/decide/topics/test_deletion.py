"""What goes with an app: only what was made for it, and only where everybody agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.topics.plan import Ask, on_deletion
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.resource import Key
from sluicegate.model.topic import ChangeKind, TopicState
from tests.support import given
from tests.support.topics import DLQ, RETRY, Brokers, ask, pass_over, topic

DELETE: dict[str, Any] = {"topics": {"deletion": "Delete"}}
ALLOWED = {"mayDelete": True}


def made(handling: dict[str, Any], policy: dict[str, Any] | None) -> tuple[Ask, Brokers]:
    brokers = Brokers.having(topic())
    asked, _, _ = pass_over(ask(handling, policy=policy), brokers)
    return asked, brokers


def deleted(asked: Ask, brokers: Brokers) -> list[str]:
    found = on_deletion(asked, seen=brokers.seen(one.topic.name for one in asked.remembered))
    assert all(one.kind is ChangeKind.DELETE and one.id and not one.force for one in found)
    return [one.topic for one in found]


def test_topics_go_with_the_app_where_it_and_its_connection_say_so() -> None:
    asked, brokers = made(DELETE, ALLOWED)
    assert deleted(asked, brokers) == [RETRY, DLQ]
    assert [one.fault for one in brokers.apply(on_deletion(asked, seen=brokers.seen([RETRY, DLQ])))] == [None, None]
    assert set(brokers.topics) == {"orders"}


@pytest.mark.parametrize(
    ("handling", "policy"),
    [
        ({}, ALLOWED),
        (DELETE, {"mayDelete": False}),
        (DELETE, {}),
        (DELETE, None),
        ({"topics": {"deletion": "Delete", "provisioner": "None"}}, ALLOWED),
    ],
)
def test_topics_stay_where_one_of_them_does_not_say_so(handling: dict[str, Any], policy: dict[str, Any] | None) -> None:
    asked, brokers = made(DELETE, ALLOWED)
    kept = replace(ask(handling, policy=policy), remembered=asked.remembered)
    assert deleted(kept, brokers) == []


def test_topics_stay_once_the_app_asks_for_none() -> None:
    asked, brokers = made(DELETE, ALLOWED)
    bare = replace(asked, spec=given.spec())
    assert on_deletion(bare, seen=brokers.seen([RETRY, DLQ])) == ()


def test_topics_of_others_stay() -> None:
    brokers = Brokers.having(topic(), topic(RETRY), topic(DLQ))
    asked, _, _ = pass_over(ask(DELETE, policy=ALLOWED), brokers)
    assert deleted(asked, brokers) == []


def test_a_topic_that_was_made_again_by_hand_stays() -> None:
    asked, brokers = made(DELETE, ALLOWED)
    brokers.topics[DLQ] = topic(DLQ, id="by-hand")
    assert deleted(asked, brokers) == [RETRY]


def test_a_topic_that_was_only_about_to_be_made_stays() -> None:
    asked, brokers = made(DELETE, ALLOWED)
    waiting = tuple(replace(one, state=TopicState.CREATING, id="", created=False) for one in asked.remembered)
    assert deleted(replace(asked, remembered=waiting), brokers) == []


def test_topics_that_are_gone_or_cannot_be_read_are_not_deleted() -> None:
    asked, brokers = made(DELETE, ALLOWED)
    del brokers.topics[RETRY]
    seen = brokers.seen([RETRY, DLQ])
    hidden = replace(seen, topics={**seen.topics, DLQ: Fault(FaultKind.OTHER, "no")})
    assert on_deletion(asked, seen=hidden) == ()


def test_a_topic_that_another_app_names_stays() -> None:
    asked, brokers = made(DELETE, ALLOWED)
    claimed = {DLQ: Key("shop", "other"), RETRY: asked.key}
    assert deleted(replace(asked, claimed=claimed), brokers) == [RETRY]


def test_a_topic_that_the_app_has_come_to_consume_stays() -> None:
    asked, brokers = made(DELETE, ALLOWED)
    reader = replace(asked, spec=ask(DELETE, sources=("orders", DLQ)).spec)
    assert deleted(reader, brokers) == [RETRY]


def test_topics_of_an_earlier_spec_go_too() -> None:
    asked, brokers = made({**DELETE, "retry": {"delays": ["1m"]}}, ALLOWED)
    asked, _, _ = pass_over(replace(ask(DELETE, policy=ALLOWED), remembered=asked.remembered), brokers)
    assert sorted(deleted(asked, brokers)) == sorted([RETRY, DLQ, "orders.orders-v1.retry-1m"])
