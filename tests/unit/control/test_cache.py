"""A list that arrives late neither drops what was made meanwhile nor brings back what was deleted."""

from sluicegate.control.cache import Cache


def test_an_older_version_of_the_same_object_changes_nothing() -> None:
    cache: Cache[str, str] = Cache()
    assert cache.put("a", "new", uid="1", resource_version="12")
    assert not cache.put("a", "old", uid="1", resource_version="9")
    assert cache.get("a") == "new"


def test_a_new_object_of_the_same_name_counts_whatever_its_version() -> None:
    cache: Cache[str, str] = Cache()
    cache.put("a", "first", uid="1", resource_version="12")
    assert cache.put("a", "second", uid="2", resource_version="3")
    assert cache.get("a") == "second"


def test_a_late_delete_does_not_take_away_the_successor() -> None:
    cache: Cache[str, str] = Cache()
    cache.put("a", "second", uid="2", resource_version="5")
    assert not cache.drop("a", uid="1")
    assert cache.get("a") == "second"


def test_a_list_drops_what_it_does_not_show() -> None:
    cache: Cache[str, str] = Cache()
    cache.put("a", "x", uid="1", resource_version="1")
    cache.put("b", "y", uid="2", resource_version="2")
    assert cache.sweep_out(["b"], mark=cache.mark()) == ["a"]
    assert list(cache.values()) == ["y"]


def test_a_list_keeps_what_was_made_while_it_was_under_way() -> None:
    cache: Cache[str, str] = Cache()
    mark = cache.mark()
    cache.put("young", "x", uid="1", resource_version="7")
    assert cache.sweep_out([], mark=mark) == []
    assert cache.get("young") == "x"


def test_a_list_knows_what_was_deleted_while_it_was_under_way() -> None:
    cache: Cache[str, str] = Cache()
    cache.put("a", "x", uid="1", resource_version="7")
    mark = cache.mark()
    cache.drop("a", uid="1")
    assert cache.deleted_since("1", mark)
    cache.sweep_out([], mark=cache.mark())
    assert not cache.deleted_since("1", mark), "what a later list has settled is forgotten"
