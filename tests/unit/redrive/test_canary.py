from __future__ import annotations

import pytest

from sluicegate.model.redrive import Canary
from sluicegate.redrive.canary import Stage, Trial
from sluicegate.redrive.dialects import Origin
from sluicegate.redrive.refusal import Refusal

CANARY = Canary(records=20, max_return_percent=10.0, soak=60.0)
BROKEN = Origin(dialect="Sluicegate", error_class="Broken")


def _sent(count: int = 20, canary: Canary | None = CANARY) -> Trial:
    trial = Trial(canary)
    for _ in range(count):
        assert not trial.full
        trial.sends()
    return trial


def test_without_a_canary_there_is_nothing_to_wait_for() -> None:
    assert Trial(None).passed
    assert not Trial(None).full


def test_no_more_than_the_canary_goes_before_it_is_over() -> None:
    trial = _sent()
    assert trial.full
    trial.soak(now=100.0)
    trial.judge(now=159.9, caught_up=True)
    assert (trial.full, trial.passed) == (True, False)
    trial.judge(now=160.0, caught_up=True)
    assert (trial.full, trial.passed) == (False, True)


def test_it_does_not_pass_before_what_came_meanwhile_was_seen() -> None:
    trial = _sent()
    trial.soak(now=0.0)
    trial.judge(now=1000.0, caught_up=False)
    assert trial.stage is Stage.SOAKING


def test_it_fails_as_soon_as_too_many_are_back_and_says_what_failed() -> None:
    trial = _sent()
    trial.soak(now=0.0)
    for _ in range(2):
        trial.came_back(BROKEN)
    trial.judge(now=5.0, caught_up=True)
    trial.came_back(Origin(dialect="none"))
    with pytest.raises(Refusal) as told:
        trial.judge(now=5.0, caught_up=True)
    assert str(told.value) == (
        "canary: 3 of 20 records came back (15.0 %, allowed are 10 %), most of them with Broken: correct what fails, "
        "then start another redrive"
    )


def test_fewer_records_than_the_canary_asks_for_are_a_canary_as_well() -> None:
    trial = _sent(5)
    trial.soak(now=0.0)
    trial.came_back(BROKEN)
    with pytest.raises(Refusal, match="1 of 5 records came back"):
        trial.judge(now=1.0, caught_up=True)


def test_when_nothing_was_sent_there_is_nothing_to_wait_for() -> None:
    trial = Trial(CANARY)
    trial.soak(now=0.0)
    assert trial.passed


def test_it_is_not_flown_again_once_it_was_proved() -> None:
    assert Trial(CANARY, proved=True).passed


def test_a_person_is_told_what_it_waits_for() -> None:
    trial = _sent()
    assert trial.words(now=0.0) == ""
    trial.soak(now=0.0)
    trial.came_back(BROKEN)
    assert trial.words(now=15.0) == "canary: 20 records were written, 1 came back so far; goes on in 45s"
