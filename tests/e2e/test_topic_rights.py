"""What topics and redrives need of the API server, with the chart's own rights on a real one: enough, and no more."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluicegate.act.config_map import made, renewed
from sluicegate.control.relist import Relist
from sluicegate.control.store import Store
from sluicegate.errors import Conflict, Denied, Gone
from sluicegate.kube.client import Cluster as Client
from sluicegate.kube.transport import Transport
from sluicegate.model.resource import TOPICS_FINALIZER, Key
from tests.support.cluster import Cluster
from tests.support.rights import account
from tests.support.specs import APP_SPEC, REDRIVE_SPEC, changed, resource

CRDS = Path(__file__).resolve().parents[2] / "crds"
UNREACHABLE = {"bootstrapServers": "nowhere.invalid:9092", "topicPolicy": {"mayDelete": True}}
DELETES = {"kafka": {"connectionRef": {"name": "unreachable"}}, "errorHandling": {"topics": {"deletion": "Delete"}}}
"""An operator of the suite that sees the app, too, wants the finalizer as well, and can never delete the topics."""
OURS, OTHERS = TOPICS_FINALIZER, "example.com/other"


@pytest.fixture
def place(cluster: Cluster) -> Iterator[str]:
    cluster.run("apply", "--server-side", "--force-conflicts", "-f", str(CRDS))
    cluster.run("wait", "--for=condition=Established", "--timeout=30s", "-f", str(CRDS))
    name = f"topics-{uuid.uuid4().hex[:8]}"
    cluster.run("create", "namespace", name)
    yield name
    cluster.run("delete", "namespace", name, "--wait=false")


@pytest.fixture
async def transport(cluster: Cluster, place: str) -> AsyncIterator[Transport]:
    async with Transport(await account(cluster, place, enabled=False)) as found:
        yield found


@pytest.fixture
def client(transport: Transport, place: str) -> Client:
    return Client(transport, namespaces=(place,), clusterwide=False)


async def test_a_config_map_is_made_once_changed_by_version_and_never_listed(client: Client, place: str) -> None:
    where, app = Key(place, "orders-kafka"), Key(place, "orders")
    with pytest.raises(Gone):
        await client.get_config_map(where)
    body = made(name=where.name, app=app, uid=str(uuid.uuid4()), data={"group.id": "g-1"})
    body["metadata"].pop("ownerReferences")  # there is no app of this uid: the collector would take it away
    await client.create_config_map(where, body)
    with pytest.raises(Conflict):
        await client.create_config_map(where, body)
    found = dict(await client.get_config_map(where))
    found["metadata"] = {**found["metadata"], "ownerReferences": []}
    newer = renewed(found, app=app, uid="u", data={"group.id": "g-2"})
    assert newer is not None
    await client.update_config_map(where, newer)
    with pytest.raises(Conflict):
        await client.update_config_map(where, newer)
    assert (await client.get_config_map(where))["data"] == {"group.id": "g-2"}
    with pytest.raises(Denied, match="grant the verb 'list' on 'configmaps'"):
        await client.list_bodies("ConfigMap")


async def test_a_config_map_may_name_its_app_as_owner_without_a_right_on_the_app_s_finalizers(
    cluster: Cluster, client: Client, place: str
) -> None:
    app = resource("KafkaConsumerApp", APP_SPEC)
    cluster.apply(app, namespace=place)
    uid = cluster.get("kca", "orders", namespace=place)["metadata"]["uid"]
    where, key = Key(place, "owned"), Key(place, "orders")
    await client.create_config_map(where, made(name=where.name, app=key, uid=uid, data={}))
    (owner,) = (await client.get_config_map(where))["metadata"]["ownerReferences"]
    assert (owner["uid"], owner["controller"]) == (uid, True)


async def test_an_app_is_held_until_its_finalizer_is_taken_away(cluster: Cluster, client: Client, place: str) -> None:
    app = resource("KafkaConsumerApp", changed(APP_SPEC, DELETES))
    app["metadata"]["finalizers"] = [OTHERS]
    cluster.apply(resource("KafkaConnection", UNREACHABLE, name="unreachable"), app, namespace=place)
    store, key = Store(), Key(place, "orders")
    relist = Relist(store=store, lists=client)
    await _put(client, store, key, (OTHERS, OURS))
    cluster.delete("kca", "orders", namespace=place, wait=False)
    assert await relist.once()
    assert store.apps.get(key) is None
    (record,) = store.apps.leaving()
    assert record.meta.finalizers == (OTHERS, OURS)
    assert record.spec is not None
    assert record.spec.error_handling is not None
    await _put(client, store, key, (OTHERS,))
    assert await relist.once()
    assert store.apps.leaving() == ()
    cluster.patch("kca", "orders", {"metadata": {"finalizers": None}}, namespace=place)
    assert cluster.find("kca", "orders", namespace=place) is None


async def test_a_redrive_is_deleted_by_its_uid_and_an_app_by_nobody_here(
    cluster: Cluster, client: Client, transport: Transport, place: str
) -> None:
    cluster.apply(
        resource("DeadLetterRedrive", {**REDRIVE_SPEC, "suspend": True}, name="again"),
        resource("KafkaConsumerApp", APP_SPEC),
        namespace=place,
    )
    store = Store()
    assert await Relist(store=store, lists=client).once()
    (record,) = store.redrives.all()
    with pytest.raises(Conflict):
        await client.delete_redrive(record.meta.key, uid=str(uuid.uuid4()))
    assert cluster.find("dlr", "again", namespace=place) is not None
    await client.delete_redrive(record.meta.key, uid=record.meta.uid)
    assert cluster.find("dlr", "again", namespace=place) is None
    with pytest.raises(Gone):
        await client.delete_redrive(record.meta.key, uid=record.meta.uid)
    path = f"/apis/sluicegate.dev/v1alpha1/namespaces/{place}/kafkaconsumerapps/orders"
    with pytest.raises(Denied, match="grant the verb 'delete'"):
        await transport.request("delete", path, resource="kafkaconsumerapps.sluicegate.dev", within=3.0)


async def test_a_status_of_topics_and_dead_letters_is_kept_and_shown(
    cluster: Cluster, client: Client, place: str
) -> None:
    cluster.apply(resource("KafkaConsumerApp", changed(APP_SPEC, {"suspend": True}), name="quiet"), namespace=place)
    cluster.apply(resource("DeadLetterRedrive", {**REDRIVE_SPEC, "suspend": True}, name="told"), namespace=place)
    topics = [
        {"name": f"{n:03}".ljust(249, "t"), "role": "Retry", "delay": "10s", "partitions": 12, "state": "InSync"}
        for n in range(128)
    ]
    told: dict[str, dict[str, Any]] = {
        "kafkaconsumerapps/quiet": {
            "topics": topics,
            "deadLetter": {"topic": "orders.dlq", "topics": 1, "records": 17, "oldest": "2030-01-31T08:00:00Z"},
        },
        "deadletterredrives/told": {
            "phase": "Running",
            "redriven": 50,
            "total": 120,
            "rate": 49.5,
            "progress": {"ends": {"0": 120}},
        },
    }
    for where, status in told.items():
        plural, name = where.split("/")
        kind = {"kafkaconsumerapps": "KafkaConsumerApp", "deadletterredrives": "DeadLetterRedrive"}[plural]
        kept = await _told(client, kind, plural, Key(place, name), status)
        assert {field: kept[field] for field in status} == status
    shown = cluster.run("get", "kca", "quiet", "-n", place)
    assert "DLQ" in shown.split("\n")[0]
    assert "17" in shown.split("\n")[1].split()
    shown = cluster.run("get", "dlr", "told", "-n", place)
    assert shown.split("\n")[1].split()[:6] == ["told", "Running", "orders", "50", "120", "49.5"]


async def _told(client: Client, kind: str, plural: str, key: Key, status: dict[str, Any]) -> Any:
    """The status after ``status`` was written, by whoever else writes there at the same time."""
    for _ in range(20):
        (body,) = [one for one in await client.list_bodies(kind) if one["metadata"]["name"] == key.name]
        version = body["metadata"]["resourceVersion"]
        try:
            return (await client.patch_status(plural=plural, key=key, resource_version=version, patch=status))[1]
        except Conflict:
            continue
    raise AssertionError(f"{key} changes at every look")


async def _put(client: Client, store: Store, key: Key, finalizers: tuple[str, ...]) -> None:
    """Written at the version that is current, whoever else writes there."""
    for _ in range(20):
        assert await Relist(store=store, lists=client).once()
        found = store.apps.get(key) or next(one for one in store.apps.leaving() if one.meta.key == key)
        try:
            await client.put_finalizers(
                plural="kafkaconsumerapps",
                key=key,
                resource_version=found.meta.resource_version,
                finalizers=finalizers,
            )
        except Conflict:
            continue
        return
    raise AssertionError(f"{key} changes at every look")
