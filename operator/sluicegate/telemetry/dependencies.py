"""The metrics of dependencies, written at each scrape from what was told last. Unknown figures have no series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from sluicegate.model.account import Account
from sluicegate.model.downstream import BreakerState
from sluicegate.model.resource import Key

PER_NAMESPACE = 500
"""Dependencies of one namespace that have series."""
Value = tuple[str, float | None]


def _state(account: Account) -> Iterable[Value]:
    return [(f',state="{state.value}"', 1 if state is account.state else 0) for state in BreakerState]


def _granted(account: Account) -> Iterable[Value]:
    return [(f',app_namespace="{one.namespace}",app="{one.name}"', one.replicas * one.cost) for one in account.grants]


FAMILIES: tuple[tuple[str, str, Callable[[Account], Iterable[Value]]], ...] = (
    ("dependency_capacity", "Units that it has.", lambda one: [("", one.capacity)]),
    ("dependency_allocatable", "Units that may be shared out.", lambda one: [("", one.allocatable)]),
    ("dependency_external", "Units that others use.", lambda one: [("", one.external)]),
    ("dependency_granted", "Units given to each app.", _granted),
    ("dependency_breaker_state", "1 for the state that the breaker is in.", _state),
)


class DependencySeries:
    """What was told last of each dependency. One without a namespace is the cluster's."""

    def __init__(self, *, per_namespace: int = PER_NAMESPACE) -> None:
        self._per_namespace = per_namespace
        self._accounts: dict[Key, Account] = {}
        self._turns: Counter[tuple[Key, BreakerState, BreakerState]] = Counter()

    def observe(self, accounts: Mapping[Key, Account]) -> None:
        """All dependencies that there are: the series of others end."""
        counts: Counter[str] = Counter()
        self._accounts = {}
        for key, account in accounts.items():
            counts[key.namespace] += 1
            if counts[key.namespace] <= self._per_namespace:
                self._accounts[key] = account
        self._turns = Counter({turn: times for turn, times in self._turns.items() if turn[0] in self._accounts})

    def transition(self, key: Key, *, before: BreakerState, after: BreakerState) -> None:
        """The breaker of ``key`` turned."""
        self._turns[key, before, after] += 1

    def exposition(self) -> Iterator[bytes]:
        """All series in Prometheus' text format. Names need no escaping: the API server checked them."""
        for family, words, values in FAMILIES:
            name = f"sluicegate_{family}"
            lines = [
                f"{name}{{{_labels(key)}{more}}} {value}\n"
                for key, account in self._accounts.items()
                for more, value in values(account)
                if value is not None
            ]
            yield f"# HELP {name} {words}\n# TYPE {name} gauge\n{''.join(lines)}".encode()
        name = "sluicegate_breaker_transitions_total"
        turns = [
            f'{name}{{{_labels(key)},from="{before}",to="{after}"}} {times}\n'
            for (key, before, after), times in self._turns.items()
        ]
        yield f"# HELP {name} Turns of breakers.\n# TYPE {name} counter\n{''.join(turns)}".encode()


def _labels(key: Key) -> str:
    return f'namespace="{key.namespace}",dependency="{key.name}"'
