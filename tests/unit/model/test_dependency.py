"""What becomes of dependencies: amounts, defaults, offers, and files with mistakes in lists."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluicegate.errors import Invalid
from sluicegate.model.dependency import BreakerMode, LossAction, UsageCount, WhenOpen
from sluicegate.model.dependency_ref import DependencyKind
from sluicegate.model.health_check import OnError
from sluicegate.model.parse import (
    parse_app,
    parse_cluster_dependency,
    parse_dependency,
    read_cluster_dependency,
    read_dependency,
)
from sluicegate.model.resource import Key
from sluicegate.model.units import thousandths
from tests.support.near_specs import NEAR
from tests.support.specs import (
    APP_SPEC,
    CLUSTER_DEPENDENCY_SPEC,
    DEPENDENCY_SPEC,
    GOOD_SPECS,
    changed,
    resource,
)


def dependency(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return resource("DownstreamDependency", changed(DEPENDENCY_SPEC, changes or {}), name="orders-db")


def test_a_small_dependency_gets_the_documented_defaults() -> None:
    spec = parse_dependency(resource("DownstreamDependency", {"capacity": {"value": 200}}))
    assert spec.unit == "connections"
    assert (spec.capacity.value, spec.capacity.reserved, spec.capacity.target_utilization_percent) == (200, 0, 100)
    assert (spec.usage, spec.health) == (None, ())
    assert (spec.breaker.mode, spec.breaker.when_open) == (BreakerMode.AUTO, WhenOpen.HOLD)
    assert (spec.breaker.open_for, spec.breaker.max_open_for) == (60, 600)
    assert (spec.breaker.recovery.step_percent, spec.breaker.recovery.every) == (25, 60)
    assert (spec.on_signal_loss.after, spec.on_signal_loss.action) == (3, LossAction.HOLD)


def test_checks_and_usage_get_theirs() -> None:
    spec = parse_dependency(dependency())
    ping, errors, pg = spec.health
    assert (ping.interval, ping.failure_threshold, ping.success_threshold, ping.on_error) == (15, 3, 2, OnError.IGNORE)
    assert ping.http is not None
    assert (ping.http.expect_status, ping.http.timeout) == (200, 2)
    assert errors.prometheus is not None
    assert errors.prometheus.timeout == 5
    assert pg.postgres is not None
    assert pg.postgres.max_waiting_sessions == 10
    assert spec.usage is not None
    assert spec.usage.counts is UsageCount.TOTAL
    assert spec.usage.postgres is not None
    assert (spec.usage.postgres.query, spec.usage.postgres.interval) == (None, 30)


def test_what_an_app_takes_of_a_dependency_gets_the_documented_defaults() -> None:
    refs = [{"name": "orders-db", "costPerReplica": "2.5"}]
    (ref,) = parse_app(resource("KafkaConsumerApp", changed(APP_SPEC, {"dependencies": refs}))).dependencies
    assert ref.kind is DependencyKind.DOWNSTREAM_DEPENDENCY
    assert (ref.cost_per_replica, ref.weight, ref.guaranteed_replicas, ref.priority) == (2.5, 1, 0, 0)


def test_an_app_without_dependencies_has_none() -> None:
    assert parse_app(resource("KafkaConsumerApp", APP_SPEC)).dependencies == ()


@pytest.mark.parametrize(
    ("written", "units", "milli"),
    [
        (200, 200, 200_000),
        ("2.5", 2.5, 2_500),
        ("0.001", 0.001, 1),
        ("1m", 0.001, 1),
        ("1.005k", 1005, 1_005_000),
        ("999999999.999G", 999_999_999.999e9, 999_999_999_999_000_000_000),
    ],
)
def test_amounts_are_whole_thousandths(written: object, units: float, milli: int) -> None:
    value = parse_dependency(dependency({"capacity.value": written})).capacity.value
    assert value == pytest.approx(units)
    assert value is not None
    assert thousandths(value) == pytest.approx(milli, rel=1e-12)


def test_a_capacity_and_a_weight_may_be_nothing_but_a_cost_may_not() -> None:
    assert parse_dependency(dependency({"capacity.value": 0})).capacity.value == 0
    refs = [{"name": "orders-db", "costPerReplica": 1, "weight": 0}]
    (ref,) = parse_app(resource("KafkaConsumerApp", changed(APP_SPEC, {"dependencies": refs}))).dependencies
    assert ref.weight == 0
    refs = [{"name": "orders-db", "costPerReplica": 0}]
    with pytest.raises(Invalid, match=r"costPerReplica is 0: write a number above 0"):
        parse_app(resource("KafkaConsumerApp", changed(APP_SPEC, {"dependencies": refs})))


@given(
    st.integers(0, 999_999_999),
    st.sampled_from(["", ".5", ".001", ".125", ".999"]),
    st.sampled_from(["", "k", "M", "G"]),
)
def test_an_amount_is_written_so_that_it_is_read_as_the_same(whole: int, fraction: str, suffix: str) -> None:
    given_ = parse_dependency(dependency({"capacity.value": f"{whole}{fraction}{suffix}"}))
    again = given_.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert parse_dependency(resource("DownstreamDependency", again)) == given_


def test_a_reserve_above_the_capacity_is_no_mistake_of_form() -> None:
    assert parse_dependency(dependency({"capacity.reserved": 500})).capacity.reserved == 500


@pytest.mark.parametrize(
    ("namespaces", "offered"),
    [(["shop"], {"shop"}), (["*"], {"shop", "billing"}), (["billing", "shop"], {"shop", "billing"})],
)
def test_a_dependency_of_the_whole_cluster_is_for_those_it_is_offered_to(
    namespaces: list[str], offered: set[str]
) -> None:
    spec = changed(CLUSTER_DEPENDENCY_SPEC, {"allowedNamespaces": namespaces})
    found = parse_cluster_dependency(resource("ClusterDownstreamDependency", spec))
    assert {one for one in ("shop", "billing") if found.offered_to(one)} == offered


def test_a_dependency_of_the_whole_cluster_has_no_namespace() -> None:
    meta, spec = read_cluster_dependency(
        resource("ClusterDownstreamDependency", CLUSTER_DEPENDENCY_SPEC, name="warehouse")
    )
    assert meta.key == Key("", "warehouse")
    assert spec.allowed_namespaces == ("shop",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity.max": 3}, "spec.capacity.max is not a field: "),
        ({"health": [{"name": "a", "http": {"uri": "x"}}]}, "spec.health[0].http.uri is not a field: write url"),
        ({"allowedNamespaces": ["shop"]}, "spec.allowedNamespaces is not a field: "),
    ],
)
def test_a_file_with_an_unknown_field_is_refused_also_within_lists(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_dependency(dependency(changes))
    assert words in str(caught.value)


def test_a_value_that_was_never_written_is_named_by_its_default() -> None:
    with pytest.raises(Invalid) as caught:
        parse_dependency(dependency({"breaker": {"openFor": "11m"}}))
    assert str(caught.value) == (
        'spec.breaker.maxOpenFor is "10m": raise maxOpenFor to openFor or more, or lower openFor'
    )


@pytest.mark.parametrize(("kind", "field"), [case for case in NEAR if "Dependency" in case[0]], ids=str)
def test_whatever_is_nearly_right_is_taken_or_refused_in_words(kind: str, field: str) -> None:
    parse = {"DownstreamDependency": parse_dependency, "ClusterDownstreamDependency": parse_cluster_dependency}[kind]
    refusals: list[str] = []
    taken: list[Any] = []

    @given(NEAR[kind, field])
    def check(value: Any) -> None:
        try:
            parse(resource(kind, changed(GOOD_SPECS[kind], {field: value})))
        except Invalid as refusal:
            refusals.append(str(refusal))
        else:
            taken.append(value)

    check()
    assert taken, "the generated values are all bad: they prove nothing"
    assert refusals, "the generated values are all good: they prove nothing"
    assert [words for words in refusals if not words.startswith("spec.")] == []
