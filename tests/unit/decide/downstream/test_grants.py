"""What may be written now: free before use, cuts at once, moves for fairness held, nobody hoards."""

from __future__ import annotations

import pytest

from sluicegate.decide.downstream.arbitrate import Claim, Need
from sluicegate.decide.downstream.grants import HOLD, NOTICE, PATIENCE, Granted, GrantMemory, Running, grant
from sluicegate.model.downstream import Surge

NOW = 1_000.0


def claim(
    app: str, wanted: int, *, cost: int = 10, weight: int = 1, surge: Surge | None = None, pool: str = "db"
) -> Claim:
    needs = (Need(pool=pool, cost=cost, weight=1000 * weight),)
    return Claim(app=app, wanted=wanted, needs=needs, surge=surge or Surge())


class Story:
    """A dependency with room for 100, from moment to moment; pods are what is desired unless told otherwise."""

    def __init__(self, room: int | None = 100) -> None:
        self.room: dict[str, int | None] = {"db": room}
        self.running: dict[str, Running] = {}
        self.memory = GrantMemory()
        self.now = NOW
        self.granted: dict[str, Granted] = {}

    def runs(
        self, app: str, desired: int, *, live: int | None = None, ready: int | None = None, stuck: bool = False
    ) -> None:
        count = desired if live is None else live
        self.running[app] = Running(desired=desired, live=count, ready=count if ready is None else ready, stuck=stuck)

    def at(self, second: float, *claims: Claim) -> dict[str, int]:
        self.now = NOW + second
        self.granted, self.memory = grant(
            claims=claims, running=self.running, room=self.room, memory=self.memory, now=self.now
        )
        return {app: one.replicas for app, one in self.granted.items()}


def test_an_app_alone_gets_what_fits_at_once() -> None:
    story = Story()
    story.runs("a", 1)
    assert story.at(0, claim("a", 30)) == {"a": 10}
    assert story.granted["a"] == Granted(replicas=10, wanted=30, limited_by="db")


def test_what_is_not_limited_names_no_limit() -> None:
    story = Story()
    story.runs("a", 1)
    story.at(0, claim("a", 4))
    assert story.granted["a"] == Granted(replicas=4, wanted=4)


def test_a_burst_that_reaches_two_is_shared_though_one_speaks_first() -> None:
    story = Story()
    story.runs("a", 1)
    story.runs("b", 1)
    assert story.at(0, claim("a", 30), claim("b", 1)) == {"a": 1, "b": 1}
    assert story.at(NOTICE / 2, claim("a", 30), claim("b", 30)) == {"a": 5, "b": 5}


def test_who_alone_wants_more_than_its_part_has_it_a_moment_later_in_one_step() -> None:
    story = Story()
    story.runs("a", 1)
    story.runs("b", 1)
    assert story.at(0, claim("a", 30), claim("b", 1)) == {"a": 1, "b": 1}
    assert story.at(NOTICE / 2, claim("a", 30), claim("b", 1)) == {"a": 1, "b": 1}
    assert story.at(NOTICE, claim("a", 30), claim("b", 1)) == {"a": 9, "b": 1}


def test_who_wants_no_more_than_its_part_does_not_wait() -> None:
    story = Story()
    story.runs("a", 1)
    story.runs("b", 1)
    assert story.at(0, claim("a", 5), claim("b", 1)) == {"a": 5, "b": 1}


def test_what_terminating_pods_hold_is_free_only_when_they_are_gone() -> None:
    story = Story()
    story.runs("a", 8)
    story.runs("b", 2)
    story.at(0, claim("a", 8), claim("b", 2))
    story.runs("a", 2, live=8)
    assert story.at(10, claim("a", 2), claim("b", 8)) == {"a": 2, "b": 2}
    story.runs("a", 2, live=5)
    assert story.at(20, claim("a", 2), claim("b", 8)) == {"a": 2, "b": 5}
    story.runs("a", 2)
    assert story.at(30, claim("a", 2), claim("b", 8)) == {"a": 2, "b": 8}


def test_a_cut_in_room_acts_at_once() -> None:
    story = Story()
    for app in ("a", "b"):
        story.runs(app, 5)
    story.at(0, claim("a", 9), claim("b", 9))
    story.room["db"] = 40
    assert story.at(1, claim("a", 9), claim("b", 9)) == {"a": 2, "b": 2}


