"""Apps on a database that counts everybody: connections come up after pods do, and readings are half a minute apart."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sluicegate.decide.downstream.arbitrate import Claim, Need
from sluicegate.decide.downstream.budget import BudgetMemory, Figures, budget
from sluicegate.decide.downstream.grants import GrantMemory, Running, grant
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.known import Known

QUERY = {"url": "http://prometheus:9090", "query": "used"}
LOOK, READING, LOOKS = 5.0, 30.0, 120
SETTLED = 2
"""Good readings before an odd one."""


@dataclass
class Fleet:
    """Of one app: when each pod that stays began, and when each that ends is gone."""

    began: list[float] = field(default_factory=list)
    ending: list[float] = field(default_factory=list)
    changes: int = 0

    def write(self, replicas: int, *, now: float, grace: float) -> None:
        self.changes += replicas != len(self.began)
        gone = max(0, len(self.began) - replicas)
        self.ending += [now + grace] * gone
        self.began = [*self.began[: len(self.began) - gone], *[now] * (replicas - len(self.began))]

    def pass_to(self, now: float) -> None:
        self.ending = [end for end in self.ending if end > now]

    @property
    def live(self) -> int:
        return len(self.began) + len(self.ending)

    def ready(self, now: float, *, start: float) -> int:
        return sum(now - began >= start for began in self.began)


@dataclass(frozen=True, kw_only=True)
class Lived:
    """``changes`` of each app's number; ``most`` units that were held at once, of ``capacity`` and ``first`` ones."""

    changes: list[int]
    most: int
    capacity: int
    first: int


def live(seed: int, *, odd: bool = False) -> Lived:
    """Constant wants beside others of constant use, from one replica each. ``odd``: now and then one reading counts
    nothing, or everybody twice."""
    chance = random.Random(seed)
    capacity, others, cost = chance.randint(60, 400), chance.randint(0, 40), chance.choice((1, 5, 10))
    spec = DependencySpec.model_validate(
        {"capacity": {"value": capacity}, "usage": {"counts": "Total", "prometheus": QUERY}}
    )
    names = [f"app-{number}" for number in range(chance.randint(1, 3))]
    wanted = {name: chance.randint(1, 40) for name in names}
    start, grace = chance.choice((0.0, 4.0, 25.0, 70.0)), chance.choice((0.0, 10.0, 40.0))
    fleets = {name: Fleet(began=[-1000.0]) for name in names}
    budgets, grants, now, most = BudgetMemory(), GrantMemory(), 0.0, 0
    read, good = float("-inf"), 0
    for _ in range(LOOKS):
        now += LOOK
        for fleet in fleets.values():
            fleet.pass_to(now)
        held = sum(fleet.ready(now, start=start) + len(fleet.ending) for fleet in fleets.values()) * cost
        most = max(most, held + others)
        fresh = now - read >= READING
        if fresh:
            read = now
            good += 1
            figure = float(others + held)
            if odd and good > SETTLED and chance.random() < 0.5:
                good, figure = 0, figure * chance.choice((0, 2))
        found, budgets = budget(
            spec=spec,
            figures=Figures(capacity=Known(float(capacity)), usage=Known(figure)),
            ours=1000 * cost * sum(fleet.live for fleet in fleets.values()),
            least=1000 * cost * sum(fleet.ready(now, start=start) for fleet in fleets.values()),
            memory=budgets,
            now=now,
            fresh=fresh,
        )
        running = {
            name: Running(
                desired=len(fleet.began),
                live=fleet.live,
                terminating=len(fleet.ending),
                ready=fleet.ready(now, start=start),
            )
            for name, fleet in fleets.items()
        }
        claims = [Claim(app=name, wanted=wanted[name], needs=(Need(pool="db", cost=1000 * cost),)) for name in names]
        given, grants = grant(claims=claims, running=running, room={"db": found.allocatable}, memory=grants, now=now)
        for name, fleet in fleets.items():
            fleet.write(given[name].replicas, now=now, grace=grace)
    return Lived(
        changes=[fleet.changes for fleet in fleets.values()],
        most=most,
        capacity=capacity,
        first=others + cost * len(names),
    )
