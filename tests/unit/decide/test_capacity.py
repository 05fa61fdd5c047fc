"""What one member can handle: declared, learned while it has more than enough to do, or not known."""

from __future__ import annotations

from sluicegate.decide.capacity import speed
from sluicegate.model.memory import Memory, Sample
from tests.support import given
from tests.support.queue_world import World

LEARNED = given.spec(scaling={"capacityPerReplica": None, "maxReplicas": 20})


def test_declared_counts_for_all_consumers_of_a_replica_together() -> None:
    app = given.spec(scaling={"capacityPerReplica": 200, "consumersPerReplica": 4})
    decision, _ = given.decided(given.observation(given.partitions(*[0] * 12)), app=app)
    assert (decision.capacity.value, decision.capacity.source) == (200, "Declared")


def test_it_is_learned_from_members_that_fall_behind() -> None:
    world = World(spec=LEARNED, arriving=lambda second, partition: 10, replicas=2, capacity=50)
    world.run(200)
    capacity = world.decisions[-1].capacity
    assert capacity.source == "Learned"
    assert capacity.value is not None
    assert 48 <= capacity.value <= 52


def test_members_at_rest_prove_only_that_they_keep_up() -> None:
    world = World(spec=LEARNED, arriving=lambda second, partition: 5, replicas=3, capacity=50)
    world.run(600)
    capacity = world.decisions[-1].capacity
    assert capacity.source == "Probing"
    assert capacity.value is not None
    assert 18 <= capacity.value <= 22
    assert world.memory.samples == ()


def test_a_learned_capacity_survives_a_restart_roughly() -> None:
    from sluicegate.decide import persist, restore

    world = World(spec=LEARNED, arriving=lambda second, partition: 10, replicas=2, capacity=50)
    world.run(200)
    back = speed(declared=None, memory=restore(persist(world.memory), now=given.NOW + 200), now=given.NOW + 200)
    assert back.source == "Learned"
    assert back.rate is not None
    assert 48 <= back.rate <= 52


def test_without_new_evidence_a_step_down_may_count_on_a_little_more_each_hour() -> None:
    memory = Memory(samples=(Sample(at=0.0, rate=50.0),) * 3)
    assert speed(declared=None, memory=memory, now=3600.0).down == 50.0
    assert speed(declared=None, memory=memory, now=3 * 3600.0).down == 60.0
    assert speed(declared=None, memory=memory, now=90 * 3600.0).down == 75.0
    assert speed(declared=None, memory=memory, now=90 * 3600.0).rate == 50.0


def test_a_speed_that_members_surpass_without_falling_behind_is_disproved() -> None:
    app = given.spec(
        scaling={"capacityPerReplica": None, "maxReplicas": 20, "minReplicas": 2, "partitionCap": "Ignore"}
    )
    slow = (Sample(at=given.NOW, rate=5.0),) * 3
    world = World(spec=app, arriving=lambda second, partition: 10, replicas=4, capacity=50, memory=Memory(samples=slow))
    world.run(400)
    assert all(sample.rate >= 25 for sample in world.memory.samples)


def test_nothing_known_is_said_so() -> None:
    nothing = speed(declared=None, memory=Memory(), now=0.0)
    assert (nothing.rate, nothing.down, nothing.measured, nothing.source) == (None, None, False, "Probing")
