"""Where one rule ends and the next begins: moments, shares and numbers exactly at a boundary."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest

from sluicegate.decide import health, stabilization
from sluicegate.decide.fields import Fields
from sluicegate.decide.incarnation import void_recreated
from sluicegate.decide.invalid import check
from sluicegate.decide.lag_per_replica import lag_per_replica
from sluicegate.decide.members import Crew
from sluicegate.decide.need import needs, smallest
from sluicegate.decide.yesterday import DAY, SLOT
from sluicegate.errors import Invalid
from sluicegate.model.known import Known
from sluicegate.model.memory import Memory, Order, Profile
from tests.support import given
from tests.support.scenes import assignment, scene

NOW = given.NOW


def test_an_objective_of_two_polls_is_the_shortest() -> None:
    app = given.spec(scaling={"lagObjective": "20s"})
    check(app, poll=10.0)
    with pytest.raises(Invalid, match=r"spec\.scaling\.lagObjective is 20s, less than two polls .* write 22s or more"):
        check(app, poll=11.0)


def standing(owners: str, moved: list[int], *, gap: float | None = None) -> Memory:
    """``moved`` seconds since each partition moved; owners by a letter each."""
    return Memory(owner=tuple(owners.replace("-", " ").split(",")), moved_at=tuple(NOW - ago for ago in moved), gap=gap)


def stuck(memory: Memory, *lags: int) -> tuple[int, ...]:
    return health.stuck(lags=lags, memory=memory, now=NOW, poll=10.0)


def test_stuck_is_who_stands_still_for_two_minutes_while_half_of_the_others_partitions_move() -> None:
    assert stuck(standing("a,b,b", [120, 0, 0]), 9, 9, 9) == (0,)
    assert stuck(standing("a,b,b", [119, 0, 0]), 9, 9, 9) == ()
    assert stuck(standing("a,b,b", [120, 0, 500]), 9, 9, 9) == (0,)
    assert stuck(standing("a,b,b,b", [120, 0, 500, 500]), 9, 9, 9, 9) == ()
    assert stuck(standing("a,b,b", [120, 0, 0]), 0, 9, 9) == ()


def test_where_a_member_is_alone_its_other_partitions_tell() -> None:
    assert stuck(standing("a,a,a", [120, 0, 500]), 9, 9, 9) == (0, 2)
    assert stuck(standing("a,a,a", [120, 500, 500]), 9, 9, 9) == ()
    assert stuck(standing("a", [500]), 9) == ()


def test_slow_commits_are_waited_for() -> None:
    slow = standing("a,b,b", [170, 0, 0], gap=60.0)
    assert stuck(slow, 9, 9, 9) == ()
    assert stuck(replace(slow, moved_at=(NOW - 180, NOW, NOW)), 9, 9, 9) == (0,)


def test_it_is_no_demand_any_more_as_soon_as_it_begins() -> None:
    begun = standing("a,b,b", [40, 0, 0])
    assert health.stalled(lags=(9, 9, 9), memory=begun, now=NOW, poll=10.0) == (0,)
    assert health.stalled(lags=(9, 9, 9), memory=begun, now=NOW - 1, poll=10.0) == ()


def test_a_partition_without_a_member_is_so_for_longer_than_a_start_takes() -> None:
    group = given.group(given.dealt(given.partitions(0, 0), 1))
    crew = Crew(known=True, ours=group.members)
    memory = standing("a,", [0, 60])
    memory = replace(memory, owner=("a", ""))
    assert health.unowned(group=group, crew=crew, memory=memory, now=NOW, lead=60.0) == ((1,), ())
    assert health.unowned(group=group, crew=crew, memory=memory, now=NOW + 1, lead=60.0) == ((1,), (1,))
    assert health.unowned(group=None, crew=crew, memory=memory, now=NOW + 1, lead=60.0) == ((), ())
    rebalancing = replace(group, state="PreparingRebalance")
    assert health.unowned(group=rebalancing, crew=crew, memory=memory, now=NOW + 1, lead=60.0) == ((), ())
    assert health.unowned(group=group, crew=Crew(known=True), memory=memory, now=NOW + 1, lead=60.0) == ((), ())


def test_consumers_are_missing_once_ready_pods_have_not_joined_for_longer_than_a_start_takes() -> None:
    members = given.dealt(given.partitions(0, 0, 0), 2)
    crew = Crew(known=True, ours=members)

    def watch(memory: Memory, now: float, *, crew: Crew = crew, described: float = NOW + 31) -> tuple[int, Memory]:
        group = given.group(members, described_at=described)
        return health.watch_missing(
            crew=crew, pods=given.pods(3), consumers=1, group=group, memory=memory, now=now, lead=60.0
        )

    count, memory = watch(Memory(), NOW)
    assert (count, memory.missing_since) == (0, NOW)
    assert watch(memory, NOW + 60)[0] == 0
    assert watch(memory, NOW + 61)[0] == 1
    assert watch(memory, NOW + 61, described=NOW + 30)[0] == 0
    assert watch(memory, NOW + 61, crew=Crew(known=False)) == (0, memory)
    assert watch(memory, NOW + 61, crew=Crew(known=True, ours=(*members, members[0])))[1].missing_since is None


def test_more_than_one_member_handles_is_bound() -> None:
    assert health.bound(share=(0.5, 0.5), arriving=100.0, member=50.0) == ()
    assert health.bound(share=(0.6, 0.4), arriving=100.0, member=50.0) == (0,)
    assert health.bound(share=(0.6, 0.4), arriving=100.0, member=None) == ()


def test_no_number_is_enough_where_none_of_those_offered_is() -> None:
    now = assignment(members=4)
    asked = needs(arriving=[40.0] * 12, backlog=[0.0] * 12, missing=0.0, pause=0.0, objective=60.0, member=50.0)
    assert smallest(asked, counts=[6], assignment=now) is None
    assert smallest(asked, counts=[6, 12], assignment=now) == 12


def test_nothing_running_and_nothing_known_stays_so() -> None:
    app = given.spec(scaling={"minReplicas": 0})
    rising, end = Memory(), 1000.0
    for second in range(0, 200, 10):
        end += 10 * (3 + second / 15)
        parts = [given.partition(i, end=int(end), committed=int(end)) for i in range(12)]
        _, rising = given.decided(given.observation(parts, replicas=0, at=NOW + second), app=app, memory=rising)
    for ago in (10, 20, 30, 40):
        dark = given.observation((), replicas=0, at=NOW + 190 + ago, fault=given.LOST)
        decision, rising = given.decided(dark, app=app, memory=rising)
        assert decision.replicas == 0


def test_no_lag_is_called_so() -> None:
    memory = Memory()
    for second in (0, 10):
        parts = [given.partition(i, end=100 * second, committed=100 * second) for i in range(12)]
        decision, memory = given.decided(given.observation(parts, replicas=2, at=NOW + second), memory=memory)
    assert "wanted for no lag (" in decision.message


def test_a_decision_meets_what_yesterday_brought_at_this_time() -> None:
    day = array("f", [120.0] * (DAY + 20))
    day[len(day) - DAY + 1] = 500.0
    memory = Memory(profile=Profile(slot=int(NOW // SLOT), high=120.0, rates=day))
    for second in range(0, 130, 10):
        parts = [given.partition(i, end=1000 + 10 * second, committed=1000 + 10 * second) for i in range(12)]
        decision, memory = given.decided(given.observation(parts, replicas=4, at=NOW + second), memory=memory)
    assert decision.replicas == 12
    assert "500 messages/s are to come, as yesterday at this time" in decision.message


def test_an_end_that_could_not_be_read_at_a_poll_is_passed_over_when_the_age_is_looked_up() -> None:
    memory, ends = Memory(), (0, 100, None, 300)
    for index, end in enumerate(ends):
        fault = None if end is not None else given.LOST
        parts = [
            given.partition(0, end=end, stable=end, committed=50 if end else 0, fault=fault),
            given.partition(1),
        ]
        decision, memory = given.decided(given.observation(parts, replicas=1, at=NOW + 10 * index), memory=memory)
    assert isinstance(decision.lag.seconds, Known)
    assert decision.lag.seconds.value == pytest.approx(25)


def test_members_of_others_take_their_part_of_the_useful_numbers() -> None:
    """Of 1, 2, 3, 4, 6 and 12 members two are not the workload's."""
    assert scene(foreign=2).counts() == (1, 2, 4, 10)
    assert scene(foreign=2).members(4) == 6
    assert scene(foreign=20).counts() == (1,)
    assert scene(consumers=5, replicas=1).counts() == (1, 2, 3)


