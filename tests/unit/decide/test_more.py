"""How many more, and when: once, for all that is foreseen."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import Any

from sluicegate.decide import more
from sluicegate.decide.outlook import Outlook
from sluicegate.decide.scene import Scene
from sluicegate.decide.want import Want
from sluicegate.decide.yesterday import DAY, SLOT
from sluicegate.model.memory import Jump, Memory, Minute, Profile
from tests.support.scenes import NOW, polls, rates, scene, speed

CALM = Outlook(age=4.0, proven=0.0, arriving=100.0, jump=0.0, growing=False, drowned=False, backlog=0.0, behind=False)
NEVER = float("-inf")


def due(**given: Any) -> bool:
    of = given.pop("of", speed())
    return more.due(outlook=replace(CALM, **given), speed=of, objective=60.0)


def test_replicas_are_added_when_the_oldest_message_would_reach_half_the_objective() -> None:
    assert not due(age=30.0)
    assert due(age=30.1)


def test_a_jump_that_is_not_over_is_waited_for_unless_messages_would_be_late() -> None:
    assert not due(age=60.0, jump=500.0)
    assert due(age=60.1, jump=500.0)
    assert due(age=0.0, jump=500.0, drowned=True)


def test_without_a_measured_capacity_only_members_that_fall_behind_or_a_near_miss_count() -> None:
    guess = replace(speed(), measured=False)
    assert not due(of=guess, age=54.0)
    assert due(of=guess, age=54.1)
    assert due(of=guess, age=31.0, proven=30.1)
    assert not due(of=guess, age=31.0, proven=30.0)
    assert not due(of=speed(None), age=500.0)
    assert due(of=speed(None), proven=30.1)


def test_with_nothing_known_of_members_the_second_look_is_waited_for() -> None:
    first, second = Memory(polls=polls()[-1:]), Memory(polls=polls()[-2:])
    assert more.guessing(scene=scene(), speed=speed(None), memory=first)
    assert not more.guessing(scene=scene(), speed=speed(None), memory=second)
    assert not more.guessing(scene=scene(), speed=speed(), memory=first)
    assert not more.guessing(scene=scene(ready=0), speed=speed(None), memory=first)


def up(seen: Scene, *, of: Any = None, **outlook: Any) -> Want | None:
    return more.step_up(scene=seen, speed=of or speed(), outlook=replace(CALM, age=40.0, **outlook), objective=60.0)


def replicas(want: Want | None) -> int:
    assert want is not None
    return want.replicas


def test_enough_are_added_to_keep_up_at_nine_tenths() -> None:
    """Five members have five partitions at most: 9/s on each is 45/s, all that one of 50/s is given."""
    stage = scene(partitions=24)
    assert replicas(up(stage, arriving=216.0)) == 5
    assert replicas(up(stage, arriving=216.1)) == 6


def test_what_waits_beyond_the_rest_is_worked_off_in_time() -> None:
    """In 0.8 · 60 s a member of 50/s does 2,400, the two partitions of each of six together."""
    pause, rest = 4 * 100 / 12, 2.5 * 100 / 12
    room = 1200 - pause + rest
    assert replicas(up(scene(floor=(room - 1,) * 12), arriving=100.0)) == 6
    assert replicas(up(scene(floor=(room + 1,) * 12), arriving=100.0)) == 12


def test_what_comes_until_they_work_counts_too_and_is_drained_within_two_objectives() -> None:
    """Of 220/s four members leave 20/s for 60 s, 5.45 s of arrivals; four of 24 partitions on each of six members:
    4 · (220/24 + q/120) = 50 at q = 400."""
    stage = scene(partitions=24, rates=rates(220.0, partitions=24, long=0.0))
    room = 400 - (20 * 60 / 220 + 4) * 220 / 24
    assert replicas(up(replace(stage, floor=(room - 1,) * 24), arriving=220.0)) == 6
    assert replicas(up(replace(stage, floor=(room + 1,) * 24), arriving=220.0)) == 8


def test_when_no_number_is_enough_all_partitions_get_a_member_each() -> None:
    assert replicas(up(scene(), arriving=10_000.0)) == 12
    assert up(scene(replicas=12), arriving=10_000.0) is None


def test_steps_up_keep_45_seconds_or_a_shorter_start_unless_messages_would_be_late() -> None:
    changed = scene(last_change=NOW - 5)
    want = up(changed, arriving=264.0)
    assert want is not None
    assert want.not_before == NOW - 5 + 45
    quick = up(replace(changed, lead=15.0), arriving=264.0)
    assert quick is not None
    assert quick.not_before == NOW - 5 + 25
    late = more.step_up(scene=changed, speed=speed(), outlook=replace(CALM, age=61.0, arriving=264.0), objective=60.0)
    assert late is not None
    assert late.not_before == NOW - 5 + 10
    first = up(scene(), arriving=264.0)
    assert first is not None
    assert first.not_before == NEVER
    asleep = up(replace(changed, replicas=0), arriving=264.0)
    assert asleep is not None
    assert asleep.not_before == NEVER


def test_guesses_wait_for_the_effect_of_the_step_before() -> None:
    want = up(scene(last_change=NOW - 5), of=replace(speed(), measured=False), arriving=264.0)
    assert want is not None
    assert want.not_before == NOW - 5 + 60


def test_with_nothing_known_of_members_it_is_one_step() -> None:
    want = up(scene(), of=speed(None), arriving=10_000.0)
    assert want is not None
    assert want.replicas == 6
    assert "one step" in want.sentence


def test_a_jump_that_still_grows_is_waited_for_unless_late_or_the_cap_is_needed_anyway() -> None:
    stage = scene(partitions=24)
    waits = up(stage, arriving=216.0, growing=True)
    assert waits is not None
    assert (waits.replicas, waits.sentence.endswith("the jump is not over yet")) == (4, True)
    assert replicas(up(stage, arriving=2000.0, growing=True)) == 24
    outlook = replace(CALM, age=61.0, arriving=216.0, growing=True)
    assert replicas(more.step_up(scene=stage, speed=speed(), outlook=outlook, objective=60.0)) == 5
    assert replicas(up(scene(replicas=0), arriving=150.0, growing=True)) == 6


def test_consumers_of_a_replica_are_counted_as_members() -> None:
    """Six members, three replicas of two, have four partitions at most."""
    stage = scene(replicas=2, consumers=2, partitions=24)
    assert replicas(up(stage, arriving=230.0)) == 3
    assert replicas(up(stage, arriving=280.0)) == 4


def as_yesterday(*, high: float, slots_ahead: int) -> Memory:
    """100 messages/s all day, but ``high`` so many slots from now a day ago."""
    day = array("f", [100.0] * (DAY + 20))
    day[len(day) - DAY + slots_ahead] = high
    return Memory(profile=Profile(slot=int(NOW // SLOT), high=100.0, rates=day))


def warm(memory: Memory, **stage: Any) -> Want | None:
    return more.warm_up(scene=scene(**stage), speed=speed(), objective=60.0, memory=memory)


def test_what_came_at_this_time_yesterday_is_met_before_it_comes() -> None:
    want = warm(as_yesterday(high=300.0, slots_ahead=1))
    assert want is not None
    assert (want.replicas, want.sentence) == (12, "300 messages/s are to come, as yesterday at this time")
    assert warm(as_yesterday(high=300.0, slots_ahead=3)) is None
    assert warm(Memory()) is None


def test_only_when_it_is_more_than_runs_can_do_by_a_tenth_and_the_group_is_at_rest() -> None:
    busy = as_yesterday(high=300.0, slots_ahead=1)
    assert warm(as_yesterday(high=219.0, slots_ahead=1)) is None
    assert warm(as_yesterday(high=221.0, slots_ahead=1)) is not None
    assert warm(busy, stable=False) is None
    assert warm(busy, last_change=NOW - 59) is None
    assert warm(busy, last_change=NOW - 60) is not None
    assert warm(busy, replicas=12) is None
    assert more.warm_up(scene=scene(replicas=12), speed=speed(5.0), objective=60.0, memory=busy) is None
    assert warm(as_yesterday(high=230.0, slots_ahead=1), rates=rates(220.0)) is None
    assert more.warm_up(scene=scene(), speed=speed(None), objective=60.0, memory=busy) is None


def test_a_regular_jump_is_met_before_it_comes() -> None:
    begin = NOW - 3600 + 80
    memory = Memory(
        jump=Jump(at=begin, rise=200.0),
        comings=(begin - 7200, begin - 3600, begin),
        lows=(Minute(minute=int(NOW // 60), rate=100.0),),
    )
    want = warm(memory)
    assert want is not None
    assert (want.replicas, want.sentence) == (12, "300 messages/s are due, as regularly before")
    assert warm(replace(memory, comings=memory.comings[1:])) is None
