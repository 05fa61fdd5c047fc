"""Shares and breakers in random histories: the order of the limits, what is asked, what explains itself and replays."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

from hypothesis import given as let
from hypothesis import strategies as st

from sluicegate.decide import decide
from sluicegate.model.app import AppSpec, PartitionCap
from sluicegate.model.downstream import BreakerState, Share
from sluicegate.model.sight import read_sight, sight
from tests.property.histories import HISTORIES, Play, Turn, apps

ORDER = ("minReplicas", "maxReplicas", "partitions", "dependency", "breaker")
SHARES = st.lists(
    st.tuples(
        st.sampled_from([None, 0, 1, 2, 3, 5, 8, 20]),
        st.sampled_from(["well", "well", "hold", "floor", "zero", "steps"]),
        st.integers(0, 12),
    ),
    max_size=3,
)


def share(name: str, drawn: tuple[int | None, str, int], *, runs: int, least: int) -> Share:
    replicas, mood, some = drawn
    allowed = {"well": None, "hold": runs, "floor": least, "zero": 0, "steps": some}[mood]
    return Share(
        name=name,
        replicas=replicas,
        why=f"{name} gives {replicas}",
        breaker=BreakerState.CLOSED if mood in ("well", "steps") else BreakerState.OPEN,
        allowed=allowed,
        holds=mood == "hold",
        breaker_why=f"{name} is ill",
    )


def bound(value: int, *, spec: AppSpec, usable: int | None) -> int:
    """After the limits that are not those of dependencies."""
    value = min(max(value, spec.scaling.min_replicas), spec.scaling.max_replicas)
    if usable is None or spec.scaling.partition_cap is PartitionCap.IGNORE:
        return value
    return min(value, usable)


def shared(value: int, shares: tuple[Share, ...], *, runs: int, least: int) -> int:
    """After those of dependencies: shares first, then breakers."""
    for one in shares:
        given = runs if one.replicas is None else one.replicas if least == 0 else max(1, one.replicas)
        value = min(value, given)
    return min([value, *(one.allowed for one in shares if one.allowed is not None)])


@let(spec=apps(), count=st.integers(1, 12), turns=HISTORIES, rounds=st.lists(SHARES, min_size=1, max_size=14))
def test_shares_and_breakers_bind_last_explain_themselves_and_replay(
    spec: AppSpec, count: int, turns: list[Turn], rounds: list[list[tuple[int | None, str, int]]]
) -> None:
    play, least = Play(spec=spec, count=count), spec.scaling.min_replicas
    for number, turn in enumerate(turns):
        seen = play.observe(turn)
        if seen.workload is None:
            continue
        runs = seen.workload.desired
        drawn = rounds[number % len(rounds)]
        shares = tuple(share(f"d{index}", one, runs=runs, least=least) for index, one in enumerate(drawn))
        seen = replace(seen, shares=shares)
        memory = play.memory
        decision = play.decide(seen)
        told = read_sight(json.loads(json.dumps(sight(seen))))
        assert told == seen
        again, _ = decide(spec=spec, generation=1, observation=told, memory=memory, now=seen.at, poll=play.poll)
        assert again == decision
        steps = decision.steps
        assert all(before.after == after.before for before, after in pairwise(steps))
        kinds = [kind for step in steps if (kind := step.name.split()[0]) in ORDER]
        assert kinds == sorted(kinds, key=ORDER.index)
        asked = next(step.before for step in steps if step.name == "minReplicas")
        limited = [step for step in steps if step.name not in ("standing", "once")][-1]
        claim = bound(asked or 0, spec=spec, usable=decision.partitions.usable)
        assert limited.after == shared(claim, shares, runs=runs, least=least)
        # A step up that only waits for its time is asked for all the same.
        waiting = [step.before or 0 for step in steps if step.name == "stabilization" and step.before != step.after]
        meant = max([claim, *(bound(one, spec=spec, usable=decision.partitions.usable) for one in waiting)])
        assert decision.claim in (claim, meant, runs)
        wrote = decision.write and decision.replicas != runs
        if wrote:
            assert decision.cap is not None
            assert (decision.replicas or 0) <= decision.cap
        if wrote and decision.replicas == 0:
            assert least == 0 or any(one.allowed == 0 for one in shares)
        if wrote and any(one.holds for one in shares) and spec.override is None:
            assert decision.reason not in ("LagLower", "Idle")
        for step in steps[1:]:
            assert step.before == step.after or step.sentence in decision.message
        if wrote:
            play.carry_out(decision)
