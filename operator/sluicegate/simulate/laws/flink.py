"""The autoscaler of the Flink Kubernetes operator, as if our consumers were the source of a Flink job.

Its rules are those of https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-stable/docs/custom-resource/autoscaler/
and, where that is silent, of JobVertexScaler, ScalingMetricEvaluator, DelayedScaleDown and ScalingMetricCollector in
https://github.com/apache/flink-kubernetes-operator/tree/main/flink-autoscaler. Defaults are its defaults. It measures
the true processing rate by busy time; here it is given it, which only helps. A restart of the job is, here, the time
until all members ordered are in the group.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from sluicegate.simulate.laws.context import Context
from sluicegate.simulate.laws.options import Options
from sluicegate.simulate.seen import Seen

RECONCILE = 60.0
"""Seconds between two looks: kubernetes.operator.reconcile.interval."""
BACKLOG = 300.0
"""job.autoscaler.backlog-processing.lag-threshold: seconds of lag beyond which only the backlog counts."""
LARGEST_STEP_DOWN = 0.6
"""job.autoscaler.scale-down.max-factor."""


def target_capacity(*, rate: float, lag: float, utilization: float, catch_up: float, restart: float) -> float:
    """Messages a second to be able to handle: what arrives at ``utilization``, and the ``lag`` and what a ``restart``
    leaves behind within ``catch_up`` seconds (0: neither counts)."""
    if utilization <= 0:
        return math.inf
    extra = (lag + rate * restart) / catch_up if catch_up > 0 else 0.0
    return math.floor(extra + rate / utilization + 0.5)


def aligned(*, current: int, factor: float, partitions: int, least: int, most: int) -> int:
    """``current`` times ``factor``, moved to a divisor of ``partitions``: upwards if there is one below the bounds,
    else downwards to where each subtask has more of them; never against the direction of the change."""
    bound = min(partitions, most)
    wanted = min(max(least, math.ceil(factor * current)), bound)
    if wanted == current:
        return current
    upwards = wanted > current
    for count in range(wanted, (bound if upwards else min(current, bound)) + 1):
        if partitions % count == 0:
            return count
    count = wanted
    while count > 0 and partitions // count <= partitions // wanted:
        count -= 1
    if count > 0 and partitions % count != 0:
        count += 1
    count = max(count, least)
    return count if (count > current) is upwards and count != current else current


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """True processing rates below ``up`` or above ``down`` (messages a second) are reasons to scale."""

    up: float
    down: float

    def breached_by(self, rate: float) -> bool:
        return rate < self.up or rate > self.down


def thresholds(
    *, rate: float, lag: float, target: float, boundary: float, catch_up: float, restart: float, backlog: bool
) -> Thresholds:
    """The band around ``target`` utilisation; with a ``backlog`` only too little capacity is a reason."""
    upper, lower = (1.0, 0.0) if backlog else (min(1.0, target + boundary), max(0.0, target - boundary))
    return Thresholds(
        up=target_capacity(rate=rate, lag=lag, utilization=upper, catch_up=catch_up, restart=0.0),
        down=target_capacity(rate=rate, lag=lag, utilization=lower, catch_up=catch_up, restart=restart),
    )


class DelayedDown:
    """A scale-down waits until it has been wanted for a whole interval, and then takes the most that was wanted."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._first: float | None = None
        self._wanted: deque[tuple[float, int, bool]] = deque()

    def clear(self) -> None:
        self._first = None
        self._wanted.clear()

    def ask(self, *, at: float, count: int, outside: bool) -> tuple[int, bool] | None:
        """(count, outside) to act on now, or None. ``outside``: the utilisation is outside its band."""
        if self._interval <= 0:
            return count, outside
        if self._first is None:
            self._first = at
        while self._wanted and self._wanted[-1][1] <= count:
            self._wanted.pop()
        self._wanted.append((at, count, outside))
        since = at - self._interval
        if since < self._first:
            return None
        while self._wanted[0][0] < since:
            self._wanted.popleft()
        return self._wanted[0][1:]


class Flink:
    """The law."""

    period = RECONCILE

    def __init__(self, options: Options, *, context: Context) -> None:
        self._window = options.seconds("window", 900.0)
        self._stabilization = options.seconds("stabilization", 300.0)
        self._target = options.number("target", 0.7)
        self._boundary = options.number("boundary", 0.3)
        self._restart = options.seconds("restart", 300.0)
        self._catch_up = options.seconds("catchUp", 1800.0)
        self._down = DelayedDown(options.seconds("down", 3600.0))
        self._capacity = context.capacity
        scaling = context.app.scaling
        self._least, self._most = max(1, scaling.min_replicas), scaling.max_replicas
        self._running_since: float | None = 0.0
        self._seen: list[tuple[float, int, int]] = []

    def __call__(self, seen: Seen) -> int | None:
        """Collect, evaluate, decide: nothing until the job is stable and the window is full."""
        if self._running_since is None and seen.ready >= seen.desired:
            self._running_since = seen.at
        if not seen.known or self._running_since is None or seen.desired == 0:
            return None
        stable = self._running_since + self._stabilization
        if seen.at < stable:
            return None
        self._seen.append((seen.at, int(seen.committed.sum()), int(seen.lag.sum())))
        if seen.at < self._seen[0][0] + self._window:
            return None
        self._seen = [one for one in self._seen if one[0] >= seen.at - self._window]
        if len(self._seen) < 2:
            return None
        chosen = self._decide(seen)
        if chosen is not None:
            self._running_since = None
            self._seen.clear()
            self._down.clear()
        return chosen

    def _decide(self, seen: Seen) -> int | None:
        (since, read_before, lag_before), (now, read, lag) = self._seen[0], self._seen[-1]
        handled = (read - read_before) / (now - since)
        rate = max(0.0, handled + (lag - lag_before) / (now - since))
        able = seen.desired * self._capacity
        backlog = lag > 0 if handled <= 0 else lag / handled > BACKLOG
        band = thresholds(
            rate=rate,
            lag=lag,
            target=self._target,
            boundary=self._boundary,
            catch_up=self._catch_up,
            restart=self._restart,
            backlog=backlog,
        )
        wanted_rate = target_capacity(
            rate=rate, lag=lag, utilization=self._target, catch_up=self._catch_up, restart=self._restart
        )
        count = aligned(
            current=seen.desired,
            factor=max(1 - LARGEST_STEP_DOWN, wanted_rate / able),
            partitions=seen.partitions,
            least=min(seen.desired, self._least),
            most=max(seen.desired, self._most),
        )
        outside = band.breached_by(able)
        if count == seen.desired:
            self._down.clear()
            return None
        if count > seen.desired:
            self._down.clear()
            return count if outside else None
        delayed = self._down.ask(at=seen.at, count=count, outside=outside)
        return delayed[0] if delayed is not None and delayed[1] else None
