"""From the spec of a dependency to the signals it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from sluicegate.model.dependency import CapacityRule, DependencySpec, UsageRule
from sluicegate.model.health_check import HealthCheck
from sluicegate.model.signal import PostgresSource, PrometheusQuery
from sluicegate.observe.dependencies import http, prometheus
from sluicegate.observe.dependencies.credentials import SecretReader
from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.dependencies.postgres import Database
from sluicegate.observe.dependencies.signal import Check, FigureSignal, HealthLook, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Of one dependency. ``capacity`` None: its spec says it; ``usage`` None: none is declared."""

    capacity: Signal | None
    usage: Signal | None
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    secret: SecretReader
    guard: Guard
    databases: dict[tuple[str, str, str], Database] = field(default_factory=dict)

    def capacity(self, rule: CapacityRule) -> Signal | None:
        if rule.prometheus is not None:
            return self._figure(rule.prometheus, field="spec.capacity.prometheus")
        if rule.postgres is None:
            return None
        source = rule.postgres
        return FigureSignal(
            field="spec.capacity.postgres",
            interval=source.interval,
            ask=partial(self.database(source).setting, source.setting, within=source.timeout),
        )

    def usage(self, rule: UsageRule | None) -> Signal | None:
        if rule is None:
            return None
        if rule.prometheus is not None:
            return self._figure(rule.prometheus, field="spec.usage.prometheus")
        if rule.postgres is None:
            return None
        source = rule.postgres
        return FigureSignal(
            field="spec.usage.postgres",
            interval=source.interval,
            ask=partial(self.database(source).used, query=source.query, within=source.timeout),
        )

    def _figure(self, query: PrometheusQuery, *, field: str) -> Signal:
        ask = partial(prometheus.figure, query, secret=self.secret, guard=self.guard)
        return FigureSignal(field=field, interval=query.interval, ask=ask)

    def check(self, spec: HealthCheck, number: int) -> Check | None:
        look = partial(HealthLook, name=spec.name, interval=spec.interval)
        at = f"spec.health[{number}]"
        if spec.http is not None:
            return look(field=f"{at}.http", ask=partial(http.check, spec.http, secret=self.secret, guard=self.guard))
        if spec.prometheus is not None:
            asked = partial(prometheus.check, spec.prometheus, secret=self.secret, guard=self.guard)
            return look(field=f"{at}.prometheus", ask=asked)
        if spec.postgres is None:
            return None
        source = spec.postgres
        well = partial(self.database(source).well, most_waiting=source.max_waiting_sessions, within=source.timeout)
        return look(field=f"{at}.postgres", ask=well)

    def database(self, source: PostgresSource) -> Database:
        """The same for all signals that name the same Secret: they share one connection."""
        ref, ca = source.connection_secret_ref, source.ca_secret_ref
        key = (ref.name, ref.key, ca.name if ca else "")
        if key not in self.databases:
            self.databases[key] = Database(ref=ref, ca=ca, secret=self.secret, guard=self.guard)
        return self.databases[key]


def signals(spec: DependencySpec, *, secret: SecretReader, guard: Guard) -> Signals:
    """``secret`` reads Secrets of the namespace in which those of this dependency live."""
    maker = _Maker(secret=secret, guard=guard)
    checks = (maker.check(one, number) for number, one in enumerate(spec.health))
    return Signals(
        capacity=maker.capacity(spec.capacity),
        usage=maker.usage(spec.usage),
        checks=tuple(one for one in checks if one is not None),
    )
