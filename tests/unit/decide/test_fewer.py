"""How many fewer, and when: a step waits until waiting has cost what a change is worth."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.capacity import Speed
from sluicegate.decide.fewer import Pace, step_down, watch_fleet
from sluicegate.decide.outlook import Outlook
from sluicegate.decide.scene import Scene
from sluicegate.decide.want import Way
from sluicegate.decide.yesterday import DAY, SLOT
from sluicegate.model.memory import Fleet, Jump, Memory, Minute, Profile
from tests.support.scenes import NOW, rates, scene, speed

LONG_AGO = NOW - 100_000
CALM = Outlook(age=4.0, proven=0.0, arriving=80.0, jump=0.0, growing=False, drowned=False, backlog=0.0, behind=False)
PACE = Pace(stabilization=600.0, outage_hold=900.0)


def highs(rate: float, *, ago: float = 0.0) -> tuple[Minute, ...]:
    return (Minute(minute=int((NOW - ago) // 60), rate=rate),)


def fleet(mean: float) -> Fleet:
    return Fleet(at=NOW, seconds=86_400.0, mean=mean)


def stage(**more: Any) -> Scene:
    """Twelve replicas for 80 messages/s, which two members of 50/s can do at nine tenths."""
    return scene(**{"replicas": 12, "rates": rates(80.0), "last_change": LONG_AGO, **more})


def taken(
    seen: Scene | None = None, *, of: Speed | None = None, outlook: Outlook = CALM, **memory: Any
) -> tuple[int, Way]:
    known = Memory(**{"started": LONG_AGO, "highs": highs(80.0), "fleet": fleet(6.0), **memory})
    return step_down(
        scene=seen or stage(), speed=of or speed(), outlook=outlook, objective=60.0, pace=PACE, memory=known
    )


def least(*given: Any, **more: Any) -> int:
    return taken(*given, **more)[1].least


def test_far_too_many_go_at_once_to_what_is_enough() -> None:
    assert taken()[0] == 2
    assert least() == 2


@pytest.mark.parametrize(
    ("seen", "outlook", "why"),
    [
        (stage(stable=False), CALM, "on their way"),
        (stage(last_change=NOW - 59), CALM, "the last change is 59 s old"),
        (stage(), replace(CALM, behind=True), "messages wait"),
        (stage(), replace(CALM, age=18.0), "18 s old with what runs"),
    ],
)
def test_nothing_goes_while_something_is_not_in_order(seen: Scene, outlook: Outlook, why: str) -> None:
    enough, way = taken(seen, outlook=outlook)
    assert (enough, way.least) == (12, 12)
    assert why in way.why


def test_an_age_below_three_tenths_of_the_objective_is_calm_and_says_nothing_while_nothing_is_measured() -> None:
    assert least(outlook=replace(CALM, age=17.9)) == 2
    probing = Speed(rate=50.0, down=None, measured=False, source="Probing")
    assert least(of=probing, outlook=replace(CALM, age=18.0)) < 12


@pytest.mark.parametrize(("since", "replicas"), [(230, 12), (235, 12), (252, 2), (315, 2)])
def test_a_large_step_waits_little(since: float, replicas: int) -> None:
    """0.7 · 600 s · 6/10 = 252 s."""
    assert least(stage(last_change=NOW - since)) == replicas


@pytest.mark.parametrize(("since", "replicas"), [(839, 4), (840, 3)])
def test_a_step_waits_in_proportion_to_the_average_fleet(since: float, replicas: int) -> None:
    """From 4 to 3 with two on the average: 0.7 · 600 s · 2 = 840 s."""
    seen = scene(replicas=4, rates=rates(105.0), last_change=NOW - since)
    assert least(seen, outlook=replace(CALM, arriving=105.0), highs=highs(105.0), fleet=fleet(2.0)) == replicas


def test_no_step_waits_longer_than_four_stabilization_times() -> None:
    """From 6 to 5 with twelve on the average it would be 0.7 · 600 s · 12 = 5,040 s."""
    outlook = replace(CALM, arriving=200.0)
    known = {"highs": highs(200.0), "fleet": fleet(12.0)}
    seen = scene(replicas=6, partitions=30, rates=rates(200.0, partitions=30), last_change=NOW - 2399)
    assert least(seen, outlook=outlook, **known) == 6
    assert least(replace(seen, last_change=NOW - 2400), outlook=outlook, **known) == 5


def test_a_fast_fall_takes_the_small_step_that_is_due_and_leaves_the_larger() -> None:
    """Four minutes ago it was 120 messages/s, which three members can do and two cannot."""
    way = taken(highs=(*highs(120.0, ago=240.0), *highs(80.0)))[1]
    assert way.least == 3
    assert "highest rate" in taken(highs=(*highs(1000.0, ago=240.0), *highs(80.0)))[1].why


def test_only_what_was_seen_long_enough_counts() -> None:
    """0.9 · 252 s."""
    assert least(started=NOW - 226) == 12
    assert least(started=NOW - 227) == 2
    assert least(started=None) == 12


def test_no_step_is_quicker_than_a_third_of_the_stabilization_time() -> None:
    assert least(stage(last_change=NOW - 209), fleet=fleet(1.0)) == 12
    assert least(stage(last_change=NOW - 210), fleet=fleet(1.0)) == 2


def test_the_fleet_is_averaged_over_a_day_of_looks_a_minute_apart() -> None:
    memory = watch_fleet(scene=stage(), memory=Memory())
    assert memory.fleet == Fleet(at=NOW, seconds=0.0, mean=12.0)
    assert watch_fleet(scene=stage(now=NOW + 59), memory=memory) is memory
    for minute in range(1, 2 * 1440):
        memory = watch_fleet(scene=stage(now=NOW + 60 * minute, replicas=12 if minute < 1440 else 2), memory=memory)
    assert memory.fleet is not None
    assert memory.fleet.seconds == 86_400
    assert 2 + 10 / 3 < memory.fleet.mean < 2 + 10 / 2


def test_nine_tenths_of_a_member_are_planned() -> None:
    assert taken(outlook=replace(CALM, arriving=90.0), highs=highs(90.0))[0] == 2
    assert taken(outlook=replace(CALM, arriving=90.1), highs=highs(90.1))[0] == 3


def test_a_probe_takes_one_step_of_at_least_a_seventh_and_no_further() -> None:
    probing = Speed(rate=50.0, down=None, measured=False, source="Probing")
    assert taken(of=probing) == (6, taken(of=probing)[1])
    assert least(of=probing) == 6
    assert (
        least(scene(replicas=6, partitions=30, rates=rates(80.0, partitions=30), last_change=LONG_AGO), of=probing) == 5
    )
    waits = taken(stage(last_change=NOW - 100), of=probing)
    assert (waits[0], waits[1].least) == (12, 12)


def test_a_probe_is_no_small_step() -> None:
    """With 100 partitions 9 is the next useful number below 10, but more than 0.85 of it."""
    probing = Speed(rate=50.0, down=None, measured=False, source="Probing")
    many = scene(replicas=10, partitions=100, rates=rates(80.0, partitions=100), last_change=LONG_AGO)
    assert least(many, of=probing) == 8


def test_a_probe_that_could_not_be_undone_in_time_is_not_made() -> None:
    """If six members do what was proven of one: 70 s in which 60 · (1 - up/high) pile up, and 4 s pause."""
    slow = Speed(rate=1.0, down=None, measured=False, source="Probing")
    enough, way = taken(of=slow, highs=highs(600.0), outlook=replace(CALM, arriving=600.0))
    assert (enough, way.least) == (12, 12)
    assert "could not be undone in time" in way.why


def test_the_pause_may_cost_half_the_objective() -> None:
    """1.5 · pause · high/fewer of what members do: 1.5 · 25 s of 0.8 are 30 s."""
    assert least(stage(pause=25.0)) == 2
    assert least(stage(pause=25.1)) == 3


def test_a_jump_held_in_reserve_keeps_as_many_as_could_meet_it_in_time() -> None:
    """60 - 56·50/(share · 1,080) ≤ 54 s: the fullest may have at most 0.43 of all that comes."""
    jump = Jump(at=NOW - 3600, rise=1000.0)
    assert [taken(jump=replace(jump, rise=rise))[0] for rise in (850.0, 857.0)] == [2, 3]
    enough, way = taken(jump=jump)
    assert enough == 3
    assert way.least == 3
    assert "made messages late" in taken(jump=replace(jump, rise=50_000.0))[1].why
    assert taken(jump=replace(jump, rise=50_000.0))[0] == 12


def test_what_yesterday_brought_soon_is_not_given_away() -> None:
    quiet = array("f", [80.0] * (DAY + 20))
    quiet[len(quiet) - DAY + 3] = 300.0
    soon = Profile(slot=int(NOW // SLOT), high=80.0, rates=quiet)
    assert taken(profile=soon)[0] == 12
    later = array("f", [80.0] * (DAY + 20))
    later[len(later) - DAY + 5] = 300.0
    assert taken(profile=replace(soon, rates=later))[0] == 2


def test_a_jump_that_yesterday_foretold_needs_no_reserve() -> None:
    same = Profile(slot=int(NOW // SLOT), high=80.0, rates=array("f", [80.0] * (DAY + 20)))
    jump = Jump(at=NOW - 3600, rise=1000.0)
    assert taken(jump=jump, profile=same, foreseen=(NOW - 3600, True))[0] == 2
    assert taken(jump=jump, profile=same, foreseen=(NOW - 3600, False))[0] == 3


def test_an_outage_holds_what_runs_and_says_for_how_long() -> None:
    enough, way = taken(silent_since=NOW - 300, silent_rate=80.0, falls=(NOW - 300,))
    assert (enough, way.least) == (2, 12)
    assert "scaleDown.outageHold for another 600 s" in way.why
    assert least(silent_since=NOW - 901, silent_rate=80.0, falls=(NOW - 901,)) == 2


def test_the_least_is_what_runs_where_no_fewer_are_enough() -> None:
    enough, way = taken(scene(replicas=2, rates=rates(80.0), last_change=LONG_AGO))
    assert (enough, way.least) == (2, 2)
    assert way.why == "80 messages/s are too many for 1"
    assert taken(scene(replicas=1, rates=rates(8.0), last_change=LONG_AGO))[1].why == "no fewer would be enough"


def test_a_regular_jump_that_is_near_is_not_given_away_and_one_that_is_not_needs_no_reserve() -> None:
    def coming(ago: float) -> dict[str, Any]:
        last = NOW - ago
        return {
            "jump": Jump(at=last, rise=220.0),
            "comings": (last - 7200, last - 3600, last),
            "lows": (Minute(minute=int(NOW // 60), rate=80.0),),
        }

    near, way = taken(**coming(3520))
    assert (near, "300 messages/s are due" in way.why) == (6, False)
    assert taken(**coming(600))[0] == 2
