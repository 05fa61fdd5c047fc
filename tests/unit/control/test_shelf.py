"""Specs are parsed when they change; a bad one leaves the last good one standing."""

from sluicegate.control.shelf import Shelf
from sluicegate.model.app import AppSpec
from sluicegate.model.parse import parse_app
from sluicegate.model.resource import Key
from tests.unit.control.bodies import app

ORDERS = Key("shop", "orders")


def shelf() -> Shelf[AppSpec]:
    return Shelf(parse=parse_app)


def test_a_bad_spec_keeps_the_last_good_one_and_says_what_is_wrong() -> None:
    apps = shelf()
    apps.put(app(max_replicas=7))
    apps.put(app(max_replicas=7, minReplicas=9, generation=2, version=2))
    record = apps.get(ORDERS)
    assert record is not None
    assert record.spec is not None
    assert record.spec.scaling.min_replicas == 1
    assert record.refusal is not None
    assert "minReplicas" in str(record.refusal)


def test_a_good_spec_after_a_bad_one_counts() -> None:
    apps = shelf()
    apps.put(app(max_replicas=7, minReplicas=9))
    apps.put(app(max_replicas=9, generation=2, version=2))
    record = apps.get(ORDERS)
    assert record is not None
    assert record.refusal is None
    assert record.spec is not None
    assert record.spec.scaling.max_replicas == 9


def test_a_status_change_is_no_new_spec() -> None:
    apps = shelf()
    apps.put(app())
    before = apps.version
    apps.put({**app(version=2), "status": {"limitedBy": "Max"}})
    record = apps.get(ORDERS)
    assert apps.version == before
    assert record is not None
    assert record.status == {"limitedBy": "Max"}


def test_news_older_than_what_is_known_is_dropped() -> None:
    apps = shelf()
    apps.put(app(max_replicas=9, generation=3, version=30))
    apps.put(app(max_replicas=2, generation=2, version=20))
    record = apps.get(ORDERS)
    assert record is not None
    assert record.spec is not None
    assert record.spec.scaling.max_replicas == 9
    assert record.meta.generation == 3


def test_a_recreated_app_starts_with_nothing_of_its_predecessor() -> None:
    apps = shelf()
    apps.put(app(uid="first", max_replicas=9, version=30))
    apps.put(app(uid="second", minReplicas=50, max_replicas=9, version=40))
    record = apps.get(ORDERS)
    assert record is not None
    assert record.spec is None, "its first spec is bad, and there is no good one of its own"


def test_a_list_brings_back_no_app_that_was_deleted_while_it_was_under_way() -> None:
    apps = shelf()
    apps.put(app())
    mark = apps.mark()
    apps.drop(key=ORDERS, uid="uid-shop-orders")
    apps.replace_all([app()], mark=mark)
    assert apps.get(ORDERS) is None


def test_our_own_status_write_counts_before_the_watch_brings_it() -> None:
    apps = shelf()
    apps.put(app(version=5))
    record = apps.get(ORDERS)
    assert record is not None
    apps.wrote_status(record, resource_version="8", status={"limitedBy": "Max"})
    apps.put({**app(version=6), "status": {}})
    now = apps.get(ORDERS)
    assert now is not None
    assert now.meta.resource_version == "8"
    assert now.status == {"limitedBy": "Max"}
