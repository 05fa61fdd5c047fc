"""The circuit breaker of one dependency: consumers stand back while it is ill, and come back gently.

One pure step, `turn`, at every look. What it counts is in `rows`, how more is allowed again in `recovery`, its words
in `breaker_telling`, what one app may run meanwhile in `standing_back`, what a restart must not forget in
`breaker_persist`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sluicegate.decide.downstream import rows as answers
from sluicegate.decide.downstream.breaker_persist import persist, restore
from sluicegate.decide.downstream.breaker_telling import cause, tell
from sluicegate.decide.downstream.breaker_words import Breaker, BreakerMemory, Result, Transition
from sluicegate.decide.downstream.recovery import ALL, Steps, steps
from sluicegate.decide.downstream.standing_back import allowance, canary_of
from sluicegate.model.dependency import BreakerMode, DependencySpec, WhenOpen
from sluicegate.model.downstream import BreakerState

__all__ = ["Breaker", "BreakerMemory", "Result", "Transition", "allowance", "canary_of", "persist", "restore", "turn"]

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
MOST_DOUBLINGS = 40
"""More than any two durations that a spec can name are apart; keeps the power finite."""


def turn(
    *,
    spec: DependencySpec,
    results: Iterable[Result],
    used: int,
    allocatable: int | None,
    memory: BreakerMemory,
    now: float,
    least_step: int = 1,
) -> tuple[Breaker, BreakerMemory, tuple[Transition, ...]]:
    """How the breaker is at ``now`` (unix seconds), what to remember, and the transition made, if any.

    ``results`` the newest of each check; ``used`` what all apps together use now, ``allocatable`` what can be shared
    out (None: unknown), ``least_step`` the cost of one replica, all in thousandths of a unit.
    """
    newest = {result.check: result for result in results}
    before = _rested(spec, _heard(spec, newest, _begun(memory, now), used, now), now)
    after = _moved(spec, before, newest, used, now)
    found = _steps(spec, after, allocatable, least_step, now)
    if after.base is not None and found is ALL:
        after = replace(after, base=None, recovered_at=now)
    shown = tell(
        spec=spec, memory=after, steps=found, opens_until=after.timed_from + open_for(spec, after.trips), now=now
    )
    if after.state is before.state:
        return shown, after, ()
    moved = Transition(before=before.state, after=after.state, reason=shown.reason, message=shown.message)
    return shown, after, (moved,)


def open_for(spec: DependencySpec, trips: int) -> float:
    """Seconds for which it stays open at least: `openFor`, doubled for each trip after the first, to `maxOpenFor`."""
    rule = spec.breaker
    return min(rule.open_for * 2.0 ** min(max(0, trips - 1), MOST_DOUBLINGS), rule.max_open_for)


def _begun(memory: BreakerMemory, now: float) -> BreakerMemory:
    """From the first look on it has a beginning; none of its times lies in the future, as one may when the clock was
    set back."""
    return replace(
        memory,
        since=now if memory.since is None else min(memory.since, now),
        timed_from=min(memory.timed_from, now),
        recovered_at=None if memory.recovered_at is None else min(memory.recovered_at, now),
    )


def _heard(
    spec: DependencySpec, newest: Mapping[str, Result], memory: BreakerMemory, used: int, now: float
) -> BreakerMemory:
    """With what the checks told. Half open, only what they tell since then counts, and good answers only once the
    canary runs: before that nobody tried. Where none starts in `openFor` nothing wants to run, and they count."""
    heard: Iterable[Result] = newest.values()
    if memory.state is not HALF_OPEN:
        return replace(memory, rows=answers.counted(memory.rows, checks=spec.health, results=heard, now=now))
    since = _since(memory)
    heard = [result for result in heard if result.at > since]
    rows = answers.counted(memory.rows, checks=spec.health, results=heard, now=now)
    tried = used > 0 or now - since >= spec.breaker.open_for
    return replace(memory, rows=rows if tried else answers.without_successes(rows))


def _rested(spec: DependencySpec, memory: BreakerMemory, now: float) -> BreakerMemory:
    """Without its trips, once it has been well for as long as it is ever kept open."""
    if memory.recovered_at is None or now - memory.recovered_at < spec.breaker.max_open_for:
        return memory
    return replace(memory, trips=0, recovered_at=None)


def _moved(
    spec: DependencySpec, memory: BreakerMemory, newest: Mapping[str, Result], used: int, now: float
) -> BreakerMemory:
    mode, was = spec.breaker.mode, memory.mode
    memory = replace(memory, mode=mode)
    if mode is BreakerMode.FORCED_OPEN:
        return memory if memory.state is OPEN else _opened(memory, trips=max(1, memory.trips), why="", now=now)
    if mode is BreakerMode.DISABLED:
        closed = memory if memory.state is CLOSED else replace(memory, state=CLOSED, since=now)
        return replace(closed, trips=0, base=None, recovered_at=None, why="")
    if was is BreakerMode.FORCED_OPEN:
        memory = replace(memory, timed_from=now)
    if memory.state is OPEN:
        return _after_open(spec, memory, used, now)
    ill = answers.failed(memory.rows, checks=spec.health)
    if ill is not None:
        return _opened(memory, trips=memory.trips + 1, why=cause(ill, newest.get(ill.name)), now=now)
    if memory.state is HALF_OPEN and _proven(spec, memory, now):
        return _closed(memory, used, now)
    return memory


def _after_open(spec: DependencySpec, memory: BreakerMemory, used: int, now: float) -> BreakerMemory:
    if now - memory.timed_from < open_for(spec, memory.trips):
        return memory
    if spec.breaker.when_open is not WhenOpen.HOLD:
        return replace(memory, state=HALF_OPEN, since=now, rows=answers.anew(memory.rows))
    return memory if answers.missing(memory.rows, checks=spec.health, now=now) else _closed(memory, used, now)


def _proven(spec: DependencySpec, memory: BreakerMemory, now: float) -> bool:
    """Whether the canary has shown that it is well; without checks, by having run for `openFor`."""
    if not spec.health:
        return now - _since(memory) >= spec.breaker.open_for
    return not answers.missing(memory.rows, checks=spec.health, now=now)


def _opened(memory: BreakerMemory, *, trips: int, why: str, now: float) -> BreakerMemory:
    return replace(memory, state=OPEN, since=now, timed_from=now, trips=trips, base=None, recovered_at=None, why=why)


def _closed(memory: BreakerMemory, used: int, now: float) -> BreakerMemory:
    return replace(memory, state=CLOSED, since=now, base=used, recovered_at=None, why="")


def _steps(spec: DependencySpec, memory: BreakerMemory, allocatable: int | None, least_step: int, now: float) -> Steps:
    if memory.base is None:
        return ALL
    return steps(
        rule=spec.breaker.recovery,
        base=memory.base,
        closed_at=_since(memory),
        allocatable=allocatable,
        least_step=least_step,
        now=now,
    )


def _since(memory: BreakerMemory) -> float:
    return memory.since or 0.0
