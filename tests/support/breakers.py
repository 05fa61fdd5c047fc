"""A breaker that is looked at again and again, for tests of what it does over time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluicegate.decide.downstream.breaker import Breaker, BreakerMemory, Result, Transition, persist, restore, turn
from sluicegate.model.dependency import DependencySpec

NOW = 1_700_000_000.0
PING: Mapping[str, Any] = {"name": "ping", "http": {"url": "http://db.example/health"}}
LAG: Mapping[str, Any] = {
    "name": "errors",
    "prometheus": {"url": "http://prometheus.example", "query": "errors", "failWhen": "> 0.05"},
}


def spec(*, health: tuple[Mapping[str, Any], ...] = (PING,), **breaker: Any) -> DependencySpec:
    """200 connections; checks every 15 s, three failures open, two good answers close, unless said otherwise."""
    return DependencySpec.model_validate(
        {"capacity": {"value": 200}, "health": [dict(one) for one in health], "breaker": breaker}
    )


@dataclass(slots=True, kw_only=True)
class Watched:
    """``spec``, ``used`` and ``allocatable`` may be changed between looks; times are seconds after NOW."""

    spec: DependencySpec
    used: int = 60_000
    allocatable: int | None = 200_000
    least_step: int = 10_000
    memory: BreakerMemory = field(default_factory=BreakerMemory)
    results: dict[str, Result] = field(default_factory=dict)
    moves: list[tuple[float, Transition]] = field(default_factory=list)
    at: float = 0.0

    def tell(self, at: float, passed: bool | None, *, check: str = "ping", why: str = "HTTP 503") -> Breaker:
        """An answer of ``check``, and a look at the same moment."""
        self.results[check] = Result(check=check, passed=passed, why="" if passed else why, at=NOW + at)
        return self.look(at)

    def look(self, at: float) -> Breaker:
        self.at = at
        found, self.memory, moved = turn(
            spec=self.spec,
            results=list(self.results.values()),
            used=self.used,
            allocatable=self.allocatable,
            least_step=self.least_step,
            memory=self.memory,
            now=NOW + at,
        )
        self.moves += [(at, one) for one in moved]
        return found

    def every(self, seconds: float, passed: bool | None, *, since: float, until: float) -> Breaker:
        """The same answer of ``ping`` every ``seconds`` after ``since`` up to ``until``."""
        at = since
        while at + seconds <= until:
            at += seconds
            found = self.tell(at, passed)
        return found

    def fail(self, *, since: float = 0.0, times: int = 3) -> Breaker:
        """So many failures, 15 s apart; the last one at ``since`` + 15 × ``times``."""
        return self.every(15, False, since=since, until=since + 15 * times)

    def restart(self) -> None:
        """A new process: nothing is left but what was written as JSON."""
        self.memory = restore(json.loads(json.dumps(persist(self.memory))), now=NOW + self.at)

    @property
    def path(self) -> list[str]:
        return [one.after.value for _, one in self.moves]
