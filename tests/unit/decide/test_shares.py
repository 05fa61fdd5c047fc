"""Shares and breakers of dependencies in a decision: they bind last, say so, and never corrupt what is wanted."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.trial import regained
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.downstream import BreakerState, Share
from sluicegate.model.memory import Ceiling, Memory
from sluicegate.model.observation import Foreign, Rival
from sluicegate.model.sight import read_sight, sight
from tests.support import given

GIVES = "orders-db gives 110 of its 200 connections"
ILL = "ping failed 3 times: 503"


def share(replicas: int | None = 5, *, name: str = "orders-db", **more: Any) -> Share:
    return Share(name=name, replicas=replicas, why=GIVES, breaker_why=ILL, **more)


def app(**more: Any) -> AppSpec:
    scaling = {"maxReplicas": 40, "lagPerReplica": 100, **more.pop("scaling", {})}
    dependencies = [{"name": "orders-db", "costPerReplica": 10}]
    return given.spec(scaling=scaling, dependencies=dependencies, **more)


def with_shares(
    *shares: Share,
    lag: int = 1200,
    replicas: int = 5,
    memory: Memory | None = None,
    spec: AppSpec | None = None,
    **seen: Any,
) -> Decision:
    """A lag of 1,200 wants 12 replicas."""
    parts = given.partitions(*[lag // 12] * 12)
    observation = given.observation(parts, replicas=replicas, shares=shares, **seen)
    return given.decided(observation, app=spec or app(), memory=memory)[0]


def test_a_share_binds_after_the_partitions_and_says_so() -> None:
    decision = with_shares(share(7))
    assert (decision.replicas, decision.wanted, decision.limited_by) == (7, 12, "Dependency/orders-db")
    assert decision.cap == 7
    assert GIVES in decision.message
    assert [step.name for step in decision.steps][-2:] == ["partitions", "dependency orders-db"]
    limited = given.condition(decision, "ScalingLimited")
    assert (limited.status, limited.reason) == ("True", "DependencyShare")


def test_the_tightest_of_several_shares_is_named() -> None:
    decision = with_shares(share(9), share(6, name="ledger"), share(8, name="mails"))
    assert (decision.replicas, decision.limited_by) == (6, "Dependency/ledger")


def test_what_is_asked_of_dependencies_is_the_number_before_their_limits() -> None:
    decision = with_shares(share(7))
    assert decision.claim == 12
    capped = with_shares(share(7), spec=app(scaling={"maxReplicas": 9}))
    assert capped.claim == 9


@pytest.mark.parametrize(
    ("spec", "seen"),
    [
        ({"mode": "Recommend"}, {}),
        ({"suspend": True}, {}),
        ({}, {"foreign": Foreign(kind="HorizontalPodAutoscaler", name="hpa")}),
        ({}, {"rival": Rival(what="target", namespace="shop", name="older")}),
    ],
)
def test_an_app_that_may_not_write_asks_for_what_it_runs(spec: dict[str, Any], seen: dict[str, Any]) -> None:
    assert with_shares(share(20), spec=app(**spec), **seen).claim == 5


def test_without_a_workload_nothing_is_asked() -> None:
    assert with_shares(share(20), replicas=0, workload=None).claim is None


def test_a_cut_share_takes_replicas_away_at_once() -> None:
    decision = with_shares(share(3), replicas=10)
    assert (decision.replicas, decision.action, decision.reason) == (3, "ScaleDown", "DependencyShare")


def test_ceilings_beat_floors() -> None:
    assert with_shares(share(2), spec=app(scaling={"minReplicas": 6})).replicas == 2


@pytest.mark.parametrize(("least", "replicas"), [(0, 0), (1, 1), (3, 1)])
def test_a_share_of_nothing_leaves_one_replica_unless_none_may_be_what_there_is(least: int, replicas: int) -> None:
    decision = with_shares(share(0), spec=app(scaling={"minReplicas": least}))
    assert (decision.replicas, decision.cap) == (replicas, replicas)


def test_a_share_that_nobody_knows_holds_what_runs() -> None:
    assert with_shares(share(None)).replicas == 5
    assert with_shares(share(None), replicas=4).replicas == 4


def test_an_override_stays_within_the_share() -> None:
    override = {"replicas": 9, "until": "2030-01-01T00:00:00Z"}
    assert with_shares(share(4), spec=app(override=override)).replicas == 4


def test_an_open_breaker_that_holds_lets_demand_change_nothing() -> None:
    ill = share(20, breaker=BreakerState.OPEN, allowed=5, holds=True)
    more = with_shares(ill)
    assert (more.replicas, more.limited_by, more.reason) == (5, "Breaker/orders-db", "BreakerOpen")
    assert ILL in more.message
    less = with_shares(ill, lag=0)
    assert (less.replicas, less.limited_by) == (5, "Breaker/orders-db")


def test_limits_do_not_wait_for_a_breaker() -> None:
    ill = share(20, breaker=BreakerState.OPEN, allowed=5, holds=True)
    assert with_shares(ill, spec=app(scaling={"maxReplicas": 3})).replicas == 3
    assert with_shares(share(2, breaker=BreakerState.OPEN, allowed=5, holds=True)).limited_by == "Dependency/orders-db"


def test_a_breaker_that_sends_everybody_home_may_write_zero() -> None:
    decision = with_shares(share(20, breaker=BreakerState.OPEN, allowed=0))
    assert (decision.replicas, decision.reason, decision.cap) == (0, "BreakerOpen", 0)


def test_a_breaker_that_allows_no_more_than_the_share_speaks_alone() -> None:
    decision = with_shares(share(5, breaker=BreakerState.OPEN, allowed=5, holds=True))
    assert decision.limited_by == "Breaker/orders-db"


def test_problems_of_dependencies_are_a_condition_with_the_remedy() -> None:
    bad = share(None, problem="NotFound", problem_why="there is no DownstreamDependency 'orders-db'; create it")
    found = given.condition(with_shares(bad), "DependenciesHealthy")
    assert (found.status, found.reason) == ("False", "NotFound")
    assert "create it" in found.message
    assert given.condition(with_shares(share()), "DependenciesHealthy").status == "True"


def test_apps_without_dependencies_have_no_such_condition() -> None:
    decision, _ = given.decided(given.observation(given.partitions(1, 2)))
    assert "DependenciesHealthy" not in [one.type for one in decision.conditions]


def test_an_app_at_its_share_goes_on_wanting_what_its_lag_asks_for() -> None:
    """Held at its share with a backlog that grows, it neither takes the limit for a knee nor forgets its demand."""
    spec = given.spec(
        scaling={"maxReplicas": 40, "lagObjective": "60s", "capacityPerReplica": 50},
        dependencies=[{"name": "orders-db", "costPerReplica": 10}],
    )
    memory, wants = Memory(), []
    for poll in range(120):
        at = given.NOW + 10 * poll
        end, done = 100_000 + 400 * 10 * poll // 12, 100_000 + 150 * 10 * poll // 12
        parts = [given.partition(index, end=end, committed=done, at=at) for index in range(12)]
        seen = given.observation(parts, replicas=3, at=at, shares=(share(3),))
        decision, memory = given.decided(seen, app=spec, memory=memory)
        wants.append(decision.wanted or 0)
        assert decision.replicas == 3, decision.message
        assert decision.claim == min(decision.wanted or 0, 12)
    assert min(wants[12:]) >= 8, wants


def test_the_first_that_binds_among_shares_and_breakers_is_a_share() -> None:
    """A breaker that would allow as many changes nothing any more."""
    ill = share(20, name="ledger", breaker=BreakerState.OPEN, allowed=5, holds=True)
    decision = with_shares(ill, share(5))
    assert (decision.replicas, decision.limited_by) == (5, "Dependency/orders-db")


def test_under_an_override_what_is_asked_is_the_override() -> None:
    override = {"replicas": 9, "until": "2030-01-01T00:00:00Z"}
    assert with_shares(share(4), spec=app(override=override)).claim == 9


def test_with_an_unknown_lag_what_runs_is_asked_for() -> None:
    seen = given.observation((), replicas=5, fault=given.LOST, shares=(share(8),))
    assert given.decided(seen, app=app())[0].claim == 5


def test_the_sentence_says_what_was_wanted_and_what_the_dependency_gives() -> None:
    decision = with_shares(share(7))
    assert decision.message.startswith("12 wanted for a lag")
    assert decision.message.endswith(f"{GIVES}: 7")


@pytest.mark.parametrize(("later", "dropped"), [(4, False), (12, True), (2, False)])
def test_a_ceiling_falls_when_a_dependency_gains_room(later: int, dropped: bool) -> None:
    """What more replicas did not do then they may do now."""
    ceiling = Ceiling(replicas=4, until=given.NOW + 1800, rate=100.0, tries=4)
    memory = regained(shares=(share(4, room=4),), memory=Memory(ceiling=ceiling))
    assert memory.ceiling == ceiling, "the first look shows no gain"
    memory = regained(shares=(share(4, room=later),), memory=memory)
    assert (memory.ceiling is None) == dropped
    again = regained(shares=(share(4, room=later),), memory=memory)
    assert again is memory


def test_small_moves_of_room_are_none() -> None:
    memory = regained(shares=(share(4, room=100), share(None, name="x")), memory=Memory())
    for room in (105, 109, 95):
        memory = regained(shares=(share(4, room=room),), memory=memory)
    assert memory.rooms == (("orders-db", 100),)


@pytest.mark.parametrize(
    ("line", "replicas", "limit"),
    [
        ({"shares": {"db": 3}, "breakers": {"db": "Closed"}}, 3, "Dependency/db"),
        ({"shares": {"db": 3}}, 3, "Dependency/db"),
        ({"shares": {"db": 9}, "breakers": {"db": "Open"}}, 5, "Breaker/db"),
        ({"breakers": {"db": "Closed"}}, 12, "None"),
        ({"shares": {"db": None}}, 5, "Dependency/db"),
    ],
)
def test_recorded_lines_made_elsewhere_bind_by_name(line: dict[str, Any], replicas: int, limit: str) -> None:
    body = {**sight(given.observation(given.partitions(*[100] * 12), replicas=5)), **line}
    decision, _ = given.decided(read_sight(body), app=app())
    assert (decision.replicas, str(decision.limited_by)) == (replicas, limit)
    assert "None replicas" not in decision.message
