"""What holds for the law of the objective and for what it remembers, however arrivals go."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence, Sized
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

from hypothesis import given as let
from hypothesis import settings
from hypothesis import strategies as st

from sluicegate.decide import acted, decide, persist, restore
from sluicegate.decide.persist import LIMIT
from sluicegate.decide.yesterday import DAY
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Action, Decision
from sluicegate.model.memory import Memory
from sluicegate.model.topic import RetryPartition
from tests.property.histories import HISTORIES, Play, Turn, apps
from tests.support import given

PARTITIONS = st.integers(1, 12)
CLAMPS = ["stabilization", "minReplicas", "maxReplicas", "partitions", "standing", "once"]
OBJECTIVE = given.spec(scaling={"maxReplicas": 40, "capacityPerReplica": 50})


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_limits_bind_in_their_order_after_all_that_demand_asks_and_holds(
    spec: AppSpec, count: int, turns: list[Turn]
) -> None:
    for _, decision in Play(spec=spec, count=count).run(turns):
        names = [step.name for step in decision.steps]
        places = [CLAMPS.index(name) for name in names if name in CLAMPS]
        assert places == sorted(places)
        assert all(name not in CLAMPS for name in names[: -len(places)])
        floor, ceiling = (next(s for s in decision.steps if s.name == name) for name in ("minReplicas", "maxReplicas"))
        assert ceiling.before is not None
        assert floor.after == ceiling.before >= spec.scaling.min_replicas
        assert ceiling.after == min(ceiling.before, spec.scaling.max_replicas)


QUIET_TURNS = st.builds(
    Turn,
    seconds=st.sampled_from([2, 10, 10, 30, 300]),
    came=st.integers(0, 100),
    handled=st.integers(0, 100),
    unknown=st.just(frozenset[int]()),
    fewer=st.just(0),
    blind=st.just(False),
    by_hand=st.none(),
    strange=st.just(0),
    behind=st.just(0),
    never=st.just(False),
)


@let(spec=apps(), count=PARTITIONS, replicas=st.integers(1, 12), turns=st.lists(QUIET_TURNS, min_size=10, max_size=30))
def test_while_far_more_waits_than_the_objective_allows_demand_takes_nothing_away(
    spec: AppSpec, count: int, replicas: int, turns: list[Turn]
) -> None:
    """At most 50 messages/s come on a partition, of which 20,000 wait at first and 17,000 at last."""
    if spec.lag_objective is None:
        return
    play = Play(spec=spec, count=count, replicas=replicas, end=21_000)
    for _, decision in play.run(turns):
        assert decision.action is not Action.SCALE_DOWN or decision.reason not in ("LagLower", "Idle")


def seen_for(
    rates: list[float],
    lags: list[int],
    *,
    replicas: int,
    due: Sequence[int] = (),
    app: AppSpec = OBJECTIVE,
    polls: int = 32,
) -> Decision:
    """The decision after five minutes of steady ``rates`` with ``lags`` (and ``due`` retries) all the while."""
    memory = Memory()
    retry = tuple(
        RetryPartition(topic="orders.retry", partition=i, due_end=count, committed=0) for i, count in enumerate(due)
    )
    decision = None
    for second in range(0, polls * 10, 10):
        parts = [
            given.partition(i, end=50_000 + round(rate * second), committed=50_000 + round(rate * second) - lag)
            for i, (rate, lag) in enumerate(zip(rates, lags, strict=True))
        ]
        seen = given.observation(parts, replicas=replicas, at=given.NOW + second, retry=retry)
        decision, memory = given.decided(seen, app=app, memory=memory)
    assert decision is not None
    return decision


RATES = st.lists(st.integers(0, 40).map(float), min_size=6, max_size=6)
LAGS = st.lists(st.sampled_from([0, 0, 10, 200, 1000, 5000]), min_size=6, max_size=6)


@let(
    rates=RATES,
    lags=LAGS,
    index=st.integers(0, 5),
    more=st.integers(1, 20_000),
    replicas=st.integers(1, 6),
    declared=st.booleans(),
)
def test_wanted_never_falls_when_one_partition_has_more_waiting(
    rates: list[float], lags: list[int], index: int, more: int, replicas: int, declared: bool
) -> None:
    app = OBJECTIVE if declared else given.spec(scaling={"maxReplicas": 40, "capacityPerReplica": None})
    before = seen_for(rates, lags, replicas=replicas, app=app)
    higher = [*lags[:index], lags[index] + more, *lags[index + 1 :]]
    after = seen_for(rates, higher, replicas=replicas, app=app)
    assert before.wanted is not None
    assert after.wanted is not None
    assert after.wanted >= before.wanted


@let(
    rates=RATES,
    lags=LAGS,
    due=st.lists(st.integers(0, 3_000), min_size=6, max_size=6),
    index=st.integers(0, 5),
    more=st.integers(1, 20_000),
    replicas=st.integers(0, 6),
    declared=st.booleans(),
)
def test_wanted_never_falls_when_only_more_retries_are_due(
    rates: list[float], lags: list[int], due: list[int], index: int, more: int, replicas: int, declared: bool
) -> None:
    capacity = 50 if declared else None
    app = given.spec(
        scaling={"maxReplicas": 40, "minReplicas": 0, "capacityPerReplica": capacity},
        errorHandling={"retry": {"delays": ["10s"]}},
    )
    before = seen_for(rates, lags, due=due, replicas=replicas, app=app)
    higher = [*due[:index], due[index] + more, *due[index + 1 :]]
    after = seen_for(rates, lags, due=higher, replicas=replicas, app=app)
    assert before.wanted is not None
    assert after.wanted is not None
    assert after.wanted >= before.wanted


@let(rates=RATES, index=st.integers(0, 5), more=st.integers(1, 200), replicas=st.integers(1, 6))
def test_wanted_never_falls_when_more_arrives_on_one_partition(
    rates: list[float], index: int, more: int, replicas: int
) -> None:
    """With nothing waiting. (The same lag at a higher rate is a younger lag, and may rightly ask for fewer.)"""
    before = seen_for(rates, [0] * 6, replicas=replicas)
    after = seen_for([*rates[:index], rates[index] + more, *rates[index + 1 :]], [0] * 6, replicas=replicas)
    assert before.wanted is not None
    assert after.wanted is not None
    assert after.wanted >= before.wanted


def forget_what_was_worked_out() -> int:
    """Empties all caches of the mind; how many there are."""
    caches = [
        value
        for name, module in list(sys.modules.items())
        if name.startswith("sluicegate.decide")
        for value in vars(module).values()
        if hasattr(value, "cache_clear")
    ]
    for cache in caches:
        cache.cache_clear()
    return len(caches)


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_what_was_worked_out_before_changes_no_decision(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    one, other = Play(spec=spec, count=count), Play(spec=spec, count=count)
    for turn in turns:
        assert forget_what_was_worked_out() >= 2
        fresh = one.decide(one.observe(turn))
        one.carry_out(fresh)
        cached = other.decide(other.observe(turn))
        other.carry_out(cached)
        assert fresh == cached
        assert one.memory == other.memory


@settings(max_examples=20)
@let(
    base=st.floats(10, 550),
    seed=st.integers(0, 2**32),
    replicas=st.integers(1, 12),
    declared=st.booleans(),
)
def test_arrivals_that_wobble_by_a_tenth_never_turn_the_direction_within_a_start(
    base: float, seed: int, replicas: int, declared: bool
) -> None:
    """A fluid world of 12 partitions and members of 50 messages/s that start at once; d = lead + poll = 70 s. What is
    not declared is found by trying: a step down that was one too many is then undone as soon as that shows."""
    app = given.spec(scaling={"maxReplicas": 12, "capacityPerReplica": 50 if declared else None})
    memory, ended, handled = Memory(), 0.0, 0.0
    steps: list[tuple[float, int]] = []
    chance = random.Random(seed)
    for at in (given.NOW + 10.0 * poll for poll in range(80)):
        ended += base * chance.uniform(0.9, 1.1) * 10 / 12
        capacity = min(50 * replicas, 12 * 50 / -(-12 // replicas))
        handled = min(ended, handled + capacity * 10 / 12)
        parts = [given.partition(i, end=int(ended), committed=int(handled)) for i in range(12)]
        decision, memory = given.decided(given.observation(parts, replicas=replicas, at=at), app=app, memory=memory)
        if decision.write and decision.replicas is not None and decision.replicas != replicas:
            steps.append((at, decision.replicas - replicas))
            memory, replicas = acted(memory, decision=decision, now=at), decision.replicas
    turns = [(two[0] - one[0], one[1]) for one, two in pairwise(steps) if one[1] * two[1] < 0]
    assert all(seconds >= 70 for seconds, first in turns if declared or first > 0)


def wild_turns(count: int) -> Iterator[Turn]:
    chance = random.Random(3)
    for _ in range(count):
        yield Turn(
            seconds=chance.choice([1, 2, 10, 10, 30, 600, 5000]),
            came=chance.choice([0, 0, 10, 1000, 100_000]),
            handled=chance.choice([0, 10, 100, 1000, 1_000_000]),
            unknown=frozenset(chance.sample(range(12), chance.choice([0, 0, 0, 1, 11]))),
            fewer=chance.choice([0, 0, 0, 0, 0, 5]),
            blind=chance.random() < 0.05,
            by_hand=chance.choice([None] * 20 + [0, 2, 7, 25]),
            strange=chance.choice([0, 0, 0, 3]),
            behind=chance.choice([0, 0, 1]),
            never=chance.random() < 0.05,
        )


def lengths(memory: Memory) -> dict[str, int]:
    """Of everything in memory that has one, and of what is in those."""
    found: dict[str, int] = {}
    for one in fields(Memory):
        value: Any = getattr(memory, one.name)
        if isinstance(value, Sized):
            found[one.name] = len(value)
    if memory.profile is not None:
        found["profile.rates"] = len(memory.profile.rates)
    found["polls.end"] = max((len(poll.end) for poll in memory.polls), default=0)
    return found


def test_two_thousand_wild_polls_leave_no_more_in_memory_than_there_is_room_for() -> None:
    app = given.spec(scaling={"maxReplicas": 12, "capacityPerReplica": None, "minReplicas": 0})
    play = Play(spec=app, count=12)
    most: dict[str, int] = {}
    for turn_, (_, decision) in enumerate(play.run(list(wild_turns(2000)))):
        assert decision.message
        for name, length in lengths(play.memory).items():
            most[name] = max(length, most.get(name, 0))
        if turn_ % 20 == 0:
            saved = persist(play.memory)
            assert len(json.dumps(saved, separators=(",", ":"))) <= LIMIT
            if turn_ % 100 == 0:
                play.memory = restore(json.loads(json.dumps(saved)), now=play.at)
    allowed = {"profile.rates": 2 * DAY, "hosts": 2048, "rests": 60, "highs": 62}
    assert {name: length for name, length in most.items() if length > allowed.get(name, 40)} == {}
    assert max(most.values()) > 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def full_memory() -> dict[str, Any]:
    """What is persisted of an app to which much has happened."""
    play = Play(spec=given.spec(scaling={"maxReplicas": 12, "capacityPerReplica": None}), count=12)
    for _ in play.run(list(wild_turns(200))):
        pass
    return persist(play.memory)


FULL = full_memory()


@settings(max_examples=150)
@let(
    wrong=st.dictionaries(st.sampled_from(sorted(FULL)), JSON, max_size=6),
    inside=st.dictionaries(st.sampled_from(["until", "rates", "at", "value", "bound", "boundAt"]), JSON, max_size=3),
    gone=st.sets(st.sampled_from(sorted(FULL))),
)
def test_whatever_is_found_in_status_a_decision_is_made(
    wrong: dict[str, Any], inside: dict[str, Any], gone: set[str]
) -> None:
    found = {**{name: value for name, value in FULL.items() if name not in gone}, **wrong, "v": FULL["v"]}
    for name in ("day", "capacity"):
        if isinstance(found.get(name), dict):
            found[name] = {**found[name], **inside}
    at = given.NOW + 40_000
    memory = restore(found, now=at)
    for second in (0, 10, 20):
        parts = given.partitions(0, 10, 500, end=10_000 + 100 * second)
        seen = replace(given.observation(parts, replicas=3), at=at + second)
        decision, memory = decide(spec=OBJECTIVE, generation=1, observation=seen, memory=memory, now=seen.at, poll=10.0)
        assert decision.message
        assert decision.replicas is not None
        assert 1 <= decision.replicas <= 3 or decision.replicas == 3
        assert len(json.dumps(persist(memory), separators=(",", ":"))) <= LIMIT
