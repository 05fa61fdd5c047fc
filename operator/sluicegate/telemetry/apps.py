"""The metrics of apps, written at each scrape from the last decision about each.

Kept as objects of the client library they would cost a kilobyte for each of fifteen series of each of 10,000 apps, and
a second of processor time for each scrape. A figure that is unknown has no series: 0 would be a claim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from sluicegate.model.decision import Decision, Limit
from sluicegate.model.known import Known, Maybe

PER_NAMESPACE = 2_000
"""Apps of one namespace that have series: a team that makes objects in a loop must not fill the database."""
CHUNK = 500
"""Apps written between two breaths of the event loop."""
Value = tuple[str, float | None]
"""Further labels as text, and the figure."""


def _known(figure: Maybe[int] | Maybe[float]) -> list[Value]:
    return [("", figure.value)] if isinstance(figure, Known) else []


def _replicas(decision: Decision) -> list[Value]:
    return [
        (',kind="current"', decision.current),
        (',kind="desired"', decision.replicas),
        (',kind="wanted"', decision.wanted),
        (',kind="cap"', decision.cap),
    ]


def _limited(decision: Decision) -> list[Value]:
    return [] if decision.limited_by == Limit.NONE else [(f',by="{decision.limited_by}"', 1)]


def _conditions(decision: Decision) -> list[Value]:
    return [(f',type="{one.type}",status="{one.status}"', 1) for one in decision.conditions]


def _letters(decision: Decision) -> list[Value]:
    return [("", decision.dead_letters.records)] if decision.dead_letters else []


def _letter_rate(decision: Decision) -> list[Value]:
    return [("", decision.dead_letters.rate)] if decision.dead_letters else []


def _oldest_letter(decision: Decision) -> list[Value]:
    letters = decision.dead_letters
    if letters is None or letters.records is None:
        return []
    if letters.records == 0:
        return [("", 0)]
    return [] if letters.oldest is None else [("", max(0.0, decision.at - letters.oldest))]


FAMILIES: tuple[tuple[str, str, Callable[[Decision], Iterable[Value]]], ...] = (
    ("app_lag_records", "Messages not handled yet.", lambda decision: _known(decision.lag.records)),
    ("app_lag_seconds", "Age of the oldest message not handled yet.", lambda decision: _known(decision.lag.seconds)),
    ("app_arrival_rate", "Messages arriving, a second.", lambda decision: [("", decision.rate_in)]),
    ("app_consume_rate", "Messages handled, a second.", lambda decision: [("", decision.rate_out)]),
    ("app_replicas", "Replicas by kind: current, desired (decided), wanted (by lag alone), cap.", _replicas),
    ("app_limited", "1 for what changed the number last; no series while nothing did.", _limited),
    ("app_condition", "1 for the status that each condition has.", _conditions),
    ("dead_letters", "Dead letters that nobody dealt with yet.", _letters),
    ("dead_letter_rate", "Dead letters coming, a second, over the storm window.", _letter_rate),
    ("dead_letter_oldest_seconds", "Age of the oldest dead letter, where it is known; 0 without any.", _oldest_letter),
)


class AppSeries:
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

    def exposition(self) -> Iterator[bytes]:
        """All series in Prometheus' text format, in pieces. Names need no escaping: the API server checked them."""
        decisions = list(self._decisions.items())
        for family, words, values in FAMILIES:
            name = f"sluicegate_{family}"
            yield f"# HELP {name} {words}\n# TYPE {name} gauge\n".encode()
            for start in range(0, len(decisions), CHUNK):
                lines = [
                    f'{name}{{namespace="{namespace}",app="{app}"{labels}}} {value}\n'
                    for (namespace, app), decision in decisions[start : start + CHUNK]
                    for labels, value in values(decision)
                    if value is not None
                ]
                yield "".join(lines).encode()
