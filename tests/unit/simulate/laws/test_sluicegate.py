"""Our own law in the simulated world: the operator's decision code, its memory, its restarts."""

from __future__ import annotations

import numpy as np
import pytest

from sluicegate.decide.rates import looks
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.laws.sluicegate import Sluicegate
from sluicegate.simulate.outcome import Outcome
from sluicegate.simulate.run import simulate
from tests.support import given, simulated


def burst(*, base: float = 150, peak: float = 900, seconds: int = 5400) -> Arrivals:
    """``peak`` messages a second for ten minutes from the thirtieth on."""
    rates = np.full(seconds, base)
    rates[1800:2400] = peak
    return Arrivals(rates=rates)


def run(law: Sluicegate, arrivals: Arrivals, **fields: object) -> Outcome:
    workload = simulated.workload(**{"partitions": 12, "startSeconds": 20, "initialReplicas": 3, **fields})
    return simulate(workload=workload, arrivals=arrivals, law=law, objective=60.0)


def law(**scaling: object) -> Sluicegate:
    return Sluicegate(app=given.spec(scaling={"capacityPerReplica": 100, "lagObjective": "60s", **scaling}), period=10)


@pytest.mark.parametrize("assignor", ["cooperative-sticky", "range", "uniform"])
def test_a_burst_is_met_in_time_and_the_replicas_go_again(assignor: str) -> None:
    outcome = run(law(), burst(), assignor=assignor)
    assert outcome.late_percent < 1
    assert outcome.peak_replicas >= 9
    assert outcome.final_replicas <= 3
    assert outcome.max_over_cap == 0
    assert outcome.replica_hours < 12 * 1.5 / 2, "less than half of what twelve replicas all the time would cost"


def test_the_world_s_topics_stand_for_the_app_s() -> None:
    found = law()
    run(found, simulated.steady(100, seconds=120), topics=["one", "two"])
    assert found.decision is not None
    assert found.decision.conditions
    assert {name.rpartition("-")[0] for name in found.decision.per_partition} == {"one", "two"}
    assert all(lag is not None for lag in found.decision.per_partition.values())


def test_a_suspended_app_is_left_as_it_is() -> None:
    suspended = Sluicegate(app=given.spec(suspend=True), period=10)
    assert run(suspended, burst()).scalings == 0


def test_a_write_is_seen_as_its_own_and_not_as_somebody_else_s() -> None:
    found = law()
    outcome = run(found, burst())
    assert outcome.scalings >= 2
    assert found.memory.accepted_at is None
    assert found.memory.reversals == ()


def test_a_restart_forgets_the_polls_but_not_what_was_learned() -> None:
    """Down for two minutes after the burst: how long starts take came back, the last minutes' offsets did not."""
    found = law()
    run(found, burst(seconds=3630), faults=[{"kind": "OperatorDown", "from": 3500, "to": 3615}])
    assert len(looks(found.memory.polls)) == 1
    assert found.memory.leads != ()
    before = law()
    run(before, burst(seconds=3500))
    assert len(before.memory.polls) > 10
    assert before.memory.leads == found.memory.leads


def test_what_a_dead_operator_had_not_stored_is_lost() -> None:
    found = law()
    run(found, burst(seconds=40), faults=[{"kind": "OperatorDown", "from": 15, "to": 25}])
    assert [poll.at % 100 for poll in looks(found.memory.polls)] == [30.0]
