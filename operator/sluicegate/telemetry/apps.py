"""The metrics of apps, made at each scrape from the last decision about each.

Keeping them as objects would cost a kilobyte for each of fifteen series of each of 10,000 apps. A figure that is
unknown has no series: 0 would be a claim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sluicegate.model.decision import Decision
from sluicegate.model.known import Known, Maybe

PER_NAMESPACE = 2_000
"""Apps of one namespace that have series: a team that makes objects in a loop must not fill the database."""
LABELS = ("namespace", "app")
Values = Callable[[Decision], Iterable[tuple[tuple[str, ...], float | None]]]


def _known(figure: Maybe[int] | Maybe[float]) -> float | None:
    return float(figure.value) if isinstance(figure, Known) else None


def _replicas(decision: Decision) -> Iterable[tuple[tuple[str, ...], float | None]]:
    yield ("current",), decision.current
    yield ("desired",), decision.replicas
    yield ("wanted",), decision.wanted
    yield ("cap",), decision.cap


FAMILIES: tuple[tuple[str, str, tuple[str, ...], Values], ...] = (
    ("app_lag_records", "Messages not handled yet.", (), lambda d: [((), _known(d.lag.records))]),
    ("app_lag_seconds", "Age of the oldest message not handled yet.", (), lambda d: [((), _known(d.lag.seconds))]),
    ("app_arrival_rate", "Messages arriving, a second.", (), lambda d: [((), d.rate_in)]),
    ("app_consume_rate", "Messages handled, a second.", (), lambda d: [((), d.rate_out)]),
    ("app_replicas", "Replicas: current, desired (decided), wanted (by lag alone), cap.", ("kind",), _replicas),
    (
        "app_limited",
        "1 for what changed the number last; no series while nothing did.",
        ("by",),
        lambda d: [((str(d.limited_by),), 1.0)] if str(d.limited_by) != "None" else [],
    ),
    (
        "app_condition",
        "1 for the status that each condition has.",
        ("type", "status"),
        lambda d: [((condition.type, condition.status.value), 1.0) for condition in d.conditions],
    ),
)


class AppSeries(Collector):
    """Last decisions by app, told as gauges when asked."""

    def __init__(self, *, per_namespace: int = PER_NAMESPACE) -> None:
        self._per_namespace = per_namespace
        self._decisions: dict[tuple[str, str], Decision] = {}
        self._counts: Counter[str] = Counter()

    def observe(self, *, namespace: str, app: str, decision: Decision) -> None:
        """Tell ``decision`` at the next scrape, unless the namespace has too many apps already."""
        if (namespace, app) not in self._decisions:
            if self._counts[namespace] >= self._per_namespace:
                return
            self._counts[namespace] += 1
        self._decisions[(namespace, app)] = decision

    def forget(self, *, namespace: str, app: str) -> None:
        """No series of this app from now on."""
        if self._decisions.pop((namespace, app), None) is not None:
            self._counts[namespace] -= 1

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        decisions = list(self._decisions.items())
        for name, words, labels, values in FAMILIES:
            family = GaugeMetricFamily(f"sluicegate_{name}", words, labels=(*LABELS, *labels))
            for (namespace, app), decision in decisions:
                for extra, value in values(decision):
                    if value is not None:
                        family.add_metric((namespace, app, *extra), value)
            yield family
