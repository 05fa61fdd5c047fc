"""Before a redrive begins: what refuses it for good, what it waits for, and whose letters it may move."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sluicegate.control.access import Access
from sluicegate.control.records import AppRecord
from sluicegate.control.redrives.prepare import Refused, Unready, prepare
from sluicegate.control.store import Store
from sluicegate.model.kafka import ClientConfig
from sluicegate.model.resource import Key
from tests.support.topics import Brokers, Port, topic
from tests.unit.control.bodies import app, connection, redrive

DLQ = "orders.g.dlq"
ME = Key("shop", "orders")


async def prepared(store: Store, *, owners: Mapping[str, Key] | None = None) -> None:
    store.connections.put(connection())
    store.redrives.put(redrive(name="again", to="Park"))
    record = store.redrives.get(Key("shop", "again"))
    assert record is not None

    async def access_of(record: AppRecord) -> Access:
        return Access(config=ClientConfig(settings=()))

    brokers = Brokers.having(topic(), topic(DLQ))
    await prepare(record, store=store, kafka=Port(brokers), access_of=access_of, owners=lambda _: owners or {})


def store_with_app() -> Store:
    store = Store()
    body = app()
    body["spec"]["errorHandling"] = {}
    store.apps.put(body)
    return store


async def test_an_app_that_is_not_there_may_still_come() -> None:
    with pytest.raises(Unready, match=r"there is no KafkaConsumerApp 'orders'") as why:
        await prepared(Store())
    assert why.value.is_due_soon


async def test_an_app_whose_spec_is_refused_is_waited_for_with_its_own_words() -> None:
    store = Store()
    body = app(max_replicas=-1)
    store.apps.put(body)
    with pytest.raises(Unready, match=r"cannot be used: .*maxReplicas") as why:
        await prepared(store)
    assert not why.value.is_due_soon


async def test_letters_of_an_older_app_are_not_moved_from_here() -> None:
    older = Key("billing", "orders")
    with pytest.raises(Refused, match=r"belongs to KafkaConsumerApp 'orders' in namespace 'billing'"):
        await prepared(store_with_app(), owners={DLQ: older})
    await prepared(store_with_app(), owners={DLQ: ME})
