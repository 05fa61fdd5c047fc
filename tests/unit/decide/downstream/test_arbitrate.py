"""Who is entitled to what: guarantees by priority, then weighted max-min in whole replicas over all dependencies."""

from __future__ import annotations

import pytest

from sluicegate.decide.downstream.arbitrate import Claim, Need, arbitrate, components
from sluicegate.model.downstream import Surge


def claim(app: str, wanted: int, *, weight: int = 1, cost: int = 10, surge: Surge | None = None, **need: int) -> Claim:
    needs = (Need(pool="db", cost=cost * 1000, weight=weight * 1000, **need),)
    return Claim(app=app, wanted=wanted, needs=needs, surge=surge or Surge())


def shared(*claims: Claim, room: int = 120) -> dict[str, int]:
    return arbitrate(claims, room={"db": room * 1000})


def test_weights_divide_what_all_want() -> None:
    assert shared(claim("a", 50, weight=2), claim("b", 50)) == {"a": 8, "b": 4}


def test_what_one_does_not_want_the_others_get() -> None:
    assert shared(claim("a", 3, weight=2), claim("b", 50)) == {"a": 3, "b": 9}


def test_ties_go_by_name() -> None:
    assert shared(claim("b", 50), claim("a", 50), room=70) == {"a": 4, "b": 3}


def test_guaranteed_replicas_come_first_by_priority_and_never_beyond_the_room() -> None:
    found = shared(claim("a", 50, guaranteed=5), claim("b", 50, guaranteed=5, priority=1), claim("c", 50), room=80)
    assert found == {"a": 3, "b": 5, "c": 0}


def test_guaranteed_replicas_that_are_not_wanted_are_not_given() -> None:
    assert shared(claim("a", 2, guaranteed=9), claim("b", 50)) == {"a": 2, "b": 10}


def test_without_weight_an_app_gets_what_is_left_over() -> None:
    assert shared(claim("a", 5), claim("b", 50, weight=0)) == {"a": 5, "b": 7}
    assert shared(claim("a", 50), claim("b", 50, weight=0)) == {"a": 12, "b": 0}


def test_a_dear_app_that_no_longer_fits_leaves_the_rest_to_a_cheap_one() -> None:
    assert shared(claim("a", 9, cost=50), claim("b", 9, cost=5), room=120) == {"a": 1, "b": 9}


@pytest.mark.parametrize(
    ("surge", "replicas"), [(Surge(), 12), (Surge(most=2), 10), (Surge(percent=25), 9), (Surge(percent=100), 6)]
)
def test_room_for_a_rolling_update_is_kept_from_the_start(surge: Surge, replicas: int) -> None:
    assert shared(claim("a", 50, surge=surge)) == {"a": replicas}


def test_an_app_gets_what_all_its_dependencies_allow() -> None:
    both = Claim(app="a", wanted=50, needs=(Need(pool="db", cost=1), Need(pool="api", cost=5)))
    api = Claim(app="b", wanted=50, needs=(Need(pool="api", cost=5),))
    assert arbitrate([both, api], room={"db": 30, "api": 100}) == {"a": 10, "b": 10}
    assert arbitrate([both, api], room={"db": 4, "api": 100}) == {"a": 3, "b": 17}, (
        "a fourth would be all of db for a, an 18th 90 % of api for b"
    )


def test_nothing_comes_of_nothing() -> None:
    assert shared(claim("a", 5), claim("b", 5, guaranteed=2), room=0) == {"a": 0, "b": 0}
    assert shared() == {}


def test_apps_belong_together_that_share_directly_or_through_others() -> None:
    def on(app: str, *pools: str) -> Claim:
        return Claim(app=app, wanted=1, needs=tuple(Need(pool=pool, cost=1) for pool in pools))

    found = components([on("a", "x"), on("b", "y", "z"), on("c", "z", "x"), on("d", "q")])
    assert [[one.app for one in group] for group in found] == [["a", "b", "c"], ["d"]]
