"""Who gets which partitions when members come and go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sluicegate.decide.assignment import Assignment, shape
from sluicegate.simulate.assignor import NOBODY, ranged, sticky


@given(partitions=st.integers(1, 40), members=st.lists(st.integers(0, 45), min_size=1, max_size=6))
def test_sticky_is_even_and_moves_no_more_than_it_must(partitions: int, members: list[int]) -> None:
    owners = [NOBODY] * partitions
    before = 0
    for count in members:
        after = sticky(owners, members=count)
        if count == 0:
            assert set(after) == {NOBODY}
        else:
            sizes = [after.count(member) for member in range(count)]
            assert max(sizes) - min(sizes) <= 1
            if before and count >= before:  # only what newcomers take
                moved = sum(left != right for left, right in zip(owners, after, strict=True))
                assert moved == sum(sizes[before:])
        owners, before = after, count


def test_sticky_gives_the_partitions_of_one_who_left_to_those_with_room() -> None:
    assert sticky([0, 1, 2, 0, 1, 2], members=2) == [0, 1, 0, 0, 1, 1]


def test_sticky_gives_an_empty_place_back_to_who_took_it() -> None:
    assert sticky([0, NOBODY, 2, 0, NOBODY, 2], members=3) == [0, 1, 2, 0, 1, 2]


def test_more_members_than_partitions_leave_some_with_nothing() -> None:
    assert sorted(sticky([NOBODY] * 2, members=4)) == [0, 1]


def test_range_cuts_every_topic_by_itself() -> None:
    topics = [(0, 1, 2), (3, 4, 5)]
    assert ranged(topics, members=2, partitions=6) == [0, 0, 1, 0, 0, 1]


def test_range_has_no_use_for_more_members_than_the_largest_topic_has_partitions() -> None:
    assert ranged([(0, 1), (2,)], members=4, partitions=3) == [0, 1, 0]


def test_range_without_members_leaves_everything_unowned() -> None:
    assert ranged([(0, 1)], members=0, partitions=2) == [NOBODY, NOBODY]


@given(
    topics=st.lists(st.sampled_from("abc"), min_size=1, max_size=40).map(sorted),
    before=st.integers(1, 45),
    members=st.integers(1, 45),
    data=st.data(),
)
def test_the_law_foresees_what_the_simulated_group_does(
    topics: list[str], before: int, members: int, data: st.DataObject
) -> None:
    """Written twice on purpose, so that neither room leans on the other."""
    one = st.integers(0, before - 1) | st.just(NOBODY)
    owners = tuple(data.draw(st.lists(one, min_size=len(topics), max_size=len(topics))))

    def foreseen(assignor: str) -> list[int]:
        found = Assignment(shape=shape(topics, assignor=assignor), owners=owners, members=before)
        return list(found.plan(members))

    assert foreseen("cooperative-sticky") == sticky(owners, members=members)
    indices = [[index for index, topic in enumerate(topics) if topic == name] for name in sorted(set(topics))]
    assert foreseen("range") == ranged(indices, members=members, partitions=len(topics))
