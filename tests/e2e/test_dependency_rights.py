"""An operator of one namespace, with the chart's own rights, sees what lives in none: only where it was let to."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sluicegate.act.ports import EventNote
from sluicegate.control.relist import Relist
from sluicegate.control.store import Store
from sluicegate.errors import Conflict, Denied
from sluicegate.kube.client import Cluster as Client
from sluicegate.kube.transport import Transport
from sluicegate.kube.watch import handlers, watch
from sluicegate.model.resource import Key
from tests.support.cluster import Cluster
from tests.support.rights import account
from tests.support.specs import CLUSTER_DEPENDENCY_SPEC, DEPENDENCY_SPEC, resource
from tests.support.wait import eventually

CRDS = Path(__file__).resolve().parents[2] / "crds"
SHARED = "clusterdownstreamdependencies"


@pytest.fixture
def place(cluster: Cluster) -> Iterator[str]:
    """A namespace with a dependency and a Secret, and one dependency of its name that lives in none."""
    cluster.run("apply", "--server-side", "--force-conflicts", "-f", str(CRDS))
    cluster.run("wait", "--for=condition=Established", "--timeout=30s", "-f", str(CRDS))
    name = f"rights-{uuid.uuid4().hex[:8]}"
    cluster.run("create", "namespace", name)
    cluster.run("create", "secret", "generic", "orders-db", "-n", name, "--from-literal=uri=nowhere")
    cluster.apply(
        resource("DownstreamDependency", DEPENDENCY_SPEC, name=name),
        resource("ClusterDownstreamDependency", CLUSTER_DEPENDENCY_SPEC, name=name),
        namespace=name,
    )
    yield name
    cluster.run("delete", SHARED, name)
    cluster.run("delete", "clusterrole,clusterrolebinding", f"{name}-{name}-cluster-dependencies", "--ignore-not-found")
    cluster.run(
        "delete", "role,rolebinding", f"{name}-{name}-cluster-dependencies-events", "-n", "default",
        "--ignore-not-found",
    )  # fmt: skip
    cluster.run("delete", "namespace", name, "--wait=false")


@asynccontextmanager
async def watched(store: Store, *, namespace: str) -> AsyncIterator[None]:
    """Fed by watches of one namespace."""
    stop = asyncio.Event()
    watching = asyncio.create_task(watch(handlers(store), namespaces=(namespace,), stop=stop))
    try:
        yield
        assert not watching.done(), "the watches ended by themselves"
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await asyncio.gather(watching, return_exceptions=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)


async def patched(
    client: Client, store: Store, *, key: Key, plural: str, patch: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The status that the API server has after ``patch``. The suite's own operator writes there, too: looked at again
    where it came between."""
    shelf = store.dependencies if key.namespace else store.cluster_dependencies
    for _ in range(20):
        record = shelf.get(key)
        assert record is not None
        version = record.meta.resource_version
        try:
            return (await client.patch_status(plural=plural, key=key, resource_version=version, patch=patch))[1]
        except Conflict:
            assert await Relist(store=store, lists=client).once()
    raise AssertionError(f"{key} changes at every look")


async def test_where_it_was_let_to_it_reads_tells_and_fetches_secrets(cluster: Cluster, place: str) -> None:
    settings = await account(cluster, place, enabled=True)
    store = Store()
    async with Client(Transport(settings), namespaces=(place,)) as client:
        assert await client.serves_own_kinds()
        relist = Relist(store=store, lists=client)
        assert await relist.once()
        shared, beside = store.cluster_dependencies.get(Key("", place)), store.dependencies.get(Key(place, place))
        assert shared is not None
        assert beside is not None
        for record, plural in ((shared, SHARED), (beside, "downstreamdependencies")):
            grant = {"namespace": place, "name": "orders", "replicas": 3, "cost": 2.5, "wanted": 4, "weight": 1}
            told = {"capacity": 200, "free": 0.5, "grants": [grant], "breaker": {"state": "Open"}, "memory": {"v": [1]}}
            kept = await patched(client, store, key=record.meta.key, plural=plural, patch=told)
            assert (kept["capacity"], kept["free"], kept["grants"]) == (200, 0.5, [grant])
            assert (kept["breaker"]["state"], kept["memory"]["v"]) == ("Open", [1])
        note = EventNote(type="Warning", reason="BreakerOpen", message=f"the words of {place}")
        await client.create_event(note, plural=SHARED, record_key=Key("", place), uid=shared.meta.uid)
        assert await client.get_secret(namespace=place, name="orders-db") == {"uri": b"nowhere"}
    events = await asyncio.to_thread(cluster.list, "events", namespace="default")
    assert [one["reason"] for one in events if one["message"] == note.message] == ["BreakerOpen"]
    shown = await asyncio.to_thread(cluster.run, "get", "cdsd", place)
    assert shown.split("\n")[1].split()[1:3] == ["connections", "200"]


async def test_where_it_was_not_it_does_not_ask_and_would_be_denied(cluster: Cluster, place: str) -> None:
    settings = await account(cluster, place, enabled=False)
    store = Store()
    async with Client(Transport(settings), namespaces=(place,), clusterwide=False) as client:
        assert await Relist(store=store, lists=client).once()
        assert store.dependencies.get(Key(place, place)) is not None
        assert store.cluster_dependencies.all() == ()
    async with Client(Transport(settings), namespaces=(place,)) as curious:
        with pytest.raises(Denied, match=f"grant the verb 'list' on '{SHARED}.sluicegate.dev'"):
            await curious.list_bodies("ClusterDownstreamDependency")


async def test_watches_of_one_namespace_bring_what_lives_in_none(cluster: Cluster, place: str) -> None:
    store = Store()
    async with watched(store, namespace=place):

        def capacity() -> float | None:
            found = store.cluster_dependencies.get(Key("", place))
            return found.spec.capacity.value if found and found.spec else None

        await asyncio.to_thread(eventually, lambda: capacity() == 200, within=10, what="it is seen")
        lower = {"spec": {"capacity": {"value": 50}}}
        await asyncio.to_thread(cluster.patch, SHARED, place, lower, namespace=place)
        await asyncio.to_thread(eventually, lambda: capacity() == 50, within=5, what="its change is seen")
