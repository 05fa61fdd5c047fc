"""Topics that several apps have to do with: the older keeps a name, and nobody takes along what another needs."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.control.clock import Clock
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.control.topics.claims import claims, needs
from sluicegate.control.topics.deletion import Deletion
from sluicegate.model.kafka import ClientConfig
from sluicegate.model.resource import TOPICS_FINALIZER, Key
from sluicegate.model.topic_policy import TopicPolicy
from tests.support.api import Api
from tests.support.topics import Brokers, Port, topic
from tests.unit.control.bodies import app

DLQ = "orders.g.dlq"
OLDER, YOUNGER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def handling(name: str = "orders", *, created: str = OLDER, topics: list[str] | None = None) -> dict[str, Any]:
    body = app(name, created=created)
    body["spec"] |= {"errorHandling": {"topics": {"deletion": "Delete"}}, "topics": topics or ["orders"]}
    return body


def consuming(*topics: str) -> dict[str, Any]:
    body = app("reader")
    body["spec"]["topics"] = list(topics)
    return body


def stored(*bodies: dict[str, Any]) -> tuple[Api, Store]:
    api, store = Api(), Store()
    for body in bodies:
        api.put(body)
    api.watch(store)
    return api, store


def one_cluster(record: AppRecord) -> str:
    return "cluster"


def test_the_older_of_two_apps_has_the_name_and_of_equally_old_ones_the_first() -> None:
    _, store = stored(handling("a", created=YOUNGER), handling("b"), handling("c"))
    assert claims(store.apps.all(), cluster_of=one_cluster) == {"cluster": {DLQ: Key("shop", "b")}}


def test_apps_on_other_clusters_have_nothing_to_do_with_each_other() -> None:
    _, store = stored(handling("a"), handling("b"))
    found = claims(store.apps.all(), cluster_of=lambda record: record.meta.key.name)
    assert found == {"a": {DLQ: Key("shop", "a")}, "b": {DLQ: Key("shop", "b")}}


def test_a_topic_is_needed_by_who_names_it_and_by_who_consumes_it() -> None:
    _, store = stored(handling("a"), consuming(DLQ, "returns"))
    assert needs(store.apps.all(), cluster_of=one_cluster) == {
        "cluster": {DLQ: Key("shop", "a"), "orders": Key("shop", "a"), "returns": Key("shop", "reader")}
    }


@pytest.mark.parametrize(
    ("others", "stays"),
    [([], False), ([consuming("orders")], False), ([consuming(DLQ)], True), ([handling("b", created=YOUNGER)], True)],
    ids=["nobody", "another that reads the source", "one that reads the dead letters", "one that would have it next"],
)
async def test_a_topic_that_another_app_needs_does_not_go_with_the_app(
    others: list[dict[str, Any]], stays: bool
) -> None:
    mine = handling()
    mine["metadata"]["finalizers"] = [TOPICS_FINALIZER]
    mine["status"] = {"topics": [{"name": DLQ, "role": "DeadLetter", "state": "InSync", "id": "id-1", "created": True}]}
    api, store = stored(mine, *others)
    api.delete("KafkaConsumerApp", "orders")
    api.deliver()
    brokers = Brokers.having(topic("orders"), topic(DLQ, id="id-1"))
    deletion = Deletion(store=store, kafka=Port(brokers), finalizers=api, events=api, clock=Clock())
    (record,) = deletion.waiting()
    needed = needs(store.apps.all(), cluster_of=one_cluster).get("cluster", {})
    await deletion.leave(record, ClientConfig(settings=()), policy=TopicPolicy(may_delete=True), needed=needed)
    assert (DLQ in brokers.topics) is stays
    assert store.apps.leaving() == ()
