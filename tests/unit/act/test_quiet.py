"""What a person would notice is written at once; everything else waits, or is never written."""

import copy
from typing import Any

import pytest

from sluicegate.act.quiet import worth_writing
from sluicegate.act.status import render
from sluicegate.model.decision import Action, Decision, Lag
from sluicegate.model.known import Known
from sluicegate.model.observation import Foreign
from tests.unit.act.decisions import AT, condition, decision

MEMORY = {"v": 1, "downs": [], "wanted": [[AT, 11]]}


def shown(
    of: Decision, *, memory: dict[str, Any] | None = None, identity: str = "a", generation: int = 3
) -> dict[str, Any]:
    return render(
        spec=None,
        generation=generation,
        decision=of,
        identity=identity,
        memory=memory or MEMORY,
        previous={},
        now=of.at,
    )


BEFORE = shown(decision())


def worth(new: dict[str, Any], *, after: float, before: dict[str, Any] = BEFORE, written: float = AT) -> bool:
    return worth_writing(before, new, last_written=written, now=AT + after)


def test_the_first_status_is_always_written() -> None:
    assert worth(BEFORE, after=0, before={})


@pytest.mark.parametrize(
    "changed",
    [
        decision(replicas=12, action=Action.SCALE_UP),
        decision(current=10),
        decision(cap=10),
        decision(conditions=(condition(status="False", reason="TargetNotFound"),)),
        decision(conditions=(condition(reason="Other"),)),
        decision(foreign=Foreign(kind="HorizontalPodAutoscaler", name="x")),
    ],
)
def test_a_transition_is_written_at_once(changed: Decision) -> None:
    assert worth(shown(changed), after=0)


def test_a_new_generation_is_answered_at_once() -> None:
    assert worth(shown(decision(), generation=4), after=0)


@pytest.mark.parametrize("minutes", [0, 1, 60, 60 * 24])
def test_the_same_figures_are_never_written_again(minutes: float) -> None:
    again = shown(decision(at=AT + 60 * minutes, message="other words, same meaning"), identity="b")
    assert not worth(again, after=60 * minutes)


def test_a_tenth_more_lag_is_written_half_a_minute_after_the_last_write() -> None:
    more = shown(decision(lag=Lag(records=Known(54_000), seconds=Known(54.0))))
    assert not worth(more, after=29)
    assert worth(more, after=30)


def test_less_than_a_tenth_is_not_worth_a_write() -> None:
    more = shown(decision(lag=Lag(records=Known(51_000), seconds=Known(57.0)), rate_in=930.0))
    assert not worth(more, after=299)


def test_a_longer_wait_counts_though_the_number_of_messages_stays() -> None:
    assert worth(shown(decision(lag=Lag(records=Known(48_211), seconds=Known(61.0)))), after=30)


def test_a_lag_of_years_is_compared_like_any_other() -> None:
    old = shown(decision(lag=Lag(records=Known(5), seconds=Known(9e7))))
    assert not worth(old, before=old, after=600)
    assert worth(old, after=600)


def test_a_lag_that_appears_from_nothing_is_noticed_as_is_one_that_goes() -> None:
    none = shown(decision(lag=Lag(records=Known(0), seconds=Known(0.0))))
    some = shown(decision(lag=Lag(records=Known(3), seconds=Known(0.0))))
    assert worth(some, before=none, after=30)
    assert worth(none, before=some, after=30)


@pytest.mark.parametrize(("one", "other"), [("Max", "ForeignAutoscaler"), ("None", "Suspended"), ("Max", "None")])
def test_another_limit_is_a_transition(one: str, other: str) -> None:
    assert worth(shown(decision(limited_by=other)), before=shown(decision(limited_by=one)), after=0)


def test_a_wavering_load_that_is_held_now_and_then_is_not_written_at_each_poll() -> None:
    free, held = shown(decision(limited_by="None")), shown(decision(limited_by="Stabilization", reason="Stabilization"))
    assert not worth(held, before=free, after=10)
    assert not worth(free, before=held, after=10)
    assert worth(held, before=free, after=30)


def test_memory_alone_waits_for_five_minutes_with_a_jitter() -> None:
    learned = shown(decision(), memory={**MEMORY, "downs": [AT]})
    assert not worth(learned, after=299)
    assert worth(learned, after=375)


def test_memory_whose_times_merely_moved_on_is_not_worth_a_write() -> None:
    assert not worth(shown(decision(), memory={**MEMORY, "wanted": [[AT + 600, 11]]}), after=3600)


def test_a_process_that_just_started_does_not_rewrite_what_its_predecessor_wrote() -> None:
    learned = shown(decision(lag=Lag(records=Known(99_000), seconds=Known(99.0))))
    assert not worth(learned, after=10, written=float("-inf"))
    assert worth(learned, after=30, written=float("-inf"))


def test_a_status_from_a_clock_that_runs_ahead_delays_nothing_for_ever() -> None:
    ahead = shown(decision(at=AT + 9_000))
    learned = shown(decision(lag=Lag(records=Known(99_000), seconds=Known(99.0))))
    assert not worth(learned, before=ahead, after=60, written=float("-inf"))
    assert worth(learned, before=ahead, after=9_060, written=float("-inf"))


def connection_status(**changes: Any) -> dict[str, Any]:
    base = {
        "observedGeneration": 1,
        "reachable": True,
        "brokers": 3,
        "apps": 7,
        "lastSweep": {"at": "2027-01-15T08:00:00Z", "time": "120ms"},
        "conditions": [{"type": "Ready", "status": "True", "reason": "Reachable"}],
    }
    return copy.deepcopy({**base, **changes})


def test_a_connection_tells_of_its_last_sweep_every_five_minutes_and_not_each_poll() -> None:
    later = connection_status(lastSweep={"at": "2027-01-15T08:00:10Z", "time": "900ms"})
    assert not worth(later, before=connection_status(), after=10)
    assert worth(later, before=connection_status(), after=376)


def test_a_lost_cluster_is_told_at_once() -> None:
    assert worth(connection_status(reachable=False), before=connection_status(), after=0)
