"""When the breaker opens, and how it closes again."""

from __future__ import annotations

import pytest

from sluicegate.decide.downstream.breaker import Result
from sluicegate.model.downstream import BreakerState
from tests.support.breakers import LAG, NOW, PING, Watched, spec

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


def opened(**breaker: object) -> Watched:
    """Open since 45 s."""
    watched = Watched(spec=spec(**breaker))
    assert watched.fail().state is OPEN
    return watched


def test_it_opens_at_the_threshold_and_not_before() -> None:
    watched = Watched(spec=spec())
    assert watched.fail(times=2).state is CLOSED
    breaker = watched.tell(45, False)
    assert (breaker.state, breaker.since, breaker.reason, breaker.trips) == (OPEN, NOW + 45, "CheckFailed", 1)
    assert breaker.message == "check ping failed 3 times in a row: HTTP 503; nobody scales up"
    [(at, move)] = watched.moves
    assert (at, move.before, move.after, move.reason) == (45, CLOSED, OPEN, "CheckFailed")
    assert move.message == breaker.message


def test_a_good_answer_begins_the_row_of_failures_anew() -> None:
    watched = Watched(spec=spec())
    watched.fail(times=2)
    watched.tell(45, True)
    assert watched.fail(since=45, times=2).state is CLOSED
    assert watched.tell(90, False).state is OPEN


def test_an_answer_counts_once_however_often_it_is_looked_at() -> None:
    watched = Watched(spec=spec())
    watched.tell(15, False)
    assert all(watched.look(15 + step).state is CLOSED for step in range(14))


def test_an_answer_from_before_the_last_one_does_not_count() -> None:
    watched = Watched(spec=spec())
    watched.tell(30, False)
    for at in (15, 20, 25):
        watched.results["ping"] = Result(check="ping", passed=False, why="late", at=NOW + at)
        assert watched.look(40).state is CLOSED
    assert watched.tell(45, False).state is CLOSED
    assert watched.tell(60, False).state is OPEN


def test_failures_of_different_checks_do_not_add_up() -> None:
    watched = Watched(spec=spec(health=(PING, LAG)))
    for at in (15, 30):
        watched.tell(at, False)
        assert watched.tell(at, False, check="errors").state is CLOSED
    assert watched.tell(45, False, check="errors").message.startswith("check errors failed 3 times in a row")


def test_one_failure_is_enough_with_a_threshold_of_one() -> None:
    watched = Watched(spec=spec(health=({**PING, "failureThreshold": 1},)))
    assert watched.tell(15, False).message == "check ping failed: HTTP 503; nobody scales up"


def test_an_error_of_the_check_itself_is_no_failure_of_the_dependency() -> None:
    watched = Watched(spec=spec())
    assert watched.every(15, None, since=0, until=600).state is CLOSED


def test_an_error_of_the_check_is_a_failure_where_it_says_so() -> None:
    watched = Watched(spec=spec(health=({**PING, "onError": "Fail"},)))
    assert watched.every(15, None, since=0, until=30).state is CLOSED
    assert watched.tell(45, None).state is OPEN


def test_one_error_of_the_check_does_not_break_a_row_of_failures() -> None:
    watched = Watched(spec=spec())
    watched.fail(times=2)
    watched.tell(45, None)
    assert watched.tell(60, False).state is OPEN


def test_failures_with_a_long_silence_between_are_not_in_a_row() -> None:
    watched = Watched(spec=spec())
    watched.fail(times=2)
    assert watched.tell(30 + 3600, False).state is CLOSED


def test_looks_that_take_longer_than_the_interval_are_still_in_a_row() -> None:
    slow = {**PING, "interval": "1s", "http": {"url": "http://db.example", "timeout": "10s"}}
    watched = Watched(spec=spec(health=(slow,)))
    assert watched.every(10, False, since=0, until=30).state is OPEN


def test_with_hold_it_stays_open_for_open_for_however_good_the_answers_are() -> None:
    watched = opened(openFor="60s")
    assert watched.every(5, True, since=45, until=100).state is OPEN
    assert watched.look(104.9).state is OPEN
    assert watched.look(105).state is CLOSED
    assert watched.path == ["Open", "Closed"]


def test_with_hold_it_waits_for_enough_good_answers() -> None:
    watched = opened(openFor="60s")
    waiting = watched.every(15, False, since=45, until=300)
    assert (waiting.state, waiting.next_at) == (OPEN, None)
    assert waiting.message.endswith("nobody scales up until check ping is good again")
    assert watched.tell(315, True).state is OPEN
    assert watched.tell(330, True).state is CLOSED


def test_with_hold_every_check_must_be_good() -> None:
    watched = Watched(spec=spec(health=(PING, LAG)))
    watched.fail()
    assert watched.every(15, True, since=45, until=300).message.endswith("until check errors is good again")
    watched.tell(300, True, check="errors")
    assert watched.tell(315, True, check="errors").state is CLOSED


def test_good_answers_older_than_three_intervals_are_no_evidence() -> None:
    watched = opened(openFor="200s")
    watched.every(15, True, since=45, until=90)
    assert watched.look(245).state is OPEN
    assert watched.tell(250, True).state is OPEN
    assert watched.tell(265, True).state is CLOSED