@pytest.mark.parametrize(("replicas", "last_up", "before"), [(2, 100.0, 130.0), (0, 100.0, None), (2, None, None)])
def test_steps_up_for_lag_per_replica_keep_half_a_minute_but_for_the_first(
    replicas: int, last_up: float | None, before: float | None
) -> None:
    want = lag_per_replica(lag=5000, per_replica=1000, replicas=replicas, last_up=last_up)
    assert want.not_before == (float("-inf") if before is None else before)
    assert want.replicas == 5


def test_nothing_wanted_in_a_window_is_zero() -> None:
    assert stabilization.highest(window=600.0, memory=Memory(), now=NOW) == 0


def test_rows_of_another_form_are_absent() -> None:
    data = {"a": [[1, 2.5], [1], "x", [None, 2], [3, "y"], [4, -1], [5, 6]], "b": "no list"}
    found = Fields(data, now=4.0)
    assert list(found.rates("a")) == [(1, 2.5), (4, 6)]
    assert list(found.pairs("a")) == [(4, 6)]
    assert list(found.pairs("a", ahead=10.0)) == [(5, 6)]
    assert list(found.rates("b")) == list(found.rates("c")) == []


def test_an_end_that_fell_back_is_no_arrival_and_hides_none() -> None:
    memory = Memory()
    for second, first in ((0, 5000), (10, 5100), (20, 3000), (30, 3100)):
        parts = [
            given.partition(0, end=first, committed=first),
            *(given.partition(i, end=1000 + 10 * second, committed=1000 + 10 * second) for i in range(1, 4)),
        ]
        decision, memory = given.decided(given.observation(parts, replicas=2, at=NOW + second), memory=memory)
    assert decision.rate_in == pytest.approx(3 * 10)


