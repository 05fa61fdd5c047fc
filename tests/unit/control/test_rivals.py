"""Of two apps that claim the same, the older one keeps it."""

from collections.abc import Callable

from sluicegate.control.records import Source
from sluicegate.control.rivals import Claims
from sluicegate.control.shelf import Shelf
from sluicegate.model.observation import Rival
from sluicegate.model.parse import parse_app
from sluicegate.model.resource import Key
from tests.unit.control.bodies import app

OLD, YOUNG = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


def rivals(*bodies: dict[str, object], cluster_of: Callable[[Source], str] = str) -> dict[Key, Rival]:
    shelf = Shelf(parse=parse_app)
    for body in bodies:
        shelf.put(body)
    claims = Claims(shelf.all())
    found = {record.meta.key: claims.rival_of(record.meta.key, cluster_of=cluster_of) for record in shelf.all()}
    return {key: rival for key, rival in found.items() if rival}


def one_cluster(source: Source) -> str:
    return "the same"


def test_two_apps_on_one_workload_leave_it_to_the_older() -> None:
    found = rivals(
        app("young", target="orders", group="b", created=YOUNG), app("old", target="orders", group="a", created=OLD)
    )
    assert found == {Key("shop", "young"): Rival(what="target", namespace="shop", name="old")}


def test_one_group_of_one_cluster_belongs_to_one_app_in_whatever_namespace() -> None:
    found = rivals(
        app("a", namespace="west", group="g", created=YOUNG),
        app("b", namespace="east", group="g", created=OLD),
        cluster_of=one_cluster,
    )
    assert found == {Key("west", "a"): Rival(what="group", namespace="east", name="b")}


def test_one_group_name_on_two_clusters_is_no_conflict() -> None:
    assert rivals(app("a", namespace="west", group="g"), app("b", namespace="east", group="g")) == {}


def test_apps_of_the_same_age_are_told_apart_by_name() -> None:
    found = rivals(app("b", target="t", group="1"), app("a", target="t", group="2"))
    assert list(found) == [Key("shop", "b")]


def test_an_app_that_never_had_a_good_spec_claims_nothing() -> None:
    bad = app("old", target="orders", minReplicas=50, created=OLD)
    assert rivals(bad, app("young", target="orders", created=YOUNG)) == {}
