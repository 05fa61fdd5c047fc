"""What people say goes before what checks say: ForcedOpen, Disabled, MetricsOnly; and a dependency without checks."""

from __future__ import annotations

import pytest

from sluicegate.decide.downstream.breaker import allowance
from sluicegate.model.dependency import WhenOpen
from sluicegate.model.downstream import BreakerState
from tests.support.breakers import NOW, PING, Watched, spec

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


def forced(**breaker: object) -> Watched:
    """Forced open at 0 s."""
    watched = Watched(spec=spec(mode="ForcedOpen", **breaker))
    watched.look(0)
    return watched


def test_forced_open_opens_at_once_and_stays_however_good_the_answers_are() -> None:
    watched = Watched(spec=spec())
    watched.every(15, True, since=0, until=60)
    watched.spec = spec(mode="ForcedOpen")
    breaker = watched.look(61)
    assert (breaker.state, breaker.since, breaker.reason, breaker.next_at) == (OPEN, NOW + 61, "ForcedOpen", None)
    assert breaker.message == "spec.breaker.mode is ForcedOpen; nobody scales up until it is Auto again"
    assert watched.every(15, True, since=61, until=7200).state is OPEN
    assert watched.path == ["Open"]


def test_open_for_begins_when_forced_open_ends() -> None:
    watched = forced(openFor="60s")
    watched.every(15, True, since=0, until=900)
    watched.spec = spec(openFor="60s")
    breaker = watched.look(905)
    assert (breaker.state, breaker.since, breaker.next_at) == (OPEN, NOW, NOW + 905 + 60)
    assert (breaker.reason, breaker.message) == (
        "WasForcedOpen",
        "spec.breaker.mode was ForcedOpen; nobody scales up",
    )
    assert watched.every(15, True, since=905, until=964).state is OPEN
    assert watched.tell(965, True).state is CLOSED


def test_out_of_forced_open_the_way_with_zero_is_through_a_canary() -> None:
    watched = forced(openFor="60s", whenOpen="Zero")
    watched.spec = spec(openFor="60s", whenOpen="Zero")
    watched.every(15, True, since=0, until=120)
    assert watched.path == ["Open", "HalfOpen", "Closed"]


def test_forcing_it_open_again_and_again_keeps_it_open_no_longer_afterwards() -> None:
    watched = forced(openFor="60s")
    for round_ in range(4):
        watched.spec = spec(openFor="60s")
        watched.every(15, True, since=watched.at, until=watched.at + 90)
        watched.spec = spec(openFor="60s", mode="ForcedOpen")
        assert watched.look(watched.at + 1).trips == 1, round_


def test_disabled_closes_it_and_limits_nothing() -> None:
    watched = Watched(spec=spec(whenOpen="Zero"))
    watched.fail()
    watched.spec = spec(whenOpen="Zero", mode="Disabled")
    breaker = watched.look(46)
    assert (breaker.state, breaker.reason, breaker.active, breaker.allowed) == (CLOSED, "Disabled", False, None)
    assert breaker.trips == 0
    assert watched.every(15, False, since=46, until=900).state is CLOSED


def test_out_of_disabled_it_is_closed_and_opens_by_what_the_checks_say() -> None:
    watched = Watched(spec=spec(mode="Disabled"))
    watched.every(15, True, since=0, until=60)
    watched.spec = spec()
    assert watched.look(61).state is CLOSED
    assert watched.fail(since=60).state is OPEN
    ill = Watched(spec=spec(mode="Disabled"))
    ill.fail(times=10)
    ill.spec = spec()
    assert ill.look(151).state is OPEN


def test_metrics_only_shows_the_state_and_limits_nothing() -> None:
    watched = Watched(spec=spec(mode="MetricsOnly", whenOpen="Zero"))
    breaker = watched.fail()
    assert (breaker.state, breaker.active) == (OPEN, False)
    assert breaker.message.endswith("; mode MetricsOnly: nothing is limited")
    assert allowance(breaker=breaker, when_open=WhenOpen.ZERO, replicas=5, minimum=1, canary=False) == (None, False)
    watched.every(15, True, since=45, until=135)
    after = watched.look(136)
    assert (watched.path, after.allowed) == (["Open", "HalfOpen", "Closed"], None)


def test_metrics_only_made_auto_limits_from_then_on() -> None:
    watched = Watched(spec=spec(mode="MetricsOnly"))
    watched.fail()
    watched.spec = spec()
    breaker = watched.look(46)
    assert (breaker.state, breaker.since, breaker.active, len(watched.moves)) == (OPEN, NOW + 45, True, 1)


def test_without_checks_only_a_person_opens_it() -> None:
    watched = Watched(spec=spec(health=()))
    breaker = watched.tell(15, False, check="left over")
    assert (breaker.state, breaker.reason) == (CLOSED, "NoHealthChecks")
    watched.spec = spec(health=(), mode="ForcedOpen")
    assert watched.look(20).state is OPEN
    watched.spec = spec(health=(), openFor="60s")
    assert watched.look(30).state is OPEN
    assert watched.look(90).state is CLOSED


def test_without_checks_the_canary_runs_for_open_for() -> None:
    watched = Watched(spec=spec(health=(), mode="ForcedOpen", whenOpen="Zero"))
    watched.look(0)
    watched.spec = spec(health=(), openFor="60s", whenOpen="Zero")
    watched.look(10)
    half = watched.look(70)
    assert (half.state, half.message) == (
        HALF_OPEN,
        "one canary tries it for openFor, as no checks tell; the others wait",
    )
    assert watched.look(129).state is HALF_OPEN
    assert watched.look(130).state is CLOSED


@pytest.mark.parametrize(
    ("when_open", "words"),
    [("Hold", "nobody scales up"), ("Floor", "consumers go to their minimum"), ("Zero", "consumers stop")],
)
def test_the_message_says_what_consumers_do_meanwhile(when_open: str, words: str) -> None:
    assert Watched(spec=spec(health=(PING,), whenOpen=when_open)).fail().message.endswith(words)
