"""One object that cannot be read keeps no other from being seen."""

from __future__ import annotations

import json

from sluicegate.control.intake import shared
from sluicegate.control.store import Store
from sluicegate.model.resource import Key
from tests.unit.control import bodies


def test_an_odd_object_in_a_list_is_left_out_and_the_rest_taken_in() -> None:
    store = Store()
    odd = bodies.deployment("odd")
    odd["spec"]["replicas"] = "many"
    fine = bodies.deployment("orders")
    for number, body in enumerate((odd, fine)):
        body["metadata"] |= {"uid": f"u{number}", "resourceVersion": "1"}
    store.replace_workloads([odd, fine], kind="Deployment", mark=0)
    store.apps.put(bodies.app())
    record = store.apps.get(Key("shop", "orders"))
    assert record is not None
    assert store.workload_of(record) is not None


def test_a_workload_on_its_way_out_is_no_workload() -> None:
    store = Store()
    store.apps.put(bodies.app())
    body = bodies.deployment()
    body["metadata"] |= {"uid": "u", "resourceVersion": "1"}
    store.put_workload(body, kind="Deployment")
    body["metadata"] |= {"resourceVersion": "2", "deletionTimestamp": "2027-01-01T00:00:00Z"}
    store.put_workload(body, kind="Deployment")
    record = store.apps.get(Key("shop", "orders"))
    assert record is not None
    assert store.workload_of(record) is None


def test_words_that_many_statuses_use_are_kept_once() -> None:
    text = json.dumps({"conditions": [{"type": "Ready", "reason": "Deciding"}], "lag": {"records": 3}, "n": None})
    one, other = shared(json.loads(text)), shared(json.loads(text))
    assert one == other == json.loads(text)
    assert one["conditions"][0]["reason"] is other["conditions"][0]["reason"]
    assert next(iter(one)) is next(iter(other))