def test_more_than_fits_that_runs_already_is_cut_and_nobody_is_given_more() -> None:
    story = Story()
    story.runs("a", 15)
    story.runs("b", 1)
    assert story.at(10, claim("a", 15), claim("b", 9)) == {"a": 5, "b": 1}


def test_a_move_for_fairness_waits() -> None:
    story = Story()
    story.runs("a", 9)
    story.runs("b", 1)
    assert story.at(0, claim("a", 9), claim("b", 1)) == {"a": 9, "b": 1}
    wants = (claim("a", 9), claim("b", 9))
    assert story.at(10, *wants) == {"a": 9, "b": 1}
    assert story.at(10 + HOLD - 1, *wants) == {"a": 9, "b": 1}
    assert story.at(10 + HOLD, *wants) == {"a": 5, "b": 1}
    story.runs("a", 5)
    assert story.at(20 + HOLD, *wants) == {"a": 5, "b": 5}


def test_a_want_that_passes_begins_the_wait_anew() -> None:
    story = Story()
    story.runs("a", 9)
    story.runs("b", 1)
    for second, wanted in ((0, 1), (5, 9), (20, 1), (25, 9)):
        story.at(second, claim("a", 9), claim("b", wanted))
    assert story.at(25 + HOLD - 1, claim("a", 9), claim("b", 9)) == {"a": 9, "b": 1}


def test_a_difference_of_one_is_left_unless_somebody_has_none() -> None:
    story = Story()
    story.runs("a", 6)
    story.runs("b", 4)
    wants = (claim("a", 9), claim("b", 9))
    for second in (0, 10, 10 + 2 * HOLD):
        assert story.at(second, *wants) == {"a": 6, "b": 4}
    story = Story(room=20)
    story.runs("a", 2)
    story.runs("b", 0)
    for second in (0, 2 * HOLD):
        found = story.at(second, *wants)
    assert found == {"a": 1, "b": 0}, "b's is free when a's pod is gone"


def test_a_rolling_update_of_an_app_at_its_grant_fits() -> None:
    story = Story()
    surge = Surge(percent=25)
    story.runs("a", 1)
    granted = story.at(10, claim("a", 30, surge=surge))["a"]
    assert granted == 8
    assert (granted + surge.pods(granted)) * 10 <= 100


def test_an_app_whose_pods_cannot_start_does_not_hoard() -> None:
    story = Story()
    story.runs("a", 9, ready=2, stuck=True)
    story.runs("b", 1)
    wants = (claim("a", 9), claim("b", 9))
    assert story.at(0, *wants)["a"] == 9
    assert story.at(PATIENCE, *wants)["a"] == 2
    story.runs("a", 2)
    assert story.at(PATIENCE + 5, *wants)["b"] == 5


def test_where_nobody_knows_what_there_is_what_runs_stands() -> None:
    story = Story(room=None)
    story.runs("a", 4)
    assert story.at(0, claim("a", 9)) == {"a": 4}
    assert story.granted["a"].limited_by == "db"


def test_one_unknown_dependency_holds_its_apps_and_no_others() -> None:
    story = Story()
    story.room["api"] = None
    story.runs("a", 4)
    story.runs("b", 1)
    both = Claim(app="a", wanted=9, needs=(Need(pool="db", cost=10), Need(pool="api", cost=1)))
    assert story.at(0, both, claim("b", 9)) == {"a": 4, "b": 6}


def test_a_new_process_goes_on_from_stored_grants() -> None:
    story = Story()
    story.runs("a", 1)
    story.runs("b", 1)
    story.memory = GrantMemory().with_grants({"a": 8}).with_grants({"a": 7, "b": 2})
    assert story.memory.grants == {"a": 7, "b": 2}
    assert story.at(0, claim("a", 9), claim("b", 2))["a"] >= 7


@pytest.mark.parametrize("desired", [0, 3])
def test_an_app_that_is_new_here_starts_from_what_it_runs(desired: int) -> None:
    story = Story()
    story.runs("a", desired)
    assert story.at(0, claim("a", desired)) == {"a": desired}


def test_an_app_that_runs_nothing_known_asks_for_all() -> None:
    assert Story().at(0, claim("a", 3)) == {"a": 3}
