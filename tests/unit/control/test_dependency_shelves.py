"""Dependencies in the store: as lists and watches bring them, by namespace or without one."""

from __future__ import annotations

from sluicegate.control.relist import Relist
from sluicegate.control.store import Store
from sluicegate.errors import Denied
from sluicegate.model.resource import Key
from tests.support.api import Api
from tests.support.api_faults import Fault
from tests.unit.control.bodies import dependency

BESIDE, SHARED = Key("shop", "orders-db"), Key("", "orders-db")


async def test_a_list_brings_in_both_kinds_and_takes_away_what_is_gone() -> None:
    api, store = Api(), Store()
    relist = Relist(store=store, lists=api)
    api.put(dependency(namespace="shop", capacity=100))
    api.put(dependency(capacity=300))
    assert await relist.once()
    assert relist.ready.is_set()
    beside, shared = store.dependencies.get(BESIDE), store.cluster_dependencies.get(SHARED)
    assert beside is not None
    assert beside.spec is not None
    assert beside.spec.capacity.value == 100
    assert shared is not None
    assert shared.spec is not None
    assert shared.spec.capacity.value == 300
    api.delete("DownstreamDependency", "orders-db")
    api.delete("ClusterDownstreamDependency", "orders-db", namespace="")
    assert await relist.once()
    assert store.dependencies.all() == ()
    assert store.cluster_dependencies.all() == ()


async def test_a_bad_capacity_leaves_the_last_good_one_standing() -> None:
    store = Store()
    store.dependencies.put(dependency(namespace="shop", capacity=100))
    store.dependencies.put(dependency(namespace="shop", capacity=-1, generation=2, version=2))
    record = store.dependencies.get(BESIDE)
    assert record is not None
    assert record.spec is not None
    assert record.spec.capacity.value == 100
    assert "spec.capacity.value is -1" in str(record.refusal)


async def test_dependencies_that_may_not_be_listed_keep_no_others_from_being_put_right() -> None:
    api, store = Api(), Store()
    relist = Relist(store=store, lists=api)
    api.fail("list ClusterDownstreamDependency", Fault(error=Denied("no")))
    api.put(dependency(namespace="shop"))
    assert not await relist.once()
    assert store.dependencies.get(BESIDE) is not None
    assert not relist.ready.is_set(), "apps must not be decided about before what they name is known"
    assert await relist.once()
    assert relist.ready.is_set()


def test_the_version_of_a_shelf_moves_with_specs_only() -> None:
    store = Store()
    store.dependencies.put(dependency(namespace="shop"))
    before = store.dependencies.version
    store.dependencies.put({**dependency(namespace="shop", version=2), "status": {"apps": 3}})
    assert store.dependencies.version == before
    store.dependencies.put(dependency(namespace="shop", capacity=50, generation=2, version=3))
    assert store.dependencies.version == before + 1
