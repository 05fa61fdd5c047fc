"""Random histories of one breaker, and the promises that each of them must keep.

A history is made of its seed alone. The promises are judged by what was told and what came out, with counts of their
own: nothing of the breaker's memory is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from sluicegate.decide.downstream.breaker import Breaker, BreakerMemory, Result, Transition, persist, restore, turn
from sluicegate.model.dependency import BreakerMode, DependencySpec, WhenOpen
from sluicegate.model.downstream import BreakerState
from sluicegate.model.health_check import HealthCheck, OnError
from tests.support.breakers import LAG, NOW, PING

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
SPECS, LOOKS, HOUR = 200, 50, 3600.0


@dataclass(frozen=True, slots=True)
class Look:
    """One look and what came of it. ``told`` are all newest answers, in thousandths ``used`` and ``allocatable``."""

    at: float
    spec: DependencySpec
    told: tuple[Result, ...]
    used: int
    allocatable: int | None
    breaker: Breaker
    moves: tuple[Transition, ...]


def lived(seed: int, *, restarts: bool = False) -> list[Look]:
    """The history of ``seed``; with ``restarts`` a new process goes on from what was written, now and then."""
    chance, again = Random(seed), Random(-seed - 1)
    spec = _spec(chance.randrange(SPECS))
    steady = chance.random() < 0.6
    memory, newest, ill, at = BreakerMemory(), dict[str, Result](), False, NOW
    looks: list[Look] = []
    for _ in range(LOOKS):
        before, at = at, at + (chance.uniform(0.5, 30) if chance.random() < 0.95 else chance.uniform(300, 3000))
        ill = ill if chance.random() < 0.85 else not ill
        if not steady and chance.random() < 0.08:
            spec = _spec(chance.randrange(SPECS))
        for check in spec.health:
            if chance.random() < 0.8:
                newest[check.name] = _answer(chance, check.name, ill=ill, at=chance.uniform(max(before, at - 10), at))
        told = tuple(newest.values())
        used = chance.choice((0, 10_000, chance.randrange(250_000)))
        allocatable = None if chance.random() < 0.05 else 200_000 if steady else chance.randrange(300_000)
        breaker, memory, moves = turn(
            spec=spec, results=told, used=used, allocatable=allocatable, least_step=7_000, memory=memory, now=at
        )
        looks.append(Look(at, spec, told, used, allocatable, breaker, moves))
        if restarts and again.random() < 0.3:
            memory = restore(json.loads(json.dumps(persist(memory))), now=at)
    return looks


def broken(looks: Sequence[Look]) -> list[str]:
    """A sentence for each promise that was not kept."""
    return [*_ways(looks), *_steps(looks), *_often(looks)]


def _ways(looks: Sequence[Look]) -> Iterator[str]:
    """Opened only by enough failures in a row or a person; closed only by way of what `whenOpen` demands."""
    half_since = 0.0
    for number, look in enumerate(looks):
        rule, seen = look.spec.breaker, looks[: number + 1]
        if len(look.moves) > 1:
            yield "more than one transition at a look"
        for move in look.moves:
            person = rule.mode in (BreakerMode.FORCED_OPEN, BreakerMode.DISABLED)
            if move.after is OPEN and not person and not any(_failed(one, seen) for one in look.spec.health):
                yield f"opened at {look.at} without enough failures in a row"
            if move.after is CLOSED and move.before is OPEN and not person:
                if rule.when_open is not WhenOpen.HOLD:
                    yield f"closed at {look.at} without a canary"
                if not all(_good(one, seen, since=0.0) for one in look.spec.health):
                    yield f"closed at {look.at} without enough good answers"
            if move.after is CLOSED and move.before is HALF_OPEN and not person:
                if not all(_good(one, seen, since=half_since) for one in look.spec.health):
                    yield f"closed at {look.at} without the canary's good answers"
                tried = any(one.used > 0 for one in seen if one.at > half_since)
                if not tried and look.at - half_since < rule.open_for:
                    yield f"closed at {look.at} though no canary ran"
            if move.after is HALF_OPEN:
                half_since = look.at


def _answers(name: str, looks: Sequence[Look]) -> list[tuple[float, bool]]:
    """(at, passed) of every answer of the check that counts, once each, in the order in which they were told; anew
    each time that it comes into the spec."""
    found: list[tuple[float, bool]] = []
    last = None
    for look in looks:
        check = next((one for one in look.spec.health if one.name == name), None)
        result = next((one for one in look.told if one.check == name), None)
        if check is None:
            found, last = [], None
        elif result is not None and result.at != last and (result.passed is not None or check.on_error is OnError.FAIL):
            last = result.at
            found.append((result.at, result.passed is True))
    return found


def _failed(check: HealthCheck, looks: Sequence[Look]) -> bool:
    ends = _answers(check.name, looks)[-check.failure_threshold :]
    return len(ends) == check.failure_threshold and not any(passed for _, passed in ends)


def _good(check: HealthCheck, looks: Sequence[Look], *, since: float) -> bool:
    ends = [one for one in _answers(check.name, looks) if one[0] > since][-check.success_threshold :]
    fresh = bool(ends) and looks[-1].at - ends[-1][0] <= 3 * max(check.interval, 5.0)
    return fresh and len(ends) == check.success_threshold and all(passed for _, passed in ends)


def _steps(looks: Sequence[Look]) -> Iterator[str]:
    """Never more than what was in use when it closed and a step for each `every` since; no limit only at the end."""
    closed_at, base, over = 0.0, 0, True
    for look in looks:
        rule = look.spec.breaker
        for move in look.moves:
            over = move.after is not CLOSED or rule.mode is BreakerMode.DISABLED
            closed_at, base = look.at, look.used
        if over or look.breaker.state is not CLOSED:
            continue
        if rule.mode is BreakerMode.DISABLED:
            over = True
            continue
        part = 0 if look.allocatable is None else look.allocatable * rule.recovery.step_percent // 100
        most = base + int((look.at - closed_at) // rule.recovery.every) * max(part, 7_000)
        done = look.allocatable is not None and most >= look.allocatable
        if look.breaker.active and look.breaker.allowed != (None if done else most):
            yield f"at {look.at} allowed {look.breaker.allowed} instead of {most}"
        over = done


def _often(looks: Sequence[Look]) -> Iterator[str]:
    """While nobody changes the spec: within any `maxOpenFor` each opening waits twice as long as the one before."""
    if len({id(look.spec) for look in looks}) > 1:
        return
    rule = looks[0].spec.breaker
    opened = [look.at for look in looks for move in look.moves if move.after is OPEN]
    in_a_window = math.floor(math.log2(rule.max_open_for / rule.open_for + 1)) + 1
    most = math.ceil(HOUR / rule.max_open_for) * in_a_window
    for begun in opened:
        if sum(begun <= at < begun + HOUR for at in opened) > most:
            yield f"opened more than {most} times in the hour after {begun}"
        if sum(begun <= at < begun + rule.max_open_for for at in opened) > in_a_window:
            yield f"opened more than {in_a_window} times within maxOpenFor after {begun}"


def _answer(chance: Random, check: str, *, ill: bool, at: float) -> Result:
    if chance.random() < 0.06:
        return Result(check=check, passed=None, why="no answer", at=at)
    passed = ill is (chance.random() < 0.08)
    return Result(check=check, passed=passed, why="" if passed else "HTTP 503", at=at)


@cache
def _spec(number: int) -> DependencySpec:
    chance = Random(number)
    open_for = chance.choice((2, 15, 60))
    checks = [
        {
            **check,
            "interval": chance.choice(("5s", "15s", "60s")),
            "failureThreshold": chance.choice((1, 2, 3)),
            "successThreshold": chance.choice((1, 2, 3)),
            "onError": chance.choice(("Ignore", "Ignore", "Fail")),
        }
        for check in ((), (PING,), (PING, LAG))[chance.choice((0, 1, 1, 2, 2))]
    ]
    for check in checks:
        for source in ("http", "prometheus"):
            if source in check:
                check[source] = {**check[source], "timeout": "5s"}
    return DependencySpec.model_validate(
        {
            "capacity": {"value": 200},
            "health": checks,
            "breaker": {
                "mode": chance.choice(("Auto",) * 6 + ("ForcedOpen", "Disabled", "MetricsOnly")),
                "openFor": f"{open_for}s",
                "maxOpenFor": f"{open_for * chance.choice((1, 4, 10))}s",
                "recovery": {"stepPercent": chance.choice((1, 25, 100)), "every": chance.choice(("5s", "60s"))},
                "whenOpen": chance.choice(("Hold", "Floor", "Zero")),
            },
        }
    )
