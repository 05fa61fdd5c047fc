"""Apps that are being deleted and wait for the operator's finalizer: gone for everybody, kept aside for the topics."""

from __future__ import annotations

from typing import Any

from sluicegate.control.shelf import Shelf
from sluicegate.control.store import Store
from sluicegate.model.app import AppSpec
from sluicegate.model.parse import parse_app
from sluicegate.model.resource import TOPICS_FINALIZER, Key
from tests.support.api import Api
from tests.unit.control.bodies import app

ORDERS = Key("shop", "orders")


def leaving(*finalizers: str, version: int = 2, **more: Any) -> dict[str, Any]:
    body = app(version=version, generation=2, **more)
    body["metadata"] |= {"deletionTimestamp": "2026-01-02T00:00:00Z", "finalizers": list(finalizers)}
    return body


def with_finalizer() -> Shelf[AppSpec]:
    return Shelf(parse=parse_app, finalizer=TOPICS_FINALIZER)


def test_an_app_that_is_being_deleted_is_gone_for_everybody_but_those_who_clean_up_after_it() -> None:
    apps = with_finalizer()
    apps.put(app())
    apps.put({**leaving("other.dev/x", TOPICS_FINALIZER), "status": {"topics": [{"name": "orders.dlq"}]}})
    assert apps.all() == ()
    assert apps.get(ORDERS) is None
    (record,) = apps.leaving()
    assert record.meta.finalizers == ("other.dev/x", TOPICS_FINALIZER)
    assert record.meta.resource_version == "2"
    assert record.spec is not None
    assert record.spec.consumer_group == "g"
    assert record.status["topics"] == [{"name": "orders.dlq"}]


def test_an_app_that_leaves_without_our_finalizer_is_gone_at_once() -> None:
    apps = with_finalizer()
    apps.put(app())
    apps.put(leaving("other.dev/x"))
    assert (apps.all(), apps.leaving()) == ((), ())


def test_an_app_has_left_once_the_finalizer_or_the_object_is_gone() -> None:
    apps = with_finalizer()
    apps.put(leaving("other.dev/x", TOPICS_FINALIZER))
    apps.put(leaving("other.dev/x", version=3))
    assert apps.leaving() == ()
    apps.put(leaving(TOPICS_FINALIZER))
    apps.drop(key=ORDERS, uid="uid-shop-orders")
    assert apps.leaving() == ()


def test_a_list_finds_those_who_leave_and_forgets_those_who_left() -> None:
    apps = with_finalizer()
    apps.replace_all([leaving(TOPICS_FINALIZER)], mark=apps.mark())
    assert [record.meta.key for record in apps.leaving()] == [ORDERS]
    apps.replace_all([], mark=apps.mark())
    assert apps.leaving() == ()


def test_a_list_brings_back_none_that_left_while_it_was_under_way() -> None:
    apps = with_finalizer()
    apps.put(leaving(TOPICS_FINALIZER))
    mark = apps.mark()
    apps.drop(key=ORDERS, uid="uid-shop-orders")
    apps.replace_all([leaving(TOPICS_FINALIZER)], mark=mark)
    assert apps.leaving() == ()


def test_an_app_made_anew_under_the_name_of_one_that_left_unseen_stands_alone() -> None:
    apps = with_finalizer()
    apps.put(leaving(TOPICS_FINALIZER, uid="first"))
    apps.replace_all([app(uid="second", version=9)], mark=apps.mark())
    assert apps.leaving() == ()
    assert [record.meta.uid for record in apps.all()] == ["second"]


def test_an_app_with_a_bad_spec_leaves_like_any_other() -> None:
    apps = with_finalizer()
    apps.put(leaving(TOPICS_FINALIZER, minReplicas=50))
    (record,) = apps.leaving()
    assert record.spec is None
    assert record.refusal is not None


async def test_the_store_lets_an_app_go_when_its_finalizer_is_taken_away() -> None:
    api, store = Api(), Store()
    body = app()
    body["metadata"]["finalizers"] = [TOPICS_FINALIZER]
    api.put(body)
    api.watch(store)
    assert [record.meta.finalizers for record in store.apps.all()] == [(TOPICS_FINALIZER,)]
    api.delete("KafkaConsumerApp", "orders")
    (record,) = store.apps.leaving()
    await api.put_finalizers(
        plural="kafkaconsumerapps",
        key=record.meta.key,
        resource_version=record.meta.resource_version,
        finalizers=(),
    )
    assert store.apps.leaving() == ()
    assert api.objects == {}
