"""Names for decisions sort as the decisions did, and never meet."""

from sluicegate.telemetry.identity import new_id


def test_later_decisions_sort_after_earlier_ones() -> None:
    names = [new_id(1_800_000_000 + step / 1000) for step in range(0, 100_000, 37)]
    assert names == sorted(names)


def test_names_of_the_same_moment_differ() -> None:
    assert len({new_id(1_800_000_000.0) for _ in range(1_000)}) == 1_000


def test_a_name_is_26_letters_that_cannot_be_misread() -> None:
    name = new_id(1_800_000_000.0)
    assert len(name) == 26
    assert not set(name) & set("ILOU")
