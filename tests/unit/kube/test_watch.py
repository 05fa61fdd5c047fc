"""kopf is set up so that it only watches, and never gives up by itself."""

import itertools
from collections.abc import Iterator
from typing import Any

import kopf
import pytest

from sluicegate.control.store import Store
from sluicegate.kube.thrift import NoProgress, Nothing
from sluicegate.kube.watch import LONGEST_PAUSE, Backoffs, handlers, operator_settings
from sluicegate.model.resource import Key
from tests.unit.control.bodies import app, dependency


def test_pauses_grow_are_jittered_and_never_end() -> None:
    for _ in range(2):
        pauses = list(itertools.islice(operator_settings().networking.error_backoffs, 500))  # type: ignore[arg-type]
        assert len(pauses) == 500
        assert pauses[0] <= 0.75
        assert max(pauses) <= 1.5 * LONGEST_PAUSE
        assert len(set(pauses[20:])) > 400


def test_each_request_starts_its_pauses_anew() -> None:
    backoffs = Backoffs()
    used: Iterator[float] = iter(backoffs)
    for _ in range(50):
        next(used)
    assert next(iter(backoffs)) <= 0.75


def test_kopf_neither_posts_nor_peers_nor_scans_nor_kills() -> None:
    settings = operator_settings()
    assert settings.posting.enabled is False
    assert settings.peering.standalone is True
    assert settings.scanning.disabled is True
    assert settings.networking.request_timeout == 15
    assert settings.queueing.worker_limit is None
    assert settings.queueing.idle_timeout == 0.2
    assert settings.process.ultimate_exiting_timeout is None


def test_kopf_finds_nothing_to_write_on_an_object() -> None:
    body = kopf.Body({"metadata": {"name": "x", "annotations": {"kopf.zalando.org/last-handled": "{}"}}})
    patch = kopf.Patch()
    Nothing().store(body=body, patch=patch, essence=Nothing().build(body=body))
    NoProgress().touch(body=body, patch=patch, value="now")
    assert not patch


def test_the_only_handlers_are_those_that_write_nothing() -> None:
    registry = handlers(Store())
    assert not list(registry._changing.get_all_handlers())
    assert not list(registry._spawning.get_all_handlers())
    assert not list(registry._indexing.get_all_handlers())
    watched = {str(handler.id) for handler in registry._watching.get_all_handlers()}
    assert watched == {
        "kafkaconsumerapps", "kafkaconnections", "downstreamdependencies", "clusterdownstreamdependencies",
        "deadletterredrives", "deployments", "statefulsets", "pods",
    }  # fmt: skip


def test_what_lives_in_no_namespace_is_not_watched_where_it_may_not_be_seen() -> None:
    registry = handlers(Store(), clusterwide=False)
    watched = {str(handler.id) for handler in registry._watching.get_all_handlers()}
    assert "downstreamdependencies" in watched
    assert "clusterdownstreamdependencies" not in watched


DEPLOYMENT: dict[str, Any] = {
    "metadata": {"name": "orders", "namespace": "shop", "uid": "d", "resourceVersion": "1"},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "orders"}}},
}
POD: dict[str, Any] = {
    "metadata": {"name": "p", "namespace": "shop", "uid": "p", "resourceVersion": "1", "labels": {"app": "orders"}},
    "status": {"phase": "Running", "podIP": "10.0.0.1"},
}


@pytest.fixture
def store() -> Store:
    return Store()


async def feed(store: Store, plural: str, body: dict[str, Any], *, type_: str | None) -> None:
    for handler in handlers(store)._watching.get_all_handlers():
        if handler.id == plural:
            await handler.fn(event={"type": type_, "object": body}, body=body)  # type: ignore[misc,call-arg]


async def test_what_a_watch_shows_is_in_the_store_and_what_it_takes_away_is_not(store: Store) -> None:
    await feed(store, "kafkaconsumerapps", app(), type_=None)
    await feed(store, "deployments", DEPLOYMENT, type_="ADDED")
    await feed(store, "pods", POD, type_="MODIFIED")
    record = store.apps.get(Key("shop", "orders"))
    assert record is not None
    workload = store.workload_of(record)
    assert workload is not None
    assert workload.desired == 2
    assert store.pods_of(record).ips == ("10.0.0.1",)
    await feed(store, "pods", POD, type_="DELETED")
    assert store.pods_of(record).live == 0
    await feed(store, "deployments", DEPLOYMENT, type_="DELETED")
    assert store.workload_of(record) is None
    await feed(store, "kafkaconsumerapps", app(), type_="DELETED")
    assert store.apps.get(Key("shop", "orders")) is None


async def test_a_dependency_of_the_whole_cluster_is_kept_without_a_namespace(store: Store) -> None:
    body = dependency()
    await feed(store, "clusterdownstreamdependencies", body, type_=None)
    record = store.cluster_dependencies.get(Key("", "orders-db"))
    assert record is not None
    assert record.spec is not None
    assert record.spec.offered_to("shop")
    assert not record.spec.offered_to("billing")
    await feed(store, "clusterdownstreamdependencies", body, type_="DELETED")
    assert store.cluster_dependencies.all() == ()


async def test_a_dependency_is_known_until_it_is_deleted(store: Store) -> None:
    body = dependency(namespace="shop")
    await feed(store, "downstreamdependencies", body, type_="ADDED")
    record = store.dependencies.get(Key("shop", "orders-db"))
    assert record is not None
    assert record.spec is not None
    assert record.spec.capacity.value == 200
    await feed(store, "downstreamdependencies", body, type_="DELETED")
    assert store.dependencies.get(Key("shop", "orders-db")) is None


async def test_a_late_delete_does_not_take_the_successor_of_the_same_name(store: Store) -> None:
    await feed(store, "kafkaconsumerapps", app(uid="new"), type_="ADDED")
    await feed(store, "kafkaconsumerapps", app(uid="old"), type_="DELETED")
    assert store.apps.get(Key("shop", "orders")) is not None
