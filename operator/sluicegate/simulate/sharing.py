"""What simulated apps may have of their dependencies: the operator's own functions, with the worlds for signals.

One `Sharing` serves all apps of a run. It does what the operator's steward does with a cluster: keeps what each app
asks for and runs, reads the figures, and lets decide/downstream share out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sluicegate.decide.downstream.arbitrate import Claim, need
from sluicegate.decide.downstream.budget import Budget, BudgetMemory, Figures, budget, milli, units
from sluicegate.decide.downstream.grants import Granted, GrantMemory, Running, grant
from sluicegate.model.app import AppSpec
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.downstream import NO_SURGE, Share, Surge
from sluicegate.model.known import Known
from sluicegate.model.observation import Observation
from sluicegate.simulate.dependency import Dependency

READ_EVERY = 30.0
"""Seconds between two readings of what is in use: the default interval of a signal."""


@dataclass(slots=True, kw_only=True)
class _Pool:
    spec: DependencySpec
    used: float = 0.0
    read_at: float = float("-inf")
    memory: BudgetMemory = field(default_factory=BudgetMemory)
    budget: Budget | None = None


@dataclass(slots=True, kw_only=True)
class _User:
    refs: tuple[DependencyRef, ...]
    wanted: int
    running: Running
    surge: Surge = NO_SURGE


class Sharing:
    """Shares out those of ``dependencies`` that count units; what an app declares of others is not looked at."""

    def __init__(self, dependencies: Iterable[Dependency]) -> None:
        self._pools = {one.name: _Pool(spec=_spec(one)) for one in dependencies if one.capacity is not None}
        self._users: dict[str, _User] = {}
        self._memory = GrantMemory()
        self._granted: Mapping[str, Granted] = {}

    def join(self, app: str, *, spec: AppSpec, replicas: int) -> None:
        """``app`` runs ``replicas`` when the world begins."""
        refs = tuple(ref for ref in spec.dependencies if ref.name in self._pools)
        running = Running(desired=replicas, live=replicas, ready=replicas)
        self._users[app] = _User(refs=refs, wanted=replicas, running=running)

    def shares(self, app: str, *, seen: Observation, used: Mapping[str, float]) -> tuple[Share, ...]:
        """What ``app`` may have, after ``seen``; ``used`` units of each dependency are in use."""
        user, workload = self._users[app], seen.workload
        if workload is not None:
            user.running = Running(desired=workload.desired, live=seen.pods.live, ready=workload.ready)
            user.surge = workload.surge
        self._settle(seen.at, used=used)
        return self._told(app)

    def ask(self, app: str, replicas: int, *, now: float, used: Mapping[str, float]) -> tuple[Share, ...]:
        """What ``app`` may have now that it would run ``replicas``."""
        self._users[app].wanted = replicas
        self._settle(now, used=used)
        return self._told(app)

    def _settle(self, now: float, *, used: Mapping[str, float]) -> None:
        for name, pool in self._pools.items():
            fresh = now - pool.read_at >= READ_EVERY and name in used
            if fresh:
                pool.used, pool.read_at = used[name], now
            uses = [
                (user.running, milli(ref.cost_per_replica))
                for user in self._users.values()
                for ref in user.refs
                if ref.name == name
            ]
            figures = Figures(
                capacity=Known(pool.spec.capacity.value or 0.0),
                usage=Known(pool.used) if pool.spec.usage is not None else None,
            )
            pool.budget, pool.memory = budget(
                spec=pool.spec,
                figures=figures,
                ours=sum(running.live * cost for running, cost in uses),
                least=sum(running.ready * cost for running, cost in uses),
                memory=pool.memory,
                now=now,
                fresh=fresh,
            )
        self._granted, self._memory = grant(
            claims=[_claim(app, user) for app, user in self._users.items() if user.refs],
            running={app: user.running for app, user in self._users.items()},
            room={name: pool.budget.allocatable if pool.budget else None for name, pool in self._pools.items()},
            memory=self._memory,
            now=now,
        )

    def _told(self, app: str) -> tuple[Share, ...]:
        return tuple(self._share(app, ref) for ref in self._users[app].refs)

    def _share(self, app: str, ref: DependencyRef) -> Share:
        pool, replicas = self._pools[ref.name], self._granted[app].replicas
        given, whole = units(replicas * milli(ref.cost_per_replica)), units(milli(pool.spec.capacity.value or 0.0))
        return Share(name=ref.name, replicas=replicas, why=f"{ref.name} gives {given} of its {whole} {pool.spec.unit}")


def _claim(app: str, user: _User) -> Claim:
    needs = tuple(need(ref, pool=ref.name) for ref in user.refs)
    return Claim(app=app, wanted=user.wanted, needs=needs, surge=user.surge)


def _spec(dependency: Dependency) -> DependencySpec:
    """As somebody would declare it who knows its capacity, and has what is in use measured where others use it."""
    spec: dict[str, object] = {"unit": dependency.unit, "capacity": {"value": dependency.capacity}}
    if dependency.others:
        spec["usage"] = {"counts": "Total", "prometheus": {"url": "http://prometheus:9090", "query": "used"}}
    return DependencySpec.model_validate(spec)
