"""The parking topic before a redrive begins: made like the DLQ, within the policy, or refused with a remedy."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.control.access import Access
from sluicegate.control.records import AppRecord
from sluicegate.control.redrives.prepare import Refused, Unready, prepare
from sluicegate.control.store import Store
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.model.resource import Key
from sluicegate.model.topic import ChangeKind
from tests.support.topics import Brokers, Port, topic
from tests.unit.control.bodies import app, connection, redrive

DLQ = "orders.g.dlq"


async def prepared(brokers: Brokers, *, policy: dict[str, Any] | None = None, **topics: str) -> None:
    store = Store()
    body = app()
    body["spec"]["errorHandling"] = {"topics": topics}
    store.apps.put(body)
    store.connections.put(connection(**({} if policy is None else {"topicPolicy": policy})))
    store.redrives.put(redrive(name="again", to="Park"))
    record = store.redrives.get(Key("shop", "again"))
    assert record is not None

    async def access_of(record: AppRecord) -> Access:
        return Access(config=ClientConfig(settings=()))

    await prepare(record, store=store, kafka=Port(brokers), access_of=access_of, owners=lambda _: {})


async def test_it_is_made_like_the_dead_letter_topic_once() -> None:
    brokers = Brokers.having(topic(), topic(DLQ, partitions=6, own={"retention.ms": "-1"}))
    await prepared(brokers)
    await prepared(brokers)
    (change,) = brokers.log
    assert (change.kind, change.topic, change.partitions) == (ChangeKind.CREATE, f"{DLQ}.parked", 6)
    assert change.config["retention.ms"] == "-1"


async def test_the_policy_of_the_connection_holds_for_it_too() -> None:
    brokers = Brokers.having(topic(), topic(DLQ))
    with pytest.raises(Refused, match=r"begins with none of topicPolicy\.allowedPrefixes"):
        await prepared(brokers, policy={"allowedPrefixes": ["team-"]})
    await prepared(brokers, policy={"maxPartitions": 3})
    assert [one.partitions for one in brokers.log] == [3]


async def test_a_missing_right_is_told_with_the_command_that_gives_it() -> None:
    brokers = Brokers.having(topic(), topic(DLQ))
    brokers.refuses[f"{DLQ}.parked"] = Fault(FaultKind.DENIED, "Authorization failed.")
    with pytest.raises(Unready, match=f"--operation Create --topic {DLQ}.parked"):
        await prepared(brokers)


async def test_it_is_asked_for_where_the_operator_makes_no_topics() -> None:
    brokers = Brokers.having(topic(), topic(DLQ))
    with pytest.raises(Unready, match=f"create topic {DLQ}.parked: topics.provisioner of the app is None"):
        await prepared(brokers, provisioner="None")
    assert brokers.log == []
