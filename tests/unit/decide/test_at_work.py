"""What the busiest member handled lately is what a member can do at least, where nobody's partitions changed hands."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.capacity import at_work, learn, speed
from sluicegate.model.memory import Memory, Poll, Sample, packed
from tests.support import given
from tests.support.scenes import NOW, assignment, polls, rates, scene


def uneven(at: float, *done: int) -> Poll:
    return Poll(at=at, end=packed(done), committed=packed(done), lag=packed([0] * len(done)), total=sum(done))


TWO = Memory(polls=(uneven(NOW - 30, 0, 0, 0, 0), uneven(NOW, 300, 600, 300, 0)))


def test_it_is_the_busiest_members_rate_of_the_last_half_minute() -> None:
    stage = scene(replicas=2, partitions=4)
    assert at_work(scene=stage, memory=TWO) == 20
    alone = replace(stage, assignment=assignment(members=1, topics=("a",) * 4))
    assert at_work(scene=alone, memory=TWO) == 40


def test_it_is_not_known_without_two_looks_or_while_partitions_change_hands_or_without_members() -> None:
    stage = scene(replicas=2, partitions=4)
    assert at_work(scene=stage, memory=Memory(polls=TWO.polls[-1:])) is None
    assert at_work(scene=replace(stage, held_for=29.0), memory=TWO) is None
    assert at_work(scene=replace(stage, held_for=30.0), memory=TWO) == 20
    nobody = replace(stage, assignment=assignment(members=0, topics=("a",) * 4, owners=[-1] * 4))
    assert at_work(scene=nobody, memory=TWO) is None
    idle = Memory(polls=(uneven(NOW - 30, 0, 0, 0, 0), uneven(NOW, 0, 0, 0, 0)))
    assert at_work(scene=stage, memory=idle) is None


def test_where_partitions_ended_before_the_first_look_says_nothing_of_what_was_handled() -> None:
    seed = Poll(at=NOW - 300, end=packed([0] * 4), committed=packed([None] * 4), lag=packed([None] * 4), total=0)
    assert at_work(scene=scene(replicas=2, partitions=4), memory=Memory(polls=(seed, TWO.polls[-1]))) is None


def learned(memory: Memory, *, waiting: int, **more: Any) -> Memory:
    stage = scene(floor=(waiting / 12,) * 12, lags=(waiting // 12,) * 12, rates=rates(240.0), **more)
    return learn(scene=stage, memory=memory)


BUSY = Memory(polls=polls(ends=240, out=200, waiting=12_000))


def test_members_with_more_than_enough_to_do_show_what_they_can() -> None:
    assert [sample.rate for sample in learned(BUSY, waiting=12_000).samples] == pytest.approx([50], rel=0.01)


def test_members_without_show_nothing() -> None:
    """Five seconds of work beyond a rhythm of five, of 50 messages/s, for each of four members."""
    little = Memory(polls=polls(ends=200, waiting=1980))
    assert learned(little, waiting=1980).samples == ()
    enough = Memory(polls=polls(ends=200, waiting=2040))
    assert len(learned(enough, waiting=2040).samples) == 1


def test_what_a_member_with_a_partition_that_stands_still_handled_is_not_all_that_it_can() -> None:
    stand = [
        replace(poll, committed=array("q", [BUSY.polls[0].committed[0], *poll.committed[1:]])) for poll in BUSY.polls
    ]
    stage = scene(floor=(1000.0,) * 12, lags=(1000,) * 12, rates=rates(240.0))
    others = learn(scene=stage, memory=Memory(polls=tuple(stand))).samples
    assert [sample.rate for sample in others] == pytest.approx([50], rel=0.01)
    alone = replace(stage, assignment=assignment(members=1))
    assert learn(scene=alone, memory=Memory(polls=tuple(stand))).samples == ()


def test_twelve_samples_are_kept() -> None:
    memory = BUSY
    for _ in range(20):
        memory = replace(learned(memory, waiting=12_000), polls=BUSY.polls)
    assert len(memory.samples) == 12


def test_two_samples_count_more_than_what_was_declared_and_one_only_where_nothing_is() -> None:
    one, two = Memory(samples=(Sample(at=NOW, rate=30.0),)), Memory(samples=(Sample(at=NOW, rate=30.0),) * 2)
    assert speed(declared=50.0, memory=one, now=NOW).source == "Declared"
    assert speed(declared=50.0, memory=two, now=NOW).rate == 30
    assert speed(declared=None, memory=one, now=NOW).rate == 30
    bound = replace(one, bound=20.0, bound_at=NOW)
    assert speed(declared=None, memory=bound, now=NOW).source == "Probing"


def test_a_fresh_bound_above_the_samples_counts_for_half_an_hour() -> None:
    memory = Memory(samples=(Sample(at=NOW, rate=30.0),) * 2, bound=40.0, bound_at=NOW)
    assert speed(declared=None, memory=memory, now=NOW + 1799).rate == 40
    assert speed(declared=None, memory=memory, now=NOW + 1800).rate == 30


def test_for_adding_a_known_speed_is_taken_five_per_cent_low_and_a_bound_as_it_is() -> None:
    assert speed(declared=100.0, memory=Memory(), now=NOW).up == 95
    assert speed(declared=None, memory=Memory(bound=100.0, bound_at=NOW), now=NOW).up == 100
    assert speed(declared=None, memory=Memory(), now=NOW).up == 0


def test_two_minutes_in_which_nobody_fell_behind_prove_the_fullest_members_share() -> None:
    rest = Memory(polls=polls(ends=240))
    begun = learned(rest, waiting=0)
    assert (begun.kept_up_since, begun.bound) == (NOW - 10, 0)
    stage: dict[str, Any] = {"rates": rates(240.0)}
    almost = learn(scene=scene(now=NOW + 109, **stage), memory=begun)
    assert almost.bound == 0
    proven = learn(scene=scene(now=NOW + 110, **stage), memory=begun)
    assert proven.bound == pytest.approx(60)
    assert proven.bound_at == NOW + 110


@pytest.mark.parametrize("more", [{"stable": False}, {"stable_for": 90.0}], ids=["moving", "fresh"])
def test_a_group_that_is_not_at_rest_proves_nothing(more: dict[str, Any]) -> None:
    kept = Memory(polls=polls(ends=240), kept_up_since=NOW - 500)
    assert learned(kept, waiting=0, **more).kept_up_since is None


def test_a_bound_fades_within_hours_when_less_is_proven_since() -> None:
    memory = Memory(polls=polls(ends=40), kept_up_since=NOW - 500, bound=60.0, bound_at=NOW - 12 * 3600)
    bound = learn(scene=scene(rates=rates(40.0)), memory=memory).bound
    assert bound == pytest.approx(60 / 2.71828, rel=0.001)


def test_messages_that_wait_beyond_the_rest_end_the_proof() -> None:
    kept = Memory(polls=polls(ends=240, waiting=3000), kept_up_since=NOW - 500)
    assert learned(kept, waiting=3000).kept_up_since is None


def first_look(*, earlier: tuple[int, float] | None, end: int = 60_000) -> tuple[float | None, Memory]:
    parts = [given.partition(i, end=end, committed=end, earlier=earlier) for i in range(12)]
    decision, memory = given.decided(given.observation(parts, replicas=4))
    return decision.rate_in, memory


def test_the_first_look_knows_the_rate_by_where_partitions_ended_before() -> None:
    rate, memory = first_look(earlier=(57_000, given.NOW - 300))
    assert rate == 120
    assert len(memory.polls) == 2


def test_it_must_be_known_of_all_partitions_and_be_some_seconds_ago() -> None:
    assert first_look(earlier=None)[0] is None
    assert first_look(earlier=(59_950, given.NOW - 4))[0] is None
    assert first_look(earlier=(59_950, given.NOW - 5))[0] == 120
    parts = [given.partition(i, earlier=None if i else (0, given.NOW - 300)) for i in range(12)]
    assert given.decided(given.observation(parts, replicas=4))[0].rate_in is None


def test_later_looks_do_not_begin_anew() -> None:
    _, memory = first_look(earlier=(57_000, given.NOW - 300))
    parts = [given.partition(i, end=60_100, committed=60_100, earlier=(0, given.NOW - 300)) for i in range(12)]
    _, after = given.decided(given.observation(parts, replicas=4, at=given.NOW + 10), memory=memory)
    assert [poll.at - given.NOW for poll in after.polls] == [-300, 0, 10]
