"""Redrives in the store: as lists and watches bring them, and gone when they are deleted."""

from __future__ import annotations

import pytest

from sluicegate.control.relist import Relist
from sluicegate.control.store import Store
from sluicegate.errors import Conflict, Gone
from sluicegate.model.redrive import Destination
from sluicegate.model.resource import Key
from tests.support.api import Api
from tests.unit.control.bodies import redrive

AGAIN = Key("shop", "again")


async def test_a_list_brings_them_in_and_takes_away_what_is_gone() -> None:
    api, store = Api(), Store()
    relist = Relist(store=store, lists=api)
    api.put(redrive(to="Source"))
    assert await relist.once()
    record = store.redrives.get(AGAIN)
    assert record is not None
    assert record.spec is not None
    assert record.spec.to is Destination.SOURCE
    await api.delete_redrive(AGAIN, uid=record.meta.uid)
    assert await relist.once()
    assert store.redrives.all() == ()


def test_one_that_is_being_deleted_is_nobody_s_work() -> None:
    store = Store()
    store.redrives.put(redrive())
    body = redrive(version=2)
    body["metadata"] |= {"deletionTimestamp": "2026-01-02T00:00:00Z", "finalizers": ["other.dev/x"]}
    store.redrives.put(body)
    assert store.redrives.all() == ()
    assert store.redrives.leaving() == ()


def test_a_bad_one_is_known_with_what_is_wrong() -> None:
    store = Store()
    store.redrives.put(redrive(to="Topic"))
    record = store.redrives.get(AGAIN)
    assert record is not None
    assert record.spec is None
    assert "spec.topic" in str(record.refusal)


async def test_another_one_of_the_same_name_is_not_deleted_in_its_place() -> None:
    api = Api()
    api.put(redrive())
    with pytest.raises(Conflict):
        await api.delete_redrive(AGAIN, uid="of-the-one-before")
    with pytest.raises(Gone):
        await api.delete_redrive(Key("shop", "never"), uid="u")
