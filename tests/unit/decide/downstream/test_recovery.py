"""After a breaker has closed, more is allowed step by step."""

from __future__ import annotations

from sluicegate.decide.downstream.breaker import Breaker
from tests.support.breakers import NOW, Watched, spec


def closed(**fields: object) -> Watched:
    """Closed at 105 s with 60 of 200 units in use."""
    watched = Watched(spec=spec(openFor="60s", **fields))
    watched.fail()
    watched.every(15, True, since=45, until=105)
    assert watched.path == ["Open", "Closed"]
    return watched


def allowed(watched: Watched, *, until: float) -> list[int | None]:
    found: list[Breaker] = [watched.tell(at, True) for at in range(105, int(until) + 1, 15)]
    return [one.allowed for one in found]


def test_it_begins_at_what_is_in_use_and_grows_by_a_share_of_the_allocatable_every_time() -> None:
    watched = closed(recovery={"stepPercent": 25, "every": "60s"})
    assert allowed(watched, until=285) == [60_000] * 4 + [110_000] * 4 + [160_000] * 4 + [None]


def test_it_says_so_and_when_the_next_step_comes() -> None:
    breaker = closed().look(170)
    assert (breaker.reason, breaker.next_at) == ("Recovering", NOW + 105 + 120)
    assert breaker.message == "well again; 25 % more is allowed every 60 s"


def test_a_step_is_at_least_one_replica() -> None:
    watched = closed(recovery={"stepPercent": 1, "every": "60s"})
    watched.least_step = 30_000
    assert watched.look(165).allowed == 90_000


def test_more_in_use_meanwhile_does_not_move_the_steps() -> None:
    watched = closed()
    watched.used = 150_000
    assert watched.look(120).allowed == 60_000


def test_it_ends_for_good() -> None:
    watched = closed()
    allowed(watched, until=285)
    watched.allocatable = 500_000
    after = watched.look(300)
    assert (after.allowed, after.reason, after.next_at) == (None, "Healthy", None)


def test_without_room_above_what_is_in_use_there_are_no_steps() -> None:
    watched = Watched(spec=spec(openFor="60s"), used=200_000)
    watched.fail()
    assert watched.every(15, True, since=45, until=105).allowed is None


def test_while_nobody_knows_what_there_is_the_steps_are_single_replicas_and_do_not_end() -> None:
    watched = closed()
    watched.allocatable = None
    assert watched.look(105 + 600).allowed == 60_000 + 10 * 10_000
    assert watched.look(105 + 6000).allowed is not None


def test_a_trip_ends_the_steps() -> None:
    watched = closed()
    breaker = watched.fail(since=105)
    assert (breaker.state.value, breaker.allowed, breaker.trips) == ("Open", None, 2)


def test_a_lower_allocatable_ends_at_what_there_is() -> None:
    watched = closed()
    watched.allocatable = 100_000
    assert watched.look(164).allowed == 60_000
    assert watched.look(225).allowed is None
