"""Apps that are being deleted and wait for the operator's finalizer: gone for everybody, kept aside for the topics."""

from __future__ import annotations

import copy
from typing import Any

from sluicegate.control.store import Store
from sluicegate.model.resource import TOPICS_FINALIZER, Key
from tests.unit.control.bodies import app

KEY = Key("shop", "orders")


def _body(*, leaving: bool, finalizers: tuple[str, ...]) -> dict[str, Any]:
    body = copy.deepcopy(app("orders"))
    body["metadata"] = {**body["metadata"], "namespace": KEY.namespace, "name": KEY.name, "uid": "1"}
    body["metadata"]["finalizers"] = list(finalizers)
    if leaving:
        body["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    return body


def test_an_app_that_waits_for_the_finalizer_is_gone_but_kept_aside_with_its_spec() -> None:
    store = Store()
    store.apps.put(_body(leaving=False, finalizers=(TOPICS_FINALIZER,)))
    store.apps.put(_body(leaving=True, finalizers=(TOPICS_FINALIZER, "other.example/x")))
    assert store.apps.get(KEY) is None
    [record] = store.apps.leaving()
    assert record.meta.key == KEY
    assert record.spec is not None


def test_an_app_that_waits_for_somebody_else_is_not_kept() -> None:
    store = Store()
    store.apps.put(_body(leaving=True, finalizers=("other.example/x",)))
    assert store.apps.leaving() == ()


def test_it_is_forgotten_once_it_is_deleted_or_no_list_shows_it() -> None:
    store = Store()
    store.apps.put(_body(leaving=True, finalizers=(TOPICS_FINALIZER,)))
    store.apps.drop(key=KEY, uid="1")
    assert store.apps.leaving() == ()
    store.apps.put(_body(leaving=True, finalizers=(TOPICS_FINALIZER,)))
    store.apps.replace_all([], mark=store.apps.mark())
    assert store.apps.leaving() == ()
