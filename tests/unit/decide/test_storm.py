"""When dead letters are too many to be single messages, and what follows."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.act.events import transitions
from sluicegate.decide import persist, restore
from sluicegate.decide.storm import LEAST
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Action, Decision, Limit, Truth
from sluicegate.model.memory import Memory
from sluicegate.model.topic import DeadLetters
from tests.support import given


def app(*, delays: list[str] | None = None, scaling: dict[str, Any] | None = None, **storm: Any) -> AppSpec:
    handling: dict[str, Any] = {"storm": storm}
    if delays:
        handling["retry"] = {"delays": delays}
    return given.spec(errorHandling=handling, scaling=scaling or {})


class Play:
    """An app of six partitions, looked at every ten seconds."""

    def __init__(self, spec: AppSpec, *, replicas: int = 2) -> None:
        self.spec = spec
        self.replicas = replicas
        self.memory = Memory()
        self.at = given.NOW
        self.came = self.handled = 60_000
        self.letters: int | None = 0
        self.seen: list[Decision] = []

    def go(self, *, polls: int, rate: float = 60.0, handled: float | None = None, dead: float = 0.0) -> Decision:
        """``rate`` messages a second come, ``handled`` (all of them) are, ``dead`` go to the dead letters."""
        for _ in range(polls):
            self.at += 10
            self.came += round(10 * rate)
            self.handled += round(10 * (rate if handled is None else handled))
            if self.letters is not None:
                self.letters += round(10 * dead)
            self.look()
        return self.seen[-1]

    def look(self) -> None:
        parts = [
            given.partition(i, end=10_000 + self.came // 6, committed=10_000 + self.handled // 6) for i in range(6)
        ]
        fault = None if self.letters is not None else given.LOST
        known = DeadLetters(topic="orders.orders-v1.dlq", records=self.letters, ends=self.letters, fault=fault)
        seen = given.observation(parts, replicas=self.replicas, at=self.at, dead_letters=(known,))
        decision, self.memory = given.decided(seen, app=self.spec, memory=self.memory)
        self.seen.append(decision)


def test_poison_in_ones_and_twos_is_no_storm() -> None:
    decision = Play(app()).go(polls=30, dead=1.2)

    assert not decision.storm
    assert decision.dead_letters is not None
    assert decision.dead_letters.rate == pytest.approx(1.2)
    assert decision.dead_letters.percent == pytest.approx(2.0)
    assert given.condition(decision, "DeadLettering").status is Truth.FALSE


def test_more_than_the_allowed_part_is_a_storm_told_once() -> None:
    play = Play(app())
    play.go(polls=15)
    play.go(polls=20, dead=50)
    events = [
        note.reason
        for before, after in zip(play.seen, play.seen[1:], strict=False)
        for note in transitions((), decision=after, before=before)
    ]

    assert play.seen[-1].storm
    assert given.condition(play.seen[-1], "DeadLettering").reason == "DeadLetterStorm"
    assert "83 %" in given.condition(play.seen[-1], "DeadLettering").message
    assert events.count("DeadLetterStorm") == 1


@pytest.mark.parametrize(("most", "storm"), [(90, False), (80, True)])
def test_max_percent_is_the_bound(most: int, storm: bool) -> None:
    play = Play(app(maxPercent=most))
    play.go(polls=15)

    assert play.go(polls=20, dead=51).storm is storm


def test_in_a_storm_nothing_is_added() -> None:
    play = Play(app(), replicas=2)
    play.go(polls=15)
    decision = play.go(polls=20, rate=600, handled=60, dead=50)

    assert decision.wanted is not None
    assert decision.wanted > 2
    assert (decision.replicas, decision.action) == (2, Action.HOLD)
    assert (decision.limited_by, decision.reason) == (Limit.DEAD_LETTER_STORM, "DeadLetterStorm")
    assert given.condition(decision, "ScalingLimited").reason == "DeadLetterStorm"


def test_a_frozen_app_may_still_go_down_and_a_person_may_still_raise_the_floor() -> None:
    play = Play(app(scaling={"minReplicas": 4}), replicas=2)
    play.go(polls=15)
    decision = play.go(polls=20, dead=50)

    assert (decision.replicas, decision.reason) == (4, "MinRaised")


@pytest.mark.parametrize(("least", "floor"), [(1, 1), (3, 3), (0, 1)])
def test_the_floor_is_taken_at_once_and_spends_no_budget(least: int, floor: int) -> None:
    spec = app(action="Floor", scaling={"minReplicas": least, "scaleDown": {"maxPerHour": 1}})
    play = Play(spec, replicas=6)
    play.go(polls=15, rate=240)
    decision = play.go(polls=20, rate=240, dead=200)

    assert (decision.replicas, decision.action, decision.write) == (floor, Action.SCALE_DOWN, True)
    assert (decision.reason, decision.limited_by) == ("DeadLetterStorm", Limit.DEAD_LETTER_STORM)


def test_it_subsides_once_the_window_is_calm_again() -> None:
    play = Play(app(window="2m"))
    play.go(polls=15)
    assert play.go(polls=20, dead=50).storm
    assert play.go(polls=2).storm
    assert not play.go(polls=14).storm


def test_so_few_that_they_say_nothing_are_no_storm() -> None:
    play = Play(app())
    play.go(polls=15, rate=0)
    assert play.letters is not None
    play.letters += LEAST - 1

    assert not play.go(polls=6, rate=0).storm


def test_poison_that_arrives_after_its_retries_when_all_else_is_done_is_no_storm() -> None:
    """A burst of 6,000 messages, of which two in a hundred die eleven minutes later."""
    play = Play(app(delays=["10s", "1m", "10m"]))
    play.go(polls=10, rate=60)
    play.go(polls=60, rate=0)
    decision = play.go(polls=12, rate=0, dead=1)

    assert decision.dead_letters is not None
    assert decision.dead_letters.rate == pytest.approx(1.0, rel=0.2)
    assert not any(one.storm for one in play.seen)


def test_an_app_whose_every_retry_fails_storms_while_it_is_idle_otherwise() -> None:
    play = Play(app(delays=["10s"]))
    play.go(polls=20, rate=1)
    play.go(polls=20, rate=0)

    assert play.go(polls=12, rate=0, dead=20).storm


def test_what_cannot_be_read_neither_begins_a_storm_nor_ends_one() -> None:
    play = Play(app())
    play.go(polls=15)
    play.go(polls=20, dead=50)
    before, play.letters = play.letters, None
    unread = play.go(polls=30)
    play.letters = before

    assert unread.storm
    assert unread.dead_letters is not None
    assert unread.dead_letters.records is None
    assert unread.dead_letters.rate is None


def test_an_outage_of_the_brokers_is_told_by_no_word_about_dead_letters() -> None:
    play = Play(app())
    play.go(polls=15)
    seen = given.observation((), at=play.at + 10, fault=given.LOST)
    decision, _ = given.decided(seen, app=play.spec, memory=play.memory)

    assert "DeadLettering" not in {one.type for one in decision.conditions}


def test_a_topic_that_was_made_anew_brings_no_storm() -> None:
    play = Play(app())
    play.letters = 100_000
    play.go(polls=15)
    play.letters = 0

    assert not play.go(polls=15).storm


def test_letters_that_lay_there_before_are_counted_and_are_no_storm() -> None:
    play = Play(app())
    play.letters = 100_000
    decision = play.go(polls=15)

    assert not decision.storm
    assert decision.dead_letters is not None
    assert decision.dead_letters.records == 100_000


def test_a_storm_outlasts_a_restart_until_its_window_was_seen() -> None:
    play = Play(app())
    play.go(polls=15)
    play.go(polls=20, dead=50)
    play.memory = restore(persist(play.memory), now=play.at)

    assert play.go(polls=3).storm
    assert not play.go(polls=14).storm


def test_without_error_handling_nothing_is_kept() -> None:
    play = Play(app())
    play.go(polls=15)
    play.go(polls=20, dead=50)
    play.spec = given.spec()
    decision = play.go(polls=1)

    assert not decision.storm
    assert decision.dead_letters is None
    assert (play.memory.tallies, play.memory.storm_since) == ((), None)


def test_what_is_remembered_is_bounded() -> None:
    play = Play(app(delays=["168h"], window="30s"))
    for _ in range(40):
        play.go(polls=20, dead=1)
        assert len(play.memory.tallies) <= 60
