"""What every signal of a dependency has in common: an answer or a sentence in time, never an exception.

A source (Prometheus, PostgreSQL, HTTP) only asks, and raises `Broken` when nothing can be made of it. Here that becomes
an Unknown figure, or a check that failed itself: a broken signal is not a broken dependency.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sluicegate.decide.downstream.breaker import Result
from sluicegate.model.known import Known, Maybe, Unknown
from sluicegate.telemetry.redact import redact

LONGEST = 600
"""Characters of a sentence: what a foreign server says may be longer, and goes into a status."""


class Broken(Exception):
    """Nothing was learnt. ``reason`` is CamelCase; the text says what came and what to do.

    ``ill``: this is how a dependency that is down looks (it refuses, hangs, is full), not a mistake in the question.
    """

    def __init__(self, reason: str, message: str, *, ill: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.ill = ill


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A figure in units of the dependency, or why there is none; ``at`` in unix seconds."""

    value: Maybe[float]
    at: float


class Signal(Protocol):
    """A figure that is read every ``interval`` seconds."""

    @property
    def interval(self) -> float: ...

    async def read(self) -> Answer:
        """Never raises for what others do wrong, and takes no longer than its time limit."""
        ...


class Check(Protocol):
    """A word on the dependency's health, every ``interval`` seconds."""

    @property
    def name(self) -> str: ...

    @property
    def interval(self) -> float: ...

    async def look(self) -> Result:
        """Never raises for what others do wrong, and takes no longer than its time limit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSignal:
    """``ask`` brings the figure or raises Broken; ``field`` of the spec is named in every sentence."""

    field: str
    interval: float
    ask: Callable[[], Awaitable[float]]
    now: Callable[[], float] = time.time

    async def read(self) -> Answer:
        try:
            value = useful(await self.ask())
        except Broken as broken:
            return Answer(value=Unknown(broken.reason, _sentence(self.field, broken)), at=self.now())
        return Answer(value=Known(value), at=self.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a source says of the dependency's health, in words."""

    passed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthLook:
    """``ask`` brings a verdict or raises Broken, which fails the check only where the dependency looks ill."""

    name: str
    field: str
    interval: float
    ask: Callable[[], Awaitable[Verdict]]
    now: Callable[[], float] = time.time

    async def look(self) -> Result:
        try:
            verdict = await self.ask()
        except Broken as broken:
            passed = False if broken.ill else None
            return Result(check=self.name, passed=passed, why=_sentence(self.field, broken), at=self.now())
        return Result(check=self.name, passed=verdict.passed, why=_short(verdict.why), at=self.now())


def useful(value: float) -> float:
    """``value``, when it can be an amount. Broken otherwise."""
    if not math.isfinite(value):
        raise Broken("NotANumber", f"the figure is {value}; write a query that gives a finite number")
    if value < 0:
        raise Broken("NegativeFigure", f"the figure is {value:g}, below zero; write a query that counts units")
    return value


def _sentence(field: str, broken: Broken) -> str:
    return _short(f"{field}: {broken}")


def _short(text: str) -> str:
    clean = redact(" ".join(text.split()))
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}…"
