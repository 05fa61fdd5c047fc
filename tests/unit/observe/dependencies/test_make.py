"""Which signals a spec asks for, and that a broken one is never a figure."""

from __future__ import annotations

import math

import pytest

from sluicegate.model.known import Known, Unknown
from sluicegate.observe.dependencies.prometheus import address
from sluicegate.observe.dependencies.signal import Broken, FigureSignal, HealthLook
from tests.support.signals import lost, made

SOURCE = {"connectionSecretRef": {"name": "db", "key": "url"}}
PROMETHEUS = {"url": "http://p:9090", "query": "x"}


def test_a_capacity_in_the_spec_and_no_usage_need_no_signal() -> None:
    found = made({}, secrets={})
    assert (found.capacity, found.usage, found.checks) == (None, None, ())


def test_each_signal_has_the_interval_of_its_spec_and_each_check_its_name() -> None:
    health = [{"name": "a", "http": {"url": "http://x"}}, {"name": "b", "postgres": SOURCE, "interval": "7s"}]
    spec = {"capacity": {"postgres": {**SOURCE, "interval": "11s"}}, "usage": {"prometheus": PROMETHEUS}}
    found = made({**spec, "health": health}, secrets={})
    assert found.capacity is not None
    assert found.usage is not None
    assert (found.capacity.interval, found.usage.interval) == (11, 30)
    assert [(check.name, check.interval) for check in found.checks] == [("a", 15), ("b", 7)]


async def test_a_secret_that_does_not_exist_is_an_unknown_figure_with_the_remedy() -> None:
    found = made({"capacity": {"postgres": SOURCE}}, secrets={}).capacity
    assert found is not None
    unknown = lost(await found.read())
    assert unknown.reason == "SecretNotFound"
    assert unknown.message == "spec.capacity.postgres: there is no Secret 'db'; create it with the key 'url'"


@pytest.mark.parametrize("figure", [math.nan, math.inf, -math.inf, -0.5])
async def test_only_finite_amounts_from_zero_up_are_figures(figure: float) -> None:
    async def ask() -> float:
        return figure

    answer = await FigureSignal(field="spec.usage", interval=1, ask=ask, now=lambda: 5.0).read()
    assert isinstance(answer.value, Unknown)
    assert answer.at == 5.0


async def test_zero_is_a_figure() -> None:
    async def ask() -> float:
        return 0.0

    assert (await FigureSignal(field="spec.usage", interval=1, ask=ask).read()).value == Known(0.0)


@pytest.mark.parametrize(("ill", "passed"), [(True, False), (False, None)])
async def test_a_broken_check_fails_only_where_the_dependency_looks_ill(ill: bool, passed: bool | None) -> None:
    async def ask() -> None:
        raise Broken("Words", "a\nlong " + "word " * 500, ill=ill)

    result = await HealthLook(name="a", field="spec.health[0]", interval=1, ask=ask, now=lambda: 5.0).look()  # type: ignore[arg-type]
    assert (result.check, result.passed, result.at) == ("a", passed, 5.0)
    assert result.why.startswith("spec.health[0]: a long word")
    assert len(result.why) == 600


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://p:9090", "http://p:9090/api/v1/query"),
        ("http://p/", "http://p/api/v1/query"),
        ("https://p/prom/?tenant=a", "https://p/prom/api/v1/query?tenant=a"),
        ("http://p/select/0/prometheus/api/v1/query", "http://p/select/0/prometheus/api/v1/query"),
    ],
)
def test_the_query_api_is_found_below_the_url(url: str, asked: str) -> None:
    assert str(address(url)) == asked
