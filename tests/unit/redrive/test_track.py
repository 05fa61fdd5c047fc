from __future__ import annotations

from sluicegate.redrive.track import Counts, Outcome, Track


def test_the_position_waits_for_the_first_record_that_is_not_acknowledged() -> None:
    track = Track(position=10, end=20, settled=10)
    first, second, third = track.take(10), track.take(11), track.take(13)
    second.outcome = third.outcome = Outcome.REDRIVEN
    track.advance()
    assert (track.position, track.counts) == (10, Counts())
    first.outcome = Outcome.REDRIVEN
    track.advance()
    assert (track.position, track.settled, track.counts.redriven) == (14, 14, 3)


def test_settled_stops_at_the_first_record_that_is_left_where_it_is() -> None:
    track = Track(position=0, end=4, settled=0)
    outcomes = (Outcome.REDRIVEN, Outcome.PARKED, Outcome.PASSED_OVER, Outcome.REDRIVEN)
    for offset, outcome in enumerate(outcomes):
        track.take(offset).outcome = outcome
    track.advance()
    assert (track.position, track.settled, track.finished) == (4, 2, True)
    assert track.counts == Counts(scanned=4, matched=3, redriven=2, parked=1)


def test_a_run_that_begins_behind_what_is_settled_settles_nothing() -> None:
    track = Track(position=10, end=12, settled=4)
    for offset in (10, 11):
        track.take(offset).outcome = Outcome.REDRIVEN
    track.reach(12)
    assert (track.position, track.settled) == (12, 4)


def test_a_run_that_begins_before_what_is_settled_settles_what_lies_behind_it() -> None:
    track = Track(position=0, end=4, settled=2)
    for offset, outcome in enumerate((Outcome.PASSED_OVER, Outcome.REDRIVEN, Outcome.REDRIVEN, Outcome.REDRIVEN)):
        track.take(offset).outcome = outcome
    track.advance()
    assert track.settled == 4


def test_marks_of_transactions_at_the_end_are_no_dead_letters() -> None:
    track = Track(position=0, end=5, settled=0)
    track.take(1).outcome = Outcome.REDRIVEN
    assert not track.finished
    track.reach(5)
    assert (track.finished, track.position, track.settled) == (True, 5, 5)


def test_an_end_that_is_reached_does_not_pass_over_what_is_on_its_way() -> None:
    track = Track(position=0, end=5, settled=0)
    waiting = track.take(1)
    track.reach(9)
    assert (track.read, track.finished, track.position) == (True, False, 0)
    waiting.outcome = Outcome.PARKED
    track.advance()
    assert (track.finished, track.position, track.settled) == (True, 5, 5)
