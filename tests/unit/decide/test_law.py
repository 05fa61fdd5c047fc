"""The law in motion, in a tiny world: steady, noisy, bursting, cold, learned."""

from __future__ import annotations

import random

import pytest

from sluicegate.model.app import AppSpec
from sluicegate.model.known import Known
from sluicegate.model.memory import Memory
from tests.support import given
from tests.support.queue_world import World

RATE = 80.0
BURST_FROM, BURST_TO = 900, 990
_rng = random.Random(7)
NOISE = [1 + _rng.uniform(-0.1, 0.1) for _ in range(4000)]


def app(**scaling: object) -> AppSpec:
    return given.spec(scaling={"maxReplicas": 20, **scaling})


def steady(second: int, partition: int) -> float:
    return RATE / 12


def noisy(second: int, partition: int) -> float:
    return RATE / 12 * NOISE[second // 2]


def burst(second: int, partition: int) -> float:
    return noisy(second, partition) * (10 if BURST_FROM <= second < BURST_TO else 1)


@pytest.mark.parametrize("poll", [2.0, 5.0, 10.0, 30.0, 120.0])
def test_a_steady_state_at_the_smallest_sufficient_number_stays(poll: float) -> None:
    world = World(spec=app(), arriving=noisy, replicas=2, poll=poll)
    world.run(round(min(3000, 300 * poll)))
    assert world.writes == []


@pytest.mark.parametrize("poll", [5.0, 10.0])
def test_far_too_many_come_down_in_one_step_once_waiting_has_cost_a_change(poll: float) -> None:
    world = World(spec=app(), arriving=noisy, replicas=12, poll=poll)
    world.run(700)
    assert [(before, after) for _, before, after in world.writes] == [(12, 2)]
    assert 0.9 * 504 <= world.writes[0][0] <= 520


def test_a_step_that_saves_little_waits_longer_and_the_users_time_scales_all_of_it() -> None:
    def taken(replicas: int, stabilization: str) -> int:
        spec = app(scaleDown={"stabilization": stabilization})
        world = World(spec=spec, arriving=lambda second, partition: 150 / 12, replicas=replicas)
        world.run(4000)
        assert world.writes[0][2] == 4
        return world.writes[0][0]

    waits = [taken(12, "10m"), taken(6, "10m"), taken(6, "20m")]
    assert waits == sorted(waits)
    assert waits[2] >= 1.9 * waits[1]


@pytest.mark.parametrize("poll", [2.0, 5.0, 10.0])
@pytest.mark.parametrize("offset", [0, 1, 3])
def test_a_tenfold_burst_reaches_the_cap_in_one_decision(poll: float, offset: int) -> None:
    def later(second: int, partition: int) -> float:
        return burst(second + offset, partition)

    world = World(spec=app(), arriving=later, replicas=2, poll=poll)
    world.run(BURST_TO)
    assert [(before, after) for _, before, after in world.writes] == [(2, 12)]
    assert world.writes[0][0] - (BURST_FROM - offset) <= poll + 5


def test_in_a_burst_what_is_wanted_does_not_fall_behind_what_just_arrived() -> None:
    world = World(spec=app(), arriving=burst, replicas=2, poll=5.0, start_seconds=5, memory=Memory(leads=(10.0,)))
    world.run(BURST_TO)
    acted = next(i for i, one in enumerate(world.decisions) if one.action == "ScaleUp")
    assert {one.wanted for one in world.decisions[acted:]} == {12}


@pytest.mark.parametrize("offset", [0, 1, 2, 3, 4])
def test_what_drowns_the_members_is_acted_on_at_once_however_fast_new_ones_would_start(offset: int) -> None:
    """With starts of ten seconds the objective alone would let the backlog of half a minute grow first."""

    def later(second: int, partition: int) -> float:
        return 0.7 * burst(second + offset, partition)

    world = World(spec=app(), arriving=later, replicas=2, poll=5.0, start_seconds=5, memory=Memory(leads=(10.0, 10.0)))
    world.run(BURST_TO)
    assert [(before, after) for _, before, after in world.writes] == [(2, 12)]
    assert world.writes[0][0] - (BURST_FROM - offset) < 10


def test_a_spike_shorter_than_a_twelfth_of_the_objective_is_sat_out() -> None:
    def spike(second: int, partition: int) -> float:
        return steady(second, partition) * (10 if 900 <= second < 905 else 1)

    world = World(spec=app(lagObjective="10m"), arriving=spike, replicas=2, poll=5.0)
    world.run(1500)
    assert world.writes == []


@pytest.mark.parametrize("poll", [5.0, 10.0])
def test_after_the_burst_and_one_window_it_is_back_without_flapping(poll: float) -> None:
    world = World(spec=app(), arriving=burst, replicas=2, poll=poll)
    world.run(2400)
    assert world.replicas == 2
    assert world.reversals() == 1
    last = world.writes[-1][0]
    assert last <= BURST_TO + 240 + 300
    lag = world.decisions[-1].lag
    assert isinstance(lag.seconds, Known)
    assert lag.seconds.value < 10


def test_the_age_of_the_oldest_message_stays_below_the_objective_in_the_burst() -> None:
    world = World(spec=app(), arriving=burst, replicas=2, poll=5.0)
    world.run(1400)
    ages = [one.lag.seconds.value for one in world.decisions if isinstance(one.lag.seconds, Known)]
    assert 15 < max(ages) < 110


def test_a_cold_start_with_too_few_catches_up_and_ends_at_the_smallest_number() -> None:
    world = World(spec=app(), arriving=steady, replicas=1)
    world.run(1500)
    assert world.replicas == 2
    assert world.lag < 1000


def test_a_slow_rise_is_followed_in_few_steps() -> None:
    world = World(spec=app(), arriving=lambda second, partition: (50 + second / 6) / 12, replicas=2)
    world.run(3000)
    ages = [one.lag.seconds.value for one in world.decisions if isinstance(one.lag.seconds, Known)]
    assert max(ages) < 60
    assert all(step > 0 for step in world.steps())
    assert len(world.writes) <= 6


def test_members_slower_than_declared_are_answered_with_more_when_they_fall_behind() -> None:
    world = World(spec=app(), arriving=steady, replicas=2, capacity=25)
    world.run(900)
    assert world.replicas in (4, 6)
    assert world.lag < 2000
    world.run(2000)
    assert world.replicas == 4
    assert world.decisions[-1].capacity.source == "Learned"


def test_without_a_declared_capacity_the_burst_is_met_and_the_way_back_is_found() -> None:
    world = World(spec=app(capacityPerReplica=None), arriving=burst, replicas=3)
    world.run(1000)
    assert world.replicas == 12
    world.run(2000)
    assert world.replicas == 2
    assert world.lag < 1000


def test_idle_apps_without_a_known_capacity_step_down_to_one_by_trying() -> None:
    world = World(spec=app(capacityPerReplica=None), arriving=lambda second, partition: 0.0, replicas=4)
    world.run(6000)
    assert world.replicas == 1
    assert all(step < 0 for step in world.steps())


def test_slow_commits_are_not_taken_for_backlog() -> None:
    world = World(spec=app(), arriving=noisy, replicas=2, commit_every=30)
    world.run(2000)
    assert world.writes == []


def test_consumers_per_replica_are_counted_as_members() -> None:
    app_ = app(consumersPerReplica=2, capacityPerReplica=100)
    seen = given.observation(given.partitions(*[3000] * 12, end=100_000), replicas=1)
    decision, _ = given.decided(seen, app=app_)
    assert (decision.replicas, decision.cap) == (6, 6)


def test_wanted_says_how_many_for_which_lag() -> None:
    world = World(spec=app(), arriving=burst, replicas=2, poll=5.0)
    world.run(BURST_FROM + 10)
    decision = next(one for one in world.decisions if one.action == "ScaleUp")
    assert decision.message.startswith("12 wanted for a lag of ")
    assert "messages/s to plan for, 50 by one replica" in decision.message


def test_a_poison_partition_does_not_drive_replicas() -> None:
    world = World(spec=app(), arriving=steady, replicas=2)
    world.run(300)
    stuck_at = world._committed[0]

    def freeze() -> None:
        world._read[0] = float(stuck_at)
        world._committed[0] = stuck_at

    for _ in range(1500):
        freeze()
        world.run(1)
    assert world.decisions[-1].partitions.stuck == ("orders-0",)
    assert world.replicas == 2
