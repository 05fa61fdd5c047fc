"""One observation put together with what is remembered: the figures that all further thoughts start from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sluicegate.decide import capacity, health, lag, limits, members, rhythm, scene, storm, track, unknown, zero
from sluicegate.decide.assignment import NOBODY, RANGE, Assignment, Shape, shape
from sluicegate.decide.capacity import Speed
from sluicegate.decide.crowding import crowded_out
from sluicegate.decide.due import Due, due
from sluicegate.decide.health import Health
from sluicegate.decide.lag import Reading
from sluicegate.decide.members import Crew
from sluicegate.decide.rates import Rates, rates
from sluicegate.decide.scene import Scene
from sluicegate.decide.storm import Weather
from sluicegate.decide.time_lag import time_lag
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Lag
from sluicegate.model.evolve import quick
from sluicegate.model.kafka import Group
from sluicegate.model.memory import Memory, evolve
from sluicegate.model.observation import Observation

MOST_LEADS = 5
SHORTEST_LEAD, LONGEST_LEAD = 10.0, 300.0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is known now. ``counted`` lag by partition, unknown ones as last held; ``due`` what of retry topics is;
    ``weather`` what goes to the dead letters; ``lead`` seconds from an order to members at work; ``pods_waiting`` why
    pods do not start at this moment, ``pods_stuck`` the same once that has lasted longer than ``lead``; ``crowded``: so
    many that adding more is pointless."""

    reading: Reading
    crew: Crew
    shape: Shape
    usable: int | None
    lag: Lag
    counted: tuple[int, ...]
    due: Due
    weather: Weather
    rates: Rates | None
    speed: Speed
    health: Health
    scene: Scene
    lead: float
    pods_waiting: str
    pods_stuck: str
    crowded: bool


def picture(
    *, spec: AppSpec, observation: Observation, memory: Memory, now: float, poll: float
) -> tuple[Picture, Memory]:
    """The picture, and memory with this observation in it. ``poll`` seconds between two of them."""
    scaling, workload, group = spec.scaling, observation.workload, observation.group
    replicas = workload.desired if workload else 0
    consumers = scaling.consumers_per_replica
    fresh = memory.observed_at is None or observation.at > memory.observed_at
    reading, memory = lag.read(kafka=spec.kafka, topics=spec.topics, observation=observation, memory=memory)
    memory = unknown.watch_knowledge(reading=reading, memory=memory, at=observation.at, now=now, poll=poll)
    crew, memory = members.sort_out(
        group=group,
        pods=observation.pods,
        running=workload.ready if workload else 0,
        consumers=consumers,
        memory=memory,
        now=now,
    )
    arrived = workload is not None and workload.ready == replicas and observation.pods.terminating == 0
    joined = not crew.known or len(crew.ours) >= replicas * consumers or _given_up(memory, now=now)
    settled = arrived and (group is None or group.state in ("Stable", "Empty", "Dead")) and joined
    memory = track.track(reading=reading, group=group, observed_at=observation.at, settled=settled, memory=memory)
    waits = due(observation.retry, partitions=len(reading.names))
    memory = zero.watch_idleness(scaling=scaling, reading=reading, due=waits, memory=memory, now=now)
    weather, memory = storm.watch(
        handling=spec.error_handling, seen=observation.dead_letters, at=observation.at, memory=memory
    )
    memory = _effect(memory, settled=settled and memory.unstable_at != observation.at, now=now)
    lead = _lead(memory)
    shape_, usable, memory = _partitions(reading, crew=crew, consumers=consumers, memory=memory)
    age, memory = time_lag(reading=reading, memory=memory, now=observation.at)
    found = rates(memory.polls) if reading.names else None
    counted = unknown.counted(reading, memory)
    stalled = health.stalled(lags=counted, memory=memory, now=observation.at, poll=poll)
    stuck = health.stuck(lags=counted, memory=memory, now=observation.at, poll=poll) if stalled else ()
    scene_ = _scene(
        reading=reading,
        crew=crew,
        shape_=shape_,
        found=found,
        counted=counted,
        due=waits.parts,
        stuck=stalled,
        memory=memory,
        replicas=replicas,
        consumers=consumers,
        settled=settled,
        lead=lead,
        now=now,
        poll=poll,
        group=group,
    )
    if fresh:
        memory = _learn(scene_, memory)
    declared = scaling.capacity_per_replica
    speed = capacity.speed(declared=declared / consumers if declared else None, memory=memory, now=now)
    if speed.rate is None:
        speed = replace(speed, rate=capacity.at_work(scene=scene_, memory=memory))
    free, unowned = health.unowned(group=group, crew=crew, memory=memory, now=now, lead=lead)
    missing, memory = health.watch_missing(
        crew=crew, pods=observation.pods, consumers=consumers, group=group, memory=memory, now=now, lead=lead
    )
    bound = health.bound(share=found.share, arriving=found.mid, member=speed.rate) if found else ()
    stuck_words, crowded, memory = crowded_out(observation.pods, replicas=replicas, lead=lead, memory=memory, now=now)
    return (
        Picture(
            reading=reading,
            crew=crew,
            shape=shape_,
            usable=usable,
            lag=Lag(records=reading.total, seconds=age),
            counted=counted,
            due=waits,
            weather=weather,
            rates=found,
            speed=speed,
            health=Health(stuck=stuck, unowned=unowned, free=free, bound=bound, missing=missing),
            scene=scene_,
            lead=lead,
            pods_waiting=observation.pods.stuck_reason,
            pods_stuck=stuck_words,
            crowded=crowded,
        ),
        memory,
    )


