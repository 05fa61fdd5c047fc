"""When an app's topics are looked at again."""

from __future__ import annotations

from sluicegate.control.topics.schedule import DRIFT_EVERY, FIRST_WAIT, LONGEST_WAIT, Schedule
from sluicegate.model.resource import Key

KEY = Key("shop", "orders")


def test_a_new_app_is_due_at_once() -> None:
    assert Schedule().is_due(KEY, about=1, now=0.0)


def test_after_a_good_look_it_is_due_within_minutes_each_app_at_another_moment() -> None:
    schedule = Schedule()
    keys = [Key("shop", f"app-{number}") for number in range(50)]
    for key in keys:
        schedule.looked(key, about=1, now=0.0, well=True)
    assert not any(schedule.is_due(key, about=1, now=0.7 * DRIFT_EVERY) for key in keys)
    assert all(schedule.is_due(key, about=1, now=1.3 * DRIFT_EVERY) for key in keys)
    half = sum(schedule.is_due(key, about=1, now=DRIFT_EVERY) for key in keys)
    assert 10 <= half <= 40


def test_a_change_is_due_at_once() -> None:
    schedule = Schedule()
    schedule.looked(KEY, about=1, now=0.0, well=True)
    assert schedule.is_due(KEY, about=2, now=0.1)


def test_failures_wait_twice_as_long_each_time_up_to_a_bound() -> None:
    schedule = Schedule()
    now, waits = 0.0, []
    for _ in range(10):
        schedule.looked(KEY, about=1, now=now, well=False)
        begun = now
        while not schedule.is_due(KEY, about=1, now=now):
            now += 0.5
        waits.append(now - begun)
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT


def test_a_failure_about_something_else_begins_anew() -> None:
    schedule = Schedule()
    for _ in range(6):
        schedule.looked(KEY, about=1, now=0.0, well=False)
    schedule.looked(KEY, about=2, now=0.0, well=False)
    assert schedule.is_due(KEY, about=2, now=FIRST_WAIT)


def test_what_is_wanted_soon_is_looked_at_soon() -> None:
    schedule = Schedule()
    schedule.looked(KEY, about=1, now=0.0, well=True, again=2.0)
    assert not schedule.is_due(KEY, about=1, now=1.9)
    assert schedule.is_due(KEY, about=1, now=2.0)


def test_an_app_that_is_gone_is_forgotten() -> None:
    schedule = Schedule()
    schedule.looked(KEY, about=1, now=0.0, well=True)
    schedule.forget_unless(lambda key: False)
    assert schedule.is_due(KEY, about=1, now=0.0)
