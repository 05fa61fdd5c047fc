"""The ConfigMap for clients: only its own, and only where something differs."""

from __future__ import annotations

from typing import Any

from sluicegate.act.config_map import is_ours, made, renewed
from sluicegate.model.resource import Key

APP = Key("shop", "orders")
DATA = {"group.id": "orders-v1", "retry.topics": "r=10s"}


def there(**data: str) -> dict[str, Any]:
    body = made(name="orders-kafka", app=APP, uid="1", data=data or DATA)
    body["metadata"] |= {"uid": "of the map", "resourceVersion": "7"}
    return body


def test_a_new_one_goes_with_its_app_and_holds_nobody_up() -> None:
    (owner,) = there()["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("KafkaConsumerApp", "orders", "1")
    assert (owner["controller"], owner["blockOwnerDeletion"]) == (True, False)
    assert there()["metadata"]["annotations"] == {"sluicegate.dev/app": "shop/orders"}


def test_without_a_difference_nothing_is_written() -> None:
    assert renewed(there(), app=APP, uid="1", data=DATA) is None


def test_what_differs_is_written_with_the_version_that_was_read() -> None:
    new = renewed(there(), app=APP, uid="1", data={"group.id": "orders-v2"})
    assert new is not None
    assert new["metadata"]["resourceVersion"] == "7"
    assert new["data"] == {"group.id": "orders-v2"}


def test_keys_labels_and_annotations_of_others_stay() -> None:
    body = there(**DATA, extra="a person's")
    body["metadata"]["labels"]["team"] = "shop"
    body["metadata"]["annotations"]["note"] = "hello"
    new = renewed(body, app=APP, uid="1", data={"group.id": "orders-v2"})
    assert new is not None
    assert new["data"] == {"extra": "a person's", "group.id": "orders-v2"}
    assert new["metadata"]["labels"]["team"] == "shop"
    assert new["metadata"]["annotations"]["note"] == "hello"
    assert renewed(body, app=APP, uid="1", data=DATA) is None


def test_one_of_an_app_of_the_same_name_before_is_taken_over() -> None:
    assert is_ours(there(), app=APP)
    new = renewed(there(), app=APP, uid="2", data=DATA)
    assert new is not None
    assert [one["uid"] for one in new["metadata"]["ownerReferences"]] == ["2"]


def test_one_of_a_person_or_of_another_app_is_not_ours() -> None:
    person = there()
    del person["metadata"]["ownerReferences"]
    assert not is_ours(person, app=APP)
    assert not is_ours(there(), app=Key("shop", "returns"))
    owned = there()
    owned["metadata"]["ownerReferences"][0] |= {"apiVersion": "other.example/v1"}
    assert not is_ours(owned, app=APP)