@pytest.mark.parametrize(("open_for", "state"), [("60s", CLOSED), ("61s", OPEN)])
def test_a_good_answer_is_evidence_for_three_intervals_and_no_longer(open_for: str, state: BreakerState) -> None:
    watched = opened(openFor=open_for)
    watched.every(7, True, since=46, until=60)
    assert watched.look(106 if open_for == "61s" else 105).state is state


@pytest.mark.parametrize("when_open", ["Floor", "Zero"])
def test_with_floor_or_zero_a_canary_comes_before_the_others(when_open: str) -> None:
    watched = opened(openFor="60s", whenOpen=when_open)
    assert watched.every(15, True, since=45, until=90).state is OPEN
    half = watched.tell(105, True)
    assert (half.state, half.reason) == (HALF_OPEN, "Trying")
    assert half.message == "one canary tries it until check ping is good; the others wait"
    assert watched.tell(120, True).state is HALF_OPEN
    assert watched.tell(135, True).state is CLOSED
    assert watched.path == ["Open", "HalfOpen", "Closed"]


def test_what_was_looked_at_before_the_canary_is_no_success_of_it() -> None:
    watched = opened(openFor="60s", whenOpen="Zero")
    watched.look(105)
    watched.tell(104, True)
    watched.look(106)
    assert watched.tell(120, True).state is HALF_OPEN
    assert watched.tell(135, True).state is CLOSED


def test_good_answers_before_the_canary_runs_do_not_count() -> None:
    watched = opened(openFor="60s", whenOpen="Zero")
    watched.used = 0
    watched.look(105)
    assert watched.every(15, True, since=105, until=150).state is HALF_OPEN
    watched.used = 10_000
    assert watched.tell(160, True).state is HALF_OPEN
    assert watched.tell(164, True).state is CLOSED


def test_where_nothing_wants_to_run_the_checks_alone_close_it_after_open_for() -> None:
    watched = opened(openFor="60s", whenOpen="Zero")
    watched.used = 0
    watched.look(105)
    assert watched.every(15, True, since=105, until=165).state is HALF_OPEN
    assert watched.tell(180, True).state is CLOSED


def test_a_failing_canary_opens_it_again_for_twice_as_long() -> None:
    watched = opened(openFor="60s", whenOpen="Zero")
    watched.look(105)
    assert watched.fail(since=105, times=2).state is HALF_OPEN
    breaker = watched.tell(150, False)
    assert (breaker.state, breaker.trips, breaker.next_at) == (OPEN, 2, NOW + 150 + 120)
    assert watched.look(269).state is OPEN
    assert watched.look(270).state is HALF_OPEN


def test_failures_before_the_canary_do_not_open_it_again() -> None:
    watched = opened(openFor="60s", whenOpen="Zero")
    watched.every(15, False, since=45, until=105)
    assert watched.look(106).state is HALF_OPEN
    assert watched.tell(120, False).state is HALF_OPEN


def test_each_trip_while_recovering_doubles_open_for_to_its_limit() -> None:
    watched = opened(openFor="60s", maxOpenFor="5m")
    waits = []
    for _ in range(5):
        begun = watched.at
        watched.every(15, True, since=begun, until=begun + 400)
        closed_at = watched.moves[-1][0]
        assert watched.moves[-1][1].after is CLOSED
        waits.append(closed_at - begun)
        watched.fail(since=watched.at)
    assert waits == [60, 120, 240, 300, 300]


def test_a_trip_soon_after_the_last_step_counts_as_one_more() -> None:
    watched = opened(openFor="60s", maxOpenFor="5m")
    watched.allocatable = watched.used
    watched.every(15, True, since=45, until=105)
    assert watched.every(15, True, since=105, until=105 + 250).trips == 1
    assert watched.fail(since=355).trips == 2


def test_trips_are_forgotten_once_it_was_well_for_max_open_for() -> None:
    watched = opened(openFor="60s", maxOpenFor="5m")
    watched.allocatable = watched.used
    watched.every(15, True, since=45, until=105)
    assert watched.every(15, True, since=105, until=105 + 300).trips == 0
    again = watched.fail(since=405)
    assert (again.trips, again.next_at) == (1, NOW + 450 + 60)


def test_time_to_forget_trips_begins_only_after_the_last_step() -> None:
    watched = opened(openFor="60s", maxOpenFor="5m", recovery={"stepPercent": 10, "every": "60s"})
    assert watched.every(15, True, since=45, until=105).state is CLOSED
    steps = (200_000 - 60_000) // 20_000
    over = watched.every(15, True, since=105, until=105 + steps * 60)
    assert over.allowed is None
    assert watched.every(15, True, since=watched.at, until=watched.at + 285).trips == 1
    assert watched.every(15, True, since=watched.at, until=watched.at + 15).trips == 0


def test_a_check_that_was_taken_out_of_the_spec_holds_nothing_open() -> None:
    watched = Watched(spec=spec(health=(PING, LAG)))
    watched.fail()
    watched.every(15, False, since=45, until=105)
    watched.spec = spec(health=(LAG,))
    watched.tell(110, True, check="errors")
    assert watched.tell(125, True, check="errors").state is CLOSED


def test_a_clock_set_back_neither_opens_it_nor_keeps_it_open_for_ever() -> None:
    watched = opened(openFor="60s")
    assert watched.every(15, True, since=-3600, until=-3540).state is OPEN
    assert watched.every(15, True, since=-3540, until=-3525).state is CLOSED
