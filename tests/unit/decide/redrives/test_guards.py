"""When a redrive pauses, and how fast it may go beside the app's own work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.redrives.guards import pause, rate
from sluicegate.model.decision import Action, Decision, Lag
from sluicegate.model.downstream import BreakerState, Share
from sluicegate.model.known import Known, Unknown
from sluicegate.model.redrive import RedriveSpec

NOTHING = Decision(
    at=0.0,
    generation=1,
    action=Action.HOLD,
    replicas=1,
    current=1,
    wanted=1,
    cap=1,
    limited_by="None",
    reason="LagObjective",
    message="",
    write=True,
)


def spec(**fields: Any) -> RedriveSpec:
    return RedriveSpec.model_validate({"appRef": {"name": "orders"}, **fields})


def behind(records: int) -> Decision:
    return replace(NOTHING, lag=Lag(records=Known(records), seconds=Unknown("x", "y")))


def test_it_pauses_while_the_app_is_further_behind_than_allowed() -> None:
    assert pause(spec(), behind(10_000)) == ""
    assert "10001 messages behind, more than 10000" in pause(spec(), behind(10_001))
    assert pause(spec(guards={"pauseWhenLagAbove": 0}), behind(1_000_000)) == ""


def test_it_waits_for_the_first_look_at_the_app_and_goes_on_where_the_lag_cannot_be_known() -> None:
    assert "not been looked at" in pause(spec(), None)
    assert pause(spec(guards={"pauseWhenLagAbove": 0, "pauseWhenBreakerOpen": False}), None) == ""
    assert pause(spec(), NOTHING) == ""


@pytest.mark.parametrize("state", [BreakerState.OPEN, BreakerState.HALF_OPEN])
def test_it_pauses_while_a_breaker_is_not_closed(state: BreakerState) -> None:
    decision = replace(NOTHING, shares=(Share(name="db", replicas=1, breaker=state),))
    assert f"breaker of db is {state.value}" in pause(spec(), decision)
    assert pause(spec(guards={"pauseWhenBreakerOpen": False}), decision) == ""
    closed = replace(NOTHING, shares=(Share(name="db", replicas=1),))
    assert pause(spec(), closed) == ""


def test_a_share_of_what_the_app_handles_is_at_least_one_a_second() -> None:
    five = spec(rate={"percentOfConsumeRate": 5})
    assert rate(five, replace(NOTHING, rate_out=400.0)) == 20.0
    assert rate(five, replace(NOTHING, rate_out=0.0)) == 1.0
    assert rate(five, NOTHING) is None
    assert rate(five, None) is None
    assert rate(spec(), replace(NOTHING, rate_out=400.0)) is None
