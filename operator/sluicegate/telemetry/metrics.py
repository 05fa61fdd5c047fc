"""Prometheus metrics of the process, and the doors by which the rooms report to them.

What is about one app lives in `telemetry.apps`, about one dependency in `telemetry.dependencies`: both are written at
each scrape from what is known last.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from sluicegate.telemetry.apps import AppSeries
from sluicegate.telemetry.dependencies import DependencySeries
from sluicegate.version import VERSION

disable_created_metrics()
registry = CollectorRegistry()
PREFIX = "sluicegate"

build_info = Gauge("build_info", "The version of the operator.", ["version"], namespace=PREFIX, registry=registry)
build_info.labels(version=VERSION).set(1)
leader = Gauge("leader", "1 while this process is the one that writes.", namespace=PREFIX, registry=registry)
leader.set(1)

scalings_total = Counter(
    "scalings",
    "Replica counts written, by direction (up, down) and reason.",
    ["namespace", "app", "direction", "reason"],
    namespace=PREFIX,
    registry=registry,
)
reaction_seconds = Histogram(
    "reaction_seconds",
    "From the sweep that first saw a lag move to the scale written for it.",
    namespace=PREFIX,
    registry=registry,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300),
)
decision_seconds = Histogram(
    "decision_seconds",
    "One decision about one app.",
    namespace=PREFIX,
    registry=registry,
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2),
)
sweep_seconds = Histogram(
    "sweep_seconds",
    "One look at everything on one Kafka connection.",
    namespace=PREFIX,
    registry=registry,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
tick_lateness_seconds = Histogram(
    "tick_lateness_seconds",
    "How much later than due a poll began.",
    namespace=PREFIX,
    registry=registry,
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
redrive_records_total = Counter(
    "redrive_records",
    "Dead letters dealt with by redrives, by result (redriven, parked, skipped).",
    ["result"],
    namespace=PREFIX,
    registry=registry,
)
sweep_requests_total = Counter(
    "sweep_requests", "Requests to Kafka, by API.", ["api"], namespace=PREFIX, registry=registry
)
kafka_errors_total = Counter(
    "kafka_errors", "Faults met while reading Kafka, by kind.", ["kind"], namespace=PREFIX, registry=registry
)
kubernetes_requests_total = Counter(
    "kubernetes_requests",
    "Requests to the API server, by verb and status code (0: no answer).",
    ["verb", "code"],
    namespace=PREFIX,
    registry=registry,
)
watch_age_seconds = Gauge(
    "watch_age_seconds",
    "Time since the last event of a watch or the last whole list.",
    namespace=PREFIX,
    registry=registry,
)

apps = AppSeries()
dependencies = DependencySeries()
observe = apps.observe

_seen = time.monotonic()


def forget(*, namespace: str, app: str) -> None:
    """End the series of an app that is no more."""
    apps.forget(namespace=namespace, app=app)
    scalings_total.remove_by_labels({"namespace": namespace, "app": app})


def exposition() -> Iterator[bytes]:
    """Everything in Prometheus' text format, in pieces small enough to be made between two turns of the loop."""
    yield generate_latest(registry)
    yield from apps.exposition()
    yield from dependencies.exposition()


def watch_seen() -> None:
    """A watch brought something, or a whole list came in."""
    global _seen
    _seen = time.monotonic()


def watch_age() -> float:
    """Seconds since `watch_seen`."""
    return time.monotonic() - _seen


watch_age_seconds.set_function(watch_age)
