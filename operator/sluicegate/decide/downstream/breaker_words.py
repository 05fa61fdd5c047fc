"""The words of the breaker: what its checks tell, what it remembers, what it says."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.dependency import BreakerMode
from sluicegate.model.downstream import BreakerState


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The newest answer of one health check.

    ``passed`` None: the check itself failed, and nobody knows how the dependency is. ``why`` in words; ``at`` in unix
    seconds: an answer counts once, and this is how it is told from the one before.
    """

    check: str
    passed: bool | None
    why: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Answers of one check that were the same in a row; ``at`` of the last one counted, in unix seconds."""

    check: str
    failures: int = 0
    successes: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerMemory:
    """What is kept between two looks, and over a restart. Times in unix seconds, amounts in thousandths of a unit.

    ``since`` when ``state`` began, None before the first look. ``timed_from`` where `openFor` of an open breaker
    begins: later than ``since`` when a person kept it open. ``trips`` openings since it was last well for long.
    ``base`` the units in use when it closed, None unless more is being allowed stepwise; ``recovered_at`` when the
    last step was done. ``why`` the words of the check that opened it.
    """

    mode: BreakerMode = BreakerMode.AUTO
    state: BreakerState = BreakerState.CLOSED
    since: float | None = None
    timed_from: float = 0.0
    trips: int = 0
    base: int | None = None
    recovered_at: float | None = None
    why: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """From one state to another; ``reason`` one CamelCase word, ``message`` a sentence for people."""

    before: BreakerState
    after: BreakerState
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """How one breaker is.

    ``since`` and ``next_at`` in unix seconds: when the state began, and when time alone will change something next
    (None: something else is waited for). ``allowed`` the most thousandths of units that all apps together may use
    while more is allowed stepwise; None: no limit. Not ``active``: the state is shown and limits nothing.
    """

    state: BreakerState
    since: float
    reason: str
    message: str
    trips: int = 0
    next_at: float | None = None
    allowed: int | None = None
    active: bool = True
