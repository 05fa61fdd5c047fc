"""When a redrive pauses, and how fast it may go beside the app's own work."""

from __future__ import annotations

from sluicegate.model.decision import Decision
from sluicegate.model.downstream import BreakerState
from sluicegate.model.known import Known
from sluicegate.model.redrive import RedriveSpec

LEAST_RATE = 1.0
"""Records a second that a share of the app's rate never falls below."""


def pause(spec: RedriveSpec, decision: Decision | None) -> str:
    """Why the redrive must wait, as a sentence; empty when it may go on. ``decision`` the app's last, None before the
    first: how far behind the app is, is not known then."""
    guards = spec.guards
    if decision is None:
        asked = guards.pause_when_lag_above or guards.pause_when_breaker_open
        return "paused: the app has not been looked at yet" if asked else ""
    lag = decision.lag.records
    if guards.pause_when_lag_above and isinstance(lag, Known) and lag.value > guards.pause_when_lag_above:
        return f"paused: the app is {lag.value} messages behind, more than {guards.pause_when_lag_above}"
    if guards.pause_when_breaker_open:
        for share in decision.shares:
            if share.breaker is not BreakerState.CLOSED:
                return f"paused: the breaker of {share.name} is {share.breaker.value}"
    return ""


def rate(spec: RedriveSpec, decision: Decision | None) -> float | None:
    """Records a second by `percentOfConsumeRate`; None: no such limit, or what the app handles is not known."""
    percent = spec.rate.percent_of_consume_rate
    if percent is None or decision is None or decision.rate_out is None:
        return None
    return max(LEAST_RATE, decision.rate_out * percent / 100)
