"""Small simulated worlds for tests: quiet ones, in which everything can be worked out by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.kernel import Crew, Queues, empty
from sluicegate.simulate.seen import Seen
from sluicegate.simulate.workload import WorkloadSpec, read_workload
from sluicegate.simulate.world import World

EXACT = {"capacityNoise": 0, "startNoise": 0}
"""Nothing left to chance but the messages and the commit phases."""


def workload(**fields: Any) -> WorkloadSpec:
    """A workload from fields in YAML spelling; `from` as in ``**{"from": 1}``."""
    return read_workload(json.dumps({**EXACT, **fields}))


def steady(rate: float, *, seconds: int) -> Arrivals:
    return Arrivals(rates=np.full(seconds, float(rate)))


def world(*, rate: float = 0.0, seconds: int = 600, objective: float = 60.0, **fields: Any) -> World:
    return World(workload=workload(**fields), arrivals=steady(rate, seconds=seconds), objective=objective)


def queues(arrivals: list[list[int]]) -> Queues:
    """Empty partitions in which ``arrivals`` (by second, then partition) are going to arrive."""
    return empty(np.array(arrivals, np.int32))


def crew(owned: list[list[int]], *, rate: float | list[float], partitions: int, phase: int = 0) -> Crew:
    """One member for each list in ``owned``, with those partitions."""
    rates = rate if isinstance(rate, list) else [rate] * len(owned)
    return Crew(
        order=np.array([partition for one in owned for partition in one], np.int64),
        first=np.concatenate(([0], np.cumsum([len(one) for one in owned]))).astype(np.int64),
        rate=np.array(rates, np.float64),
        phase=np.full(len(owned), phase, np.int64),
        resumes=np.zeros(partitions),
        stuck=np.zeros(partitions, np.bool_),
    )


class Scheduled:
    """A law that writes what it was told to, when it was told to, and remembers what it was shown."""

    def __init__(self, orders: dict[int, int] | None = None, *, period: float = 10.0) -> None:
        self._orders = orders or {}
        self._period = period
        self.seen: list[Seen] = []
        self.restarts = 0

    @property
    def period(self) -> float:
        return self._period

    def restarted(self) -> None:
        self.restarts += 1

    def __call__(self, seen: Seen) -> int | None:
        self.seen.append(seen)
        return self._orders.get(int(seen.at))