@pytest.mark.parametrize(("count", "said"), [(6, "orders-5 read by"), (7, "orders-5 and 1 more read by")])
def test_five_partitions_are_named_and_the_others_counted(count: int, said: str) -> None:
    memory = Memory()
    for second in range(0, 140, 10):
        parts = given.partitions(*[0] * count)
        members = given.dealt(parts[:1], 1)
        seen = given.observation(parts, replicas=1, at=NOW + second, members=members)
        decision, memory = given.decided(seen, memory=memory)
    assert said in given.condition(decision, "PartitionsHealthy").message


@pytest.mark.parametrize(("took", "lead"), [(2, 10.0), (40, 40.0), (400, 300.0)])
def test_a_start_counts_between_ten_seconds_and_five_minutes(took: int, lead: float) -> None:
    memory = Memory(order=Order(at=NOW - took, up=True), last_up=NOW - took, written=2, target_uid="w")
    _, memory = given.decided(given.observation(given.partitions(0, 0, 0)), memory=memory)
    assert (memory.leads, memory.order) == ((lead,), None)


def test_a_topic_made_anew_takes_its_settled_rest_with_it_and_no_other() -> None:
    known = Memory(
        topic_ids=(("orders", "id-orders"), ("paid", "id-paid")),
        residue=(("orders-0", 100, 1, 3), ("paid-0", 100, 1, 3)),
        first_end=(("orders-0", 5), ("paid-0", 5)),
        names=("orders-0", "paid-0"),
        held=(1, 1),
    )
    parts = [given.partition(0, topic_id="another"), given.partition(0, topic="paid")]
    memory = void_recreated(parts, known)
    assert memory.residue == (("paid-0", 100, 1, 3),)
    assert memory.first_end == (("paid-0", 5),)
    assert memory.held == (None, 1)
