"""What holds for every decision, whatever is shown to the mind."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import pairwise

from hypothesis import given as let
from hypothesis import strategies as st

from sluicegate.decide import acted, decide, persist, restore
from sluicegate.decide.persist import LIMIT
from sluicegate.model.app import AppSpec, PartitionCap
from sluicegate.model.decision import Action, Limit
from sluicegate.model.known import Unknown
from sluicegate.model.memory import Memory
from tests.property.histories import HISTORIES, Play, Turn, apps
from tests.support import given

PARTITIONS = st.integers(1, 12)
CASES = 60


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_what_may_be_written_lies_within_every_limit(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    scaling = spec.scaling
    for seen, decision in Play(spec=spec, count=count).run(turns):
        if not decision.write:
            continue
        assert decision.replicas is not None
        usable = decision.partitions.usable
        enforced = usable if scaling.partition_cap is PartitionCap.ENFORCE and usable is not None else 10**6
        assert decision.replicas <= min(scaling.max_replicas, enforced)
        assert decision.replicas >= min(scaling.min_replicas, scaling.max_replicas, enforced)
        assert decision.replicas > 0 or scaling.min_replicas == 0
        if seen.fault is None and seen.group is not None:
            ours = sum(1 for member in seen.group.members if member.host in seen.pods.ips)
            free = (len(seen.partitions) - (len(seen.group.members) - ours)) // scaling.consumers_per_replica
            assert usable is not None
            assert usable >= max(1, free)


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_unknown_lag_never_takes_replicas_away(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    for seen, decision in Play(spec=spec, count=count).run(turns):
        if isinstance(decision.lag.records, Unknown) and spec.override is None and decision.replicas is not None:
            assert seen.workload is not None
            assert decision.cap is not None
            assert decision.replicas >= min(seen.workload.desired, decision.cap)


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_the_same_observation_twice_acts_once(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    play = Play(spec=spec, count=count)
    for turn in turns:
        seen = play.observe(turn)
        if play.carry_out(play.decide(seen)):
            again = play.decide(seen)
            assert not again.write
            assert again.action is Action.HOLD


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_the_same_question_has_the_same_answer(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    first, second = Play(spec=spec, count=count), Play(spec=spec, count=count)
    for (_, one), (_, other) in zip(first.run(turns), second.run(turns), strict=True):
        assert one == other
    assert first.memory == second.memory


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_every_decision_explains_itself(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    for _, decision in Play(spec=spec, count=count).run(turns):
        assert decision.message
        assert decision.reason.isalnum()
        assert decision.steps[-1].after == decision.replicas
        assert all(step.sentence for step in decision.steps)
        assert all(one.after == two.before for one, two in pairwise(decision.steps))
        changed = any(one.before != one.after for one in decision.steps[1:])
        before_all_clamps = (Limit.LAG_UNKNOWN, Limit.PARTITION_BOUND)
        assert changed == (decision.limited_by is not Limit.NONE) or decision.limited_by in before_all_clamps
        assert all(one.reason for one in decision.conditions)
        assert len(decision.message) < 2000


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_memory_stays_bounded_and_comes_back_from_status(spec: AppSpec, count: int, turns: list[Turn]) -> None:
    play = Play(spec=spec, count=count)
    for _ in play.run(turns * 4):
        memory = play.memory
        assert len(memory.polls) <= 40
        assert len(memory.wanted) <= 46
        assert len(memory.reversals) <= 16
        saved = json.loads(json.dumps(persist(memory)))
        assert len(json.dumps(saved, separators=(",", ":"))) <= LIMIT
        back = restore(saved, now=play.at)
        assert (back.written, back.last_up is None) == (memory.written, memory.last_up is None)
        assert len(back.downs) == len(memory.downs)
        assert persist(back) == persist(restore(persist(back), now=play.at))


@let(spec=apps(), count=PARTITIONS, turns=HISTORIES)
def test_a_restart_never_takes_replicas_away_that_would_have_stayed(
    spec: AppSpec, count: int, turns: list[Turn]
) -> None:
    play = Play(spec=spec, count=count)
    for turn in turns:
        seen = play.observe(turn)
        restarted, _ = decide(
            spec=spec,
            generation=1,
            observation=seen,
            memory=restore(persist(play.memory), now=seen.at),
            now=seen.at,
            poll=play.poll,
        )
        decision = play.decide(seen)
        demand = restarted.action is Action.SCALE_DOWN and restarted.reason in ("LagLower", "Idle")
        if demand and turn.seconds <= 30 and decision.replicas is not None and restarted.replicas is not None:
            assert restarted.replicas >= decision.replicas
        play.carry_out(decision)


def test_wanted_never_falls_when_more_comes_on_one_partition() -> None:
    """In cases that stay the same, whatever else is imported: a search finds rare ones in which it does fall, where
    what members were seen to do contradicts the declared capacity (docs/critiques.md)."""
    for seed in range(CASES):
        chance = random.Random(seed)
        poorer, richer, _ = with_more(
            lags=[chance.choice((0, chance.randint(0, 5000))) for _ in range(12)],
            rate=chance.randint(0, 40),
            index=chance.randint(0, 11),
            more=chance.randint(1, 20_000),
            replicas=chance.randint(1, 12),
            per=chance.choice((None, 100)),
        )
        assert richer >= poorer, seed


def test_what_has_only_just_come_does_not_disprove_what_members_were_seen_to_do() -> None:
    poorer, richer, learned = with_more(lags=[0] * 11 + [41], rate=1, index=0, more=64, replicas=3, per=None)
    assert learned
    assert richer >= poorer


def with_more(
    *, lags: list[int], rate: int, index: int, more: int, replicas: int, per: int | None
) -> tuple[int, int, bool]:
    """What is wanted after five minutes of ``rate``, what would be with ``more`` on one partition, and whether a
    capacity was learned."""
    app = given.spec(scaling={"maxReplicas": 40, "lagPerReplica": per, "capacityPerReplica": 50})
    memory = Memory()
    for second in range(0, 310, 10):
        end = 10_000 + rate * second
        parts = [given.partition(i, end=end, committed=end - lag) for i, lag in enumerate(lags)]
        seen = given.observation(parts, replicas=replicas, at=given.NOW + second)
        before = memory
        decision, memory = given.decided(seen, app=app, memory=memory)
    added = replace(parts[index], end=end + more, stable=end + more)
    found = given.observation([*parts[:index], added, *parts[index + 1 :]], replicas=replicas, at=seen.at)
    higher, _ = given.decided(found, app=app, memory=before)
    assert decision.wanted is not None
    assert higher.wanted is not None
    return decision.wanted, higher.wanted, bool(memory.samples)


def test_two_thousand_partitions_in_sixty_four_topics_fit_into_two_kilobytes() -> None:
    topics = [f"orders-of-a-long-named-team-{index:02}" for index in range(64)]
    app = given.spec(topics=topics, kafka={"offsetReset": "Latest"}, scaling={"maxReplicas": 10_000})
    memory = Memory()
    for second in range(0, 100, 10):
        parts = [
            given.partition(p, topic=topic, end=1000 + 7 * second, stable=999 + 7 * second, committed=None)
            for topic in topics
            for p in range(32)
        ]
        seen = given.observation(parts, replicas=50, at=given.NOW + second)
        decision, memory = given.decided(seen, app=app, memory=memory)
        if decision.write and decision.action is not Action.HOLD:
            memory = acted(memory, decision=decision, now=seen.at)
    assert len(memory.names) == 2048
    assert len(json.dumps(persist(memory), separators=(",", ":"))) <= LIMIT
