"""The Kubernetes HorizontalPodAutoscaler: from one metric with an average target per pod to a replica count.

KEDA leaves all arithmetic on replicas to it, so most of what people know as KEDA's behaviour is in here. The rules are
those of the documentation (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/, sections
"Algorithm details", "Scaling policies", "Stabilization window", "Default Behavior") and, where it is silent, of
`replica_calculator.go` (GetExternalPerPodMetricReplicas) and `horizontal.go` (stabilizeRecommendationWithBehaviors,
calculateScaleUpLimitWithScalingRules, calculateScaleDownLimitWithBehaviors) in
https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/podautoscaler.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SYNC = 15.0
"""Seconds between two looks: --horizontal-pod-autoscaler-sync-period."""
TOLERANCE = 0.1
"""--horizontal-pod-autoscaler-tolerance."""


class Unit(StrEnum):
    PODS = "Pods"
    PERCENT = "Percent"


class Select(StrEnum):
    """Which of several policies counts: the one that allows the most change, the one that allows the least, none."""

    MAX = "Max"
    MIN = "Min"
    DISABLED = "Disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """At most ``value`` pods, or per cent of what ran when the period began, within ``period`` seconds."""

    unit: Unit
    value: float
    period: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One direction of `behavior`. ``window``: stabilisation, in seconds."""

    window: float
    policies: tuple[Policy, ...]
    select: Select = Select.MAX


DEFAULT_UP = Rules(
    window=0,
    policies=(Policy(unit=Unit.PERCENT, value=100, period=15), Policy(unit=Unit.PODS, value=4, period=15)),
)
DEFAULT_DOWN = Rules(window=300, policies=(Policy(unit=Unit.PERCENT, value=100, period=15),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``replicas`` added or taken away at ``at`` seconds; always above 0."""

    at: float
    replicas: int


def recommended(*, replicas: int, value: float, target: float, tolerance: float) -> int:
    """Replicas for a metric of ``value`` in all that should be ``target`` per pod, while ``replicas`` (> 0) run."""
    if abs(1.0 - value / (target * replicas)) <= tolerance:
        return replicas
    return math.ceil(value / target)


def highest(*, replicas: int, added: Sequence[Change], rules: Rules, at: float) -> int:
    """The most that ``rules`` let run now, given what was ``added`` lately."""
    if rules.select is Select.DISABLED:
        return replicas
    limits = []
    for policy in rules.policies:
        began = replicas - _changed(added, since=at - policy.period)
        step = policy.value if policy.unit is Unit.PODS else began * policy.value / 100
        limits.append(math.ceil(began + step))
    return max(replicas, max(limits) if rules.select is Select.MAX else min(limits))


def lowest(*, replicas: int, taken: Sequence[Change], rules: Rules, at: float) -> int:
    """The least that ``rules`` let run now, given what was ``taken`` away lately."""
    if rules.select is Select.DISABLED:
        return replicas
    limits = []
    for policy in rules.policies:
        began = replicas + _changed(taken, since=at - policy.period)
        step = policy.value if policy.unit is Unit.PODS else began * policy.value / 100
        limits.append(math.floor(began - step))
    return min(replicas, min(limits) if rules.select is Select.MAX else max(limits))


def _changed(changes: Sequence[Change], *, since: float) -> int:
    return sum(change.replicas for change in changes if change.at > since)


class Hpa:
    """One autoscaler and what it remembers: recommendations within the windows, changes within the periods."""

    def __init__(
        self,
        *,
        target: float,
        least: int,
        most: int,
        tolerance: float = TOLERANCE,
        up: Rules = DEFAULT_UP,
        down: Rules = DEFAULT_DOWN,
    ) -> None:
        """``target``: metric per pod. ``least`` (1 or more) and ``most``: minReplicas and maxReplicas."""
        self._target, self._tolerance, self._least, self._most = target, tolerance, least, most
        self._up, self._down = up, down
        self._recommended: list[tuple[float, int]] = []
        self._added: list[Change] = []
        self._taken: list[Change] = []

    def replicas(self, *, at: float, current: int, value: float) -> int:
        """What to run from ``at`` (seconds) on, while ``current`` (> 0) run and the metric is ``value`` in all."""
        if not self._least <= current <= self._most:
            # Outside its limits the controller goes to the nearest one without asking for the metric.
            return min(max(current, self._least), self._most)
        wanted = recommended(replicas=current, value=value, target=self._target, tolerance=self._tolerance)
        steady = self._stabilized(at=at, current=current, wanted=wanted)
        if steady > current:
            allowed = highest(replicas=current, added=self._added, rules=self._up, at=at)
            chosen = min(steady, allowed, self._most)
        else:
            allowed = lowest(replicas=current, taken=self._taken, rules=self._down, at=at)
            chosen = min(max(steady, allowed, self._least), self._most)
        self._record(at=at, current=current, chosen=chosen)
        return chosen

    def _stabilized(self, *, at: float, current: int, wanted: int) -> int:
        longest = max(self._up.window, self._down.window)
        self._recommended = [one for one in self._recommended if one[0] > at - longest]
        floor = min([wanted, *(count for when, count in self._recommended if when > at - self._up.window)])
        ceiling = max([wanted, *(count for when, count in self._recommended if when > at - self._down.window)])
        self._recommended.append((at, wanted))
        return min(max(current, floor), ceiling)

    def _record(self, *, at: float, current: int, chosen: int) -> None:
        changes, rules = (self._added, self._up) if chosen > current else (self._taken, self._down)
        if chosen != current:
            changes.append(Change(at=at, replicas=abs(chosen - current)))
        longest = max((policy.period for policy in rules.policies), default=0.0)
        changes[:] = [change for change in changes if change.at > at - longest]
