"""Series appear with what is known, and end with the app."""

import time
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sluicegate.model.decision import Capacity, Lag, Letters
from sluicegate.model.known import Unknown
from sluicegate.telemetry import metrics
from sluicegate.telemetry.apps import AppSeries
from tests.unit.act.decisions import AT, condition, decision

UNKNOWN = Unknown("BrokerUnreachable", "no answer")


def samples(series: AppSeries) -> dict[tuple[str, ...], float]:
    text = b"".join(series.exposition()).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def series() -> AppSeries:
    return AppSeries()


def test_every_figure_of_a_decision_has_its_series(series: AppSeries) -> None:
    series.observe(namespace="shop", app="orders", decision=decision(conditions=(condition(),)))
    where = ("shop", "orders")
    assert samples(series) == {
        ("sluicegate_app_lag_records", *where): 48_211,
        ("sluicegate_app_lag_seconds", *where): 54.3,
        ("sluicegate_app_arrival_rate", *where): 893.3,
        ("sluicegate_app_consume_rate", *where): 641.2,
        ("sluicegate_app_replicas", *where, "current"): 11,
        ("sluicegate_app_replicas", *where, "desired"): 11,
        ("sluicegate_app_replicas", *where, "wanted"): 20,
        ("sluicegate_app_replicas", *where, "cap"): 11,
        ("sluicegate_app_limited", *where, "Max"): 1,
        ("sluicegate_app_condition", *where, "Ready", "True"): 1,
    }


def test_dead_letters_have_their_series_while_they_are_known(series: AppSeries) -> None:
    known = Letters(topic="orders.dlq", topics=1, records=12, oldest=AT - 90, rate=0.5)
    series.observe(namespace="shop", app="orders", decision=decision(dead_letters=known))
    series.observe(namespace="shop", app="bills", decision=decision(dead_letters=replace(known, records=None)))
    series.observe(
        namespace="shop", app="parcels", decision=decision(dead_letters=replace(known, records=0, oldest=None))
    )
    found = {name: value for name, value in samples(series).items() if name[0].startswith("sluicegate_dead_letter")}
    assert found == {
        ("sluicegate_dead_letters", "shop", "orders"): 12,
        ("sluicegate_dead_letter_rate", "shop", "orders"): 0.5,
        ("sluicegate_dead_letter_oldest_seconds", "shop", "orders"): 90,
        ("sluicegate_dead_letter_rate", "shop", "bills"): 0.5,
        ("sluicegate_dead_letters", "shop", "parcels"): 0,
        ("sluicegate_dead_letter_rate", "shop", "parcels"): 0.5,
        ("sluicegate_dead_letter_oldest_seconds", "shop", "parcels"): 0,
    }


def test_an_unknown_lag_ends_its_series_and_is_not_told_as_zero(series: AppSeries) -> None:
    series.observe(namespace="shop", app="orders", decision=decision())
    series.observe(
        namespace="shop",
        app="orders",
        decision=decision(lag=Lag(records=UNKNOWN, seconds=UNKNOWN), rate_in=None, rate_out=None, wanted=None),
    )
    names = {name for name, *_ in samples(series)}
    assert not names & {"sluicegate_app_lag_records", "sluicegate_app_lag_seconds", "sluicegate_app_arrival_rate"}
    assert ("sluicegate_app_replicas", "shop", "orders", "wanted") not in samples(series)


def test_series_end_with_the_app(series: AppSeries) -> None:
    series.observe(namespace="shop", app="orders", decision=decision())
    series.forget(namespace="shop", app="orders")
    series.forget(namespace="shop", app="orders")
    assert samples(series) == {}


def test_an_app_that_nothing_limits_has_no_limit_series(series: AppSeries) -> None:
    series.observe(namespace="shop", app="orders", decision=decision(limited_by="None"))
    assert not [name for name in samples(series) if name[0] == "sluicegate_app_limited"]


def test_a_namespace_has_a_ceiling_and_an_app_that_goes_makes_room() -> None:
    series = AppSeries(per_namespace=2)
    for app in ("a", "b", "c"):
        series.observe(namespace="shop", app=app, decision=decision())
    series.observe(namespace="other", app="d", decision=decision())
    assert {where[1:3] for where in samples(series)} == {("shop", "a"), ("shop", "b"), ("other", "d")}
    series.forget(namespace="shop", app="a")
    series.observe(namespace="shop", app="c", decision=decision())
    assert ("shop", "c") in {where[1:3] for where in samples(series)}


def test_an_app_s_counters_end_with_it_too() -> None:
    metrics.scalings_total.labels(namespace="gone-ns", app="x", direction="up", reason="Lag").inc()
    metrics.scalings_total.labels(namespace="gone-ns", app="y", direction="up", reason="Lag").inc()
    metrics.forget(namespace="gone-ns", app="x")
    text = b"".join(metrics.exposition()).decode()
    assert 'namespace="gone-ns",reason="Lag"' in text.replace('app="y",direction="up",', "")
    assert 'app="x",direction="up",namespace="gone-ns"' not in text


def test_all_promised_metrics_are_there_under_their_names() -> None:
    metrics.kubernetes_requests_total.labels(verb="get", code="200").inc()
    metrics.sweep_requests_total.labels(api="ListOffsets").inc()
    metrics.kafka_errors_total.labels(kind="TimedOut").inc()
    text = b"".join(metrics.exposition()).decode()
    found = {family.name for family in text_string_to_metric_families(text)}
    promised = """build_info leader app_lag_records app_lag_seconds app_arrival_rate app_consume_rate app_replicas
        app_limited app_condition scalings reaction_seconds decision_seconds sweep_seconds tick_lateness_seconds
        sweep_requests kafka_errors kubernetes_requests watch_age_seconds"""
    assert {f"sluicegate_{name}" for name in promised.split()} <= found


def test_the_watch_s_age_grows_until_something_is_seen() -> None:
    metrics.watch_seen()
    first = metrics.watch_age()
    time.sleep(0.01)
    assert metrics.watch_age() > first
    metrics.watch_seen()
    assert metrics.watch_age() < 0.01


def test_ten_thousand_apps_are_written_in_pieces_that_hold_the_loop_up_for_a_blink() -> None:
    series = AppSeries(per_namespace=10_000)
    what = decision(capacity=Capacity())
    for number in range(10_000):
        series.observe(namespace="shop", app=f"app-{number}", decision=what)
    longest = 0.0
    began = time.perf_counter()
    for _ in series.exposition():
        longest = max(longest, time.perf_counter() - began)
        began = time.perf_counter()
    assert longest < 0.1