def _scene(
    *,
    reading: Reading,
    crew: Crew,
    shape_: Shape,
    found: Rates | None,
    counted: tuple[int, ...],
    due: tuple[int, ...],
    stuck: tuple[int, ...],
    memory: Memory,
    replicas: int,
    consumers: int,
    settled: bool,
    lead: float,
    now: float,
    poll: float,
    group: Group | None,
) -> Scene:
    gap = memory.gap or 0.0
    looks = rhythm.looks(gap=gap, poll=poll)
    share = found.share if found else (1.0 / max(1, len(counted)),) * len(counted)
    changes = [at for at in (memory.last_up, memory.last_down) if at is not None]
    return Scene(
        now=now,
        poll=poll,
        replicas=replicas,
        ready=min(replicas, len(crew.ours) // consumers) if crew.known else replicas,
        consumers=consumers,
        foreign=crew.foreign,
        stable=settled,
        stable_for=now - memory.unstable_at if memory.unstable_at is not None else float("inf"),
        held_for=now - memory.rebalanced_at if memory.rebalanced_at is not None else float("inf"),
        assignment=_assignment(memory, crew=crew, shape_=shape_, group=group),
        rates=found,
        share=share if not stuck else tuple([0.0 if i in stuck else part for i, part in enumerate(share)]),
        lags=counted,
        floor=rhythm.floor(memory.polls, counted=counted, looks=looks, stuck=stuck),
        stuck=stuck,
        rest=rhythm.DEFAULT_REST if memory.rest is None else memory.rest,
        looks=looks,
        gap=gap,
        pause=scene.pause_of(assignor=memory.assignor, group_type=group.type if group else ""),
        lead=lead,
        last_change=max(changes, default=None),
        static=any(member.instance_id for member in crew.ours),
        due=due,
    )


def _learn(scene_: Scene, memory: Memory) -> Memory:
    """Memory with what this look says of the group's rest and of its members' speed."""
    if scene_.resting and scene_.rates is not None:
        memory = rhythm.learn(waiting=sum(scene_.floor), rate=scene_.rates.mid, memory=memory)
    return capacity.learn(scene=scene_, memory=memory)


def _assignment(memory: Memory, *, crew: Crew, shape_: Shape, group: Group | None) -> Assignment:
    """Members that are not the workload's come first: they stay whatever it does. KIP-848's `range` is sticky, too."""
    places: dict[str, int] = {}
    if crew.known and group is not None:
        ours = {member.id for member in crew.ours}
        strangers = [member.id for member in group.members if member.id not in ours]
        places = {id_: place for place, id_ in enumerate((*strangers, *(member.id for member in crew.ours)))}
    return Assignment(
        shape=shape_,
        owners=tuple([places.get(owner, NOBODY) for owner in memory.owner]),
        members=len(places),
    )


def _partitions(reading: Reading, *, crew: Crew, consumers: int, memory: Memory) -> tuple[Shape, int | None, Memory]:
    """An unknown number of partitions keeps the last known cap."""
    found = shape(reading.topics, assignor=memory.assignor)
    if not memory.assignor and len(found.spans) > 1:
        found = Shape(found.spans, RANGE)
    if not reading.complete:
        return found, memory.usable, memory
    usable = limits.usable(shape=found, foreign=crew.foreign, consumers=consumers)
    if (usable, found.partitions) != (memory.usable, memory.count):
        memory = evolve(memory, usable=usable, count=found.partitions)
    return found, usable, memory


def _lead(memory: Memory) -> float:
    return max(memory.leads, default=scene.DEFAULT_LEAD)


def _given_up(memory: Memory, *, now: float) -> bool:
    """Whether the members that are missing have been waited for long enough: they are told of, and block nothing."""
    return memory.missing_since is not None and now - memory.missing_since > _lead(memory)


def _effect(memory: Memory, *, settled: bool, now: float) -> Memory:
    """An order has taken effect once everything is in place; how long an order upwards took is the lead time."""
    if memory.order is None or not settled or not memory.write_seen:
        return memory
    leads = memory.leads
    if memory.order.up:
        took = min(LONGEST_LEAD, max(SHORTEST_LEAD, now - memory.order.at))
        leads = (*leads, took)[-MOST_LEADS:]
    return evolve(memory, order=None, leads=leads)
