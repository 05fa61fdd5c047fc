"""What dependencies let an app have, on its page and in `explain`."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console, RenderableType

from sluicegate.cli.console import PIPE_WIDTH
from sluicegate.cli.dependency_table import dependency_table
from sluicegate.cli.page import page
from sluicegate.cli.reasons import reasons
from tests.unit.cli.bodies import shown

NOW = 1_800_000_000.0
ORDERS_DB = {"name": "orders-db", "costPerReplica": 10, "weight": 2}
CACHE = {"kind": "ClusterDownstreamDependency", "name": "cache", "costPerReplica": "2.5"}


def lines(drawn: RenderableType | None) -> list[str]:
    assert drawn is not None
    out = io.StringIO()
    Console(file=out, width=PIPE_WIDTH, highlight=False).print(drawn)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def app(*told: dict[str, Any]) -> dict[str, Any]:
    body = shown(dependencies=list(told), limitedBy="Dependency/orders-db")
    body["spec"]["dependencies"] = [ORDERS_DB, CACHE]
    return body


def test_each_dependency_has_its_share_and_its_breaker() -> None:
    told = (
        {"name": "orders-db", "replicas": 11, "breaker": "Closed"},
        {"name": "cache", "replicas": 30, "allowed": 4, "breaker": "Open", "problem": "BreakerOpen"},
    )
    assert lines(dependency_table(app(*told))) == [
        "DEPENDENCY COST WEIGHT SHARE BREAKER ALLOWED PROBLEM",
        "orders-db 10 2 11 Closed",
        "cache 2.5 1 30 Open 4 BreakerOpen",
    ]


def test_a_share_that_nobody_knows_is_unknown_and_not_nothing() -> None:
    assert lines(dependency_table(app({"name": "orders-db", "problem": "NotFound"})))[1:] == [
        "orders-db 10 2 unknown NotFound",
        "cache 2.5 1 unknown",
    ]


def test_a_share_of_zero_is_shown_as_zero() -> None:
    assert lines(dependency_table(app({"name": "orders-db", "replicas": 0, "allowed": 0, "breaker": "Open"})))[1] == (
        "orders-db 10 2 0 Open 0"
    )


def test_the_page_has_the_block_between_reasons_and_conditions() -> None:
    text = lines(page(app({"name": "orders-db", "replicas": 11, "breaker": "Closed"}), now=NOW))
    at = text.index("orders-db 10 2 11 Closed")
    assert text.index("Group orders-v1") < at < text.index("CONDITION STATUS REASON SINCE MESSAGE")


def test_an_app_without_dependencies_has_no_block() -> None:
    assert dependency_table(shown()) is None
    assert not any(line.startswith("DEPENDENCY") for line in lines(page(shown(), now=NOW)))


def test_explain_names_what_each_gives_among_the_ceilings() -> None:
    body = app(
        {"name": "orders-db", "replicas": 11, "breaker": "Closed"},
        {"name": "cache", "breaker": "HalfOpen", "allowed": 1},
    )
    assert dict(reasons(body))["allowed"] == (
        "minReplicas 1, maxReplicas 40, partitions for 11 (2 members are not of this workload), orders-db gives 11, "
        "cache gives what runs, its breaker (HalfOpen) allows 1: at most 11"
    )
