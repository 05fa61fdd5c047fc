"""What breaks first when more arrives: partitions, maxReplicas, a dependency, or the knee behind all replicas.

No law is asked: as many replicas as a limit allows run all the time, and the question is up to which multiple of the
arrivals no message is late then. That is a queue with one server, so its longest wait is the largest backlog over the
rate at which it drains, and the multiple is found by bisection. A law can only be worse; that is seen by running it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluicegate.decide.downstream.budget import milli
from sluicegate.model.app import AppSpec
from sluicegate.model.quantity import show
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.dependency import Beyond, Dependency
from sluicegate.simulate.laws.clairvoyant import fullest
from sluicegate.simulate.shapes import capacity_factors, zipf
from sluicegate.simulate.workload import WorkloadSpec

PRECISION = 0.005
"""Of the multiple, relative."""
HIGHEST = 1e6
"""The largest multiple looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``name`` as `limitedBy` spells it; ``bears`` messages a second; ``at`` the multiple of the arrivals from which on
    messages are late because of it; ``words`` what it is."""

    name: str
    bears: float
    at: float
    words: str


def breaks(*, app: AppSpec, workload: WorkloadSpec, arrivals: Arrivals, objective: float) -> list[Limit]:
    """All limits, the first to break first. ``arrivals`` without the factor of the load test."""
    factors = capacity_factors(workload, seconds=arrivals.seconds)
    found = [
        Limit(
            name=name,
            bears=bears * float(factors.min()),
            at=_multiple(arrivals.rates, bears=bears * factors, objective=objective),
            words=words.format(bears=f"{bears * float(factors.min()):,.0f} messages/s"),
        )
        for name, bears, words in _of_replicas(app=app, workload=workload)
    ]
    found += [
        Limit(
            name=name,
            bears=bears,
            at=_multiple(arrivals.rates, bears=np.full(arrivals.seconds, bears), objective=objective),
            words=words.format(bears=f"{bears:,.0f} messages/s"),
        )
        for name, bears, words in _of_others(workload)
    ]
    return sorted(found, key=lambda limit: limit.at)


def _of_replicas(*, app: AppSpec, workload: WorkloadSpec) -> list[tuple[str, float, str]]:
    """(name, messages a second at full capacity, words)"""
    each = workload.capacity_per_replica / workload.consumers_per_replica
    partitions = sum(size for _, size in workload.sizes)
    shares = zipf(partitions, skew=workload.skew)
    most = app.scaling.max_replicas
    found = []
    if most * workload.consumers_per_replica < partitions:
        bears = each / fullest(most * workload.consumers_per_replica, shares=shares)
        found.append(("Max", bears, f"maxReplicas {most} handle {{bears}} at most"))
    words = f"{partitions} partitions with a consumer each handle {{bears}} at most"
    if workload.skew > 0:
        largest = f"{100 * shares.max():.1f} % of all messages are in one of {partitions} partitions"
        words = f"{largest}, so that they handle {{bears}} at most"
    for one in workload.dependencies:
        seats, cost = _seats(one, app=app)
        if seats is not None and seats * workload.consumers_per_replica < partitions:
            bears = each / fullest(seats * workload.consumers_per_replica, shares=shares) if seats else 0.0
            said = f"{one.name} has {one.unit} for {seats} replicas ({show(cost)} each), which handle {{bears}} at most"
            found.append((f"Dependency/{one.name}", bears, said))
    return [*found, ("Partitions", each / float(shares.max()), words)]


def _seats(dependency: Dependency, *, app: AppSpec) -> tuple[int | None, float]:
    """(replicas for which there are units, units of one): by what a replica takes, or by what the app declares where
    that is more or alone counts. None: as many as anybody wants."""
    declared = next((ref.cost_per_replica for ref in app.dependencies if ref.name == dependency.name), None)
    costs = [dependency.cost_per_replica] if dependency.beyond is Beyond.REFUSED else []
    cost = max([*costs, declared] if declared is not None else costs, default=None)
    return (None, 0.0) if cost is None else (dependency.seats(cost=milli(cost)), cost)


def _of_others(workload: WorkloadSpec) -> list[tuple[str, float, str]]:
    found = []
    if workload.downstream is not None:
        knee = workload.downstream.knee
        words = f"more than {knee} replicas do not help: {{bears}} at most"
        found.append(("Ineffective", knee * workload.capacity_per_replica, words))
    for one in workload.dependencies:
        if one.messages_per_second is not None:
            found.append((f"Dependency/{one.name}", one.messages_per_second, f"{one.name} bears {{bears}}"))
    return found


def _multiple(rates: npt.NDArray[np.float64], *, bears: npt.NDArray[np.float64], objective: float) -> float:
    """The largest multiple at which a server of ``bears`` messages a second is never ``objective`` seconds behind."""
    low, high = 0.0, 1.0
    if not bears.any():
        return 0.0
    while high < HIGHEST and _in_time(rates * high, bears=bears, objective=objective):
        low, high = high, 2 * high
    while high < HIGHEST and high - low > PRECISION * high:
        middle = (low + high) / 2
        if _in_time(rates * middle, bears=bears, objective=objective):
            low = middle
        else:
            high = middle
    return low


def _in_time(rates: npt.NDArray[np.float64], *, bears: npt.NDArray[np.float64], objective: float) -> bool:
    level = np.concatenate(([0.0], np.cumsum(rates - bears)))
    backlog = (level - np.minimum.accumulate(level))[1:]
    return bool(np.all(backlog <= bears * objective))
