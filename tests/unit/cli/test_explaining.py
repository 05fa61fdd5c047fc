"""The operator's own account of a decision, as people read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rich.console import Console

from sluicegate.cli.explaining import explained
from sluicegate.cli.live_page import live_page
from sluicegate.control.account import account
from sluicegate.decide import decide
from sluicegate.model.decision import Decision
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.downstream import BreakerState, Share
from sluicegate.model.memory import Memory
from tests.support import given

BODY: dict[str, Any] = {
    "metadata": {"name": "orders", "namespace": "shop"},
    "spec": {"scaling": {"maxReplicas": 3, "lagPerReplica": 100}},
    "status": {
        "limitedBy": "Max",
        "effective": {},
        "conditions": [{"type": "Ready", "status": "False", "reason": "Contested", "message": "somebody else writes"}],
    },
}


def decided(*lags: int, fault: bool = False) -> Decision:
    spec = given.spec(scaling={"maxReplicas": 3, "lagPerReplica": 100})
    parts = () if fault else given.partitions(*lags)
    seen = given.observation(parts, replicas=1, at=given.NOW, fault=given.LOST if fault else None)
    return decide(spec=spec, generation=1, observation=seen, memory=Memory(), now=given.NOW, poll=given.POLL)[0]


def told(decision: Decision, *, written: bool) -> dict[str, str]:
    return dict(explained(BODY, account(decision, identity="01J", written=written)))


def test_the_way_from_lag_to_the_number_is_told_step_by_step() -> None:
    lines = explained(BODY, account(decided(500, 500, 0, 0), identity="01J", written=True))
    names = [name for name, _ in lines]
    assert names[:4] == ["lag", "rates", "objective", "wanted"]
    assert names.index("wanted") < names.index("stabilization") < names.index("maxReplicas") < names.index("decided")
    words = dict(lines)
    assert words["lag"].startswith("1,000 messages")
    assert words["maxReplicas"].startswith("10 → 3: ")
    assert words["decided"].startswith("ScaleUp: 3 (written, 1 before), limited by Max; ")
    assert words["Ready"] == "False: somebody else writes"


def test_a_number_that_was_not_written_and_one_that_stays_are_told_apart() -> None:
    assert "3 (not written, 1 now)" in told(decided(500, 500, 0, 0), written=False)["decided"]
    assert "1 (as now)" in told(decided(10, 0, 0, 0), written=False)["decided"]


def test_the_share_of_one_dependency_and_the_breaker_of_another_are_steps_with_their_words() -> None:
    spec = given.spec(scaling={"maxReplicas": 30, "lagPerReplica": 100})
    refs = tuple(DependencyRef(name=name, cost_per_replica=10.0) for name in ("orders-db", "cache"))
    spec = spec.model_copy(update={"dependencies": refs})
    gives = Share(name="orders-db", replicas=5, why="orders-db gives 50 of its 200 connections")
    ill = Share(
        name="cache",
        replicas=9,
        why="cache gives 90 of its 90 connections",
        breaker=BreakerState.OPEN,
        allowed=1,
        holds=True,
        breaker_why="check ping failed 3 times in a row: HTTP 503; nobody scales up",
    )
    seen = replace(given.observation(given.partitions(*[200] * 6), replicas=1, at=given.NOW), shares=(gives, ill))
    decision, _ = decide(spec=spec, generation=1, observation=seen, memory=Memory(), now=given.NOW, poll=given.POLL)
    lines = explained(BODY, account(decision, identity="01J", written=False))
    names, words = [name for name, _ in lines], dict(lines)
    assert words["dependency orders-db"] == "6 → 5: orders-db gives 50 of its 200 connections"
    assert words["breaker cache"] == "5 → 1: check ping failed 3 times in a row: HTTP 503; nobody scales up"
    order = ["maxReplicas", "partitions", "dependency orders-db", "breaker cache", "decided"]
    assert [name for name in names if name in order] == order
    assert "limited by Breaker/cache" in words["decided"]


def test_an_unknown_lag_is_told_with_the_brokers_words() -> None:
    words = told(decided(fault=True), written=False)
    assert words["lag"].startswith("unknown: BrokerUnreachable: ")


def test_the_page_counts_what_was_decided_again_and_again_once() -> None:
    quiet = account(decided(10, 0, 0, 0), identity="a", written=False)
    busy = account(decided(500, 500, 0, 0), identity="b", written=True)
    live = {
        "partitions": [
            {
                "topic": "orders",
                "partition": 0,
                "lag": 5,
                "end": 9,
                "committed": 4,
                "member": "m[1]",
                "host": "10.0.0.1",
            },
            {"topic": "orders", "partition": 1, "lag": None, "end": None, "committed": 4, "error": "TimedOut: slow"},
        ],
        "group": {"state": "Stable", "assignor": "range", "members": [{"id": "m[1]", "partitions": [["orders", 0]]}]},
    }
    console = Console(width=300)
    with console.capture() as shown:
        console.print(live_page(live, [quiet, quiet, quiet, busy]))
    lines = shown.get().splitlines()
    assert any(line.split()[:5] == ["orders-0", "5", "9", "4", "m[1]"] for line in lines)
    assert any("orders-1" in line and "unknown" in line and "TimedOut: slow" in line for line in lines)
    rows = [line.split() for line in lines if "Hold" in line or "ScaleUp" in line]
    assert [(row[1], row[5]) for row in rows] == [("Hold", "3"), ("ScaleUp", "1")]


def test_the_page_says_what_each_dependency_gives_and_why() -> None:
    live = {
        "dependencies": [
            {
                "name": "orders-db",
                "replicas": 11,
                "breaker": "Closed",
                "allowed": None,
                "holds": False,
                "why": "orders-db gives 110 of its 200 connections",
                "breakerWhy": "no check fails",
                "problemWhy": "",
            },
            {
                "name": "cache",
                "replicas": None,
                "breaker": "Open",
                "allowed": 4,
                "holds": True,
                "why": "cache gives 40 of its 90 connections",
                "breakerWhy": "check ping failed; nobody scales up",
                "problemWhy": "check ping failed; nobody scales up",
            },
        ]
    }
    console = Console(width=300)
    with console.capture() as shown:
        console.print(live_page(live, []))
    lines = [" ".join(line.split()) for line in shown.get().splitlines()]
    at = lines.index("DEPENDENCY SHARE BREAKER ALLOWED WHY")
    assert lines[at + 1 : at + 3] == [
        "orders-db 11 Closed orders-db gives 110 of its 200 connections",
        "cache unknown Open 4 check ping failed; nobody scales up",
    ]


def test_the_page_of_an_app_without_dependencies_has_no_such_block() -> None:
    console = Console(width=300)
    with console.capture() as shown:
        console.print(live_page({"dependencies": []}, []))
    assert "DEPENDENCY" not in shown.get()
