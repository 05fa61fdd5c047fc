"""Short ways to say what a law knows and sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sluicegate.model.observation import Observation
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.laws import Context
from sluicegate.simulate.seen import Seen
from sluicegate.simulate.workload import WorkloadSpec
from tests.support.given import spec


def context(
    *,
    partitions: int = 24,
    capacity: float = 100.0,
    most: int = 100,
    least: int = 1,
    rates: Sequence[float] = (0.0,),
    slowing: Sequence[dict[str, float]] = (),
    **workload: Any,
) -> Context:
    """A world with ``partitions``; other fields of the workload as in YAML. ``rates`` one a second, ``slowing``
    the points of its capacity over time."""
    return Context(
        app=spec(scaling={"maxReplicas": most, "minReplicas": least}),
        objective=60.0,
        capacity=capacity,
        partitions=partitions,
        workload=WorkloadSpec.model_validate(
            {"partitions": partitions, "capacityPerReplica": capacity, "capacity": tuple(slowing), **workload},
        ),
        arrivals=Arrivals(rates=np.array(rates, float)),
    )


def seen(
    at: float,
    *,
    lag: int | Sequence[int] = 0,
    desired: int = 1,
    committed: int = 0,
    partitions: int = 24,
    known: bool = True,
    ready: int | None = None,
) -> Seen:
    """One poll. A single ``lag`` lies on the first partition, as does all that is ``committed``."""
    lags = np.zeros(partitions, np.int64)
    lags[: 1 if isinstance(lag, int) else len(lag)] = lag
    done = np.zeros(partitions, np.int64)
    done[0] = committed
    return Seen(
        at=at,
        known=known,
        desired=desired,
        ready=desired if ready is None else ready,
        lag=lags,
        end=done + lags,
        committed=done,
        partitions=partitions,
        observation=_never,
    )


def _never() -> Observation:
    raise AssertionError("these laws do not look at the whole observation")
