"""What a breaker says about itself: one word, one sentence, and when time alone changes something next.

The sentences hold no figures that pass, so that a status that repeats them is not written again and again.
"""

from __future__ import annotations

from sluicegate.decide.downstream import rows as answers
from sluicegate.decide.downstream.breaker_words import Breaker, BreakerMemory, Result
from sluicegate.decide.downstream.recovery import Steps
from sluicegate.model.dependency import BreakerMode, DependencySpec, WhenOpen
from sluicegate.model.downstream import BreakerState
from sluicegate.model.health_check import HealthCheck

MOST_WHY = 512
"""Characters of a check's own words that are kept."""
STAND_BACK = {
    WhenOpen.HOLD: "nobody scales up",
    WhenOpen.FLOOR: "consumers go to their minimum",
    WhenOpen.ZERO: "consumers stop",
}
UNLIMITED = "; mode MetricsOnly: nothing is limited"


def cause(check: HealthCheck, result: Result | None) -> str:
    """Why it opened: the check, and its last words where there are any."""
    times = "" if check.failure_threshold == 1 else f" {check.failure_threshold} times in a row"
    words = f": {result.why}" if result is not None and result.why else ""
    return f"check {check.name} failed{times}{words}"[:MOST_WHY]


def tell(*, spec: DependencySpec, memory: BreakerMemory, steps: Steps, opens_until: float, now: float) -> Breaker:
    """The breaker as ``memory`` has it. ``opens_until``: when `openFor` is over, in unix seconds."""
    mode = spec.breaker.mode
    active = mode not in (BreakerMode.DISABLED, BreakerMode.METRICS_ONLY)
    next_at = None
    if memory.state is BreakerState.OPEN:
        reason, message = _open(spec, memory, waits=now >= opens_until, now=now)
        if mode is not BreakerMode.FORCED_OPEN and now < opens_until:
            next_at = opens_until
    elif memory.state is BreakerState.HALF_OPEN:
        reason, message = "Trying", _half_open(spec, memory, now)
    else:
        reason, message = _closed(spec, memory, steps)
        next_at = steps.next_at
    return Breaker(
        state=memory.state,
        since=now if memory.since is None else memory.since,
        reason=reason,
        message=message + (UNLIMITED if mode is BreakerMode.METRICS_ONLY else ""),
        trips=memory.trips,
        next_at=next_at,
        allowed=steps.allowed if active else None,
        active=active,
    )


def _open(spec: DependencySpec, memory: BreakerMemory, *, waits: bool, now: float) -> tuple[str, str]:
    back = STAND_BACK[spec.breaker.when_open]
    if spec.breaker.mode is BreakerMode.FORCED_OPEN:
        return "ForcedOpen", f"spec.breaker.mode is ForcedOpen; {back} until it is Auto again"
    why = memory.why or "spec.breaker.mode was ForcedOpen"
    late = answers.missing(memory.rows, checks=spec.health, now=now) if waits else ()
    until = f" until {_checks(late)} good again" if late else ""
    return ("CheckFailed" if memory.why else "WasForcedOpen"), f"{why}; {back}{until}"


def _half_open(spec: DependencySpec, memory: BreakerMemory, now: float) -> str:
    late = answers.missing(memory.rows, checks=spec.health, now=now)
    goal = f"until {_checks(late)} good" if late else "for openFor, as no checks tell"
    return f"one canary tries it {goal}; the others wait"


def _closed(spec: DependencySpec, memory: BreakerMemory, steps: Steps) -> tuple[str, str]:
    rule = spec.breaker
    if rule.mode is BreakerMode.DISABLED:
        return "Disabled", "spec.breaker.mode is Disabled; health checks limit nothing"
    if memory.base is not None and steps.allowed is not None:
        return (
            "Recovering",
            f"well again; {rule.recovery.step_percent} % more is allowed every {rule.recovery.every:g} s",
        )
    if not spec.health:
        return "NoHealthChecks", "there are no health checks; only mode ForcedOpen opens it"
    return "Healthy", "no check fails"


def _checks(names: tuple[str, ...]) -> str:
    return f"check {names[0]} is" if len(names) == 1 else f"checks {', '.join(names[:-1])} and {names[-1]} are"
