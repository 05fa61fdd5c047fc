"""What the lag asks for, before any limit: by the objective or by messages, to and from zero, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sluicegate.decide import blind, unknown, zero
from sluicegate.decide.fewer import Pace
from sluicegate.decide.lag_per_replica import lag_per_replica
from sluicegate.decide.law import law
from sluicegate.decide.picture import Picture
from sluicegate.decide.want import Want, Way
from sluicegate.model.app import AppSpec
from sluicegate.model.evolve import quick
from sluicegate.model.known import Unknown
from sluicegate.model.memory import Memory


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``want`` None: the lag is not known at all, what runs stands (but for ``floor``). ``demand`` the reason of a
    step that follows from it. ``partial``: some of the lag is not known, no step down may follow. ``idle``: the last
    replica may go."""

    want: Want | None
    demand: str
    floor: int = 0
    why: str = ""
    partial: bool = False
    idle: bool = False


def choose(*, spec: AppSpec, picture: Picture, replicas: int, memory: Memory, now: float) -> tuple[Choice, Memory]:
    """``replicas`` what runs now."""
    scaling = spec.scaling
    total = picture.reading.total
    floor, why = 0, ""
    if isinstance(total, Unknown):
        floor, why = unknown.at_least(rule=scaling.on_lag_unknown, reading=picture.reading, memory=memory)
        if picture.reading.blind:
            said = why or f"lag unknown: {total.message}"
            more = blind.grow(scene=picture.scene, speed=picture.speed, memory=memory) if spec.lag_objective else None
            if more is not None and more.replicas > replicas > 0:
                return Choice(want=more, demand="LagUnknown", floor=floor, why=said, partial=True), memory
            return Choice(want=None, demand=total.reason, floor=floor, why=said, partial=True), memory
    lag = sum(picture.counted) + picture.due.records
    partial = isinstance(total, Unknown)
    if zero.asleep(scaling=scaling, lag=lag, replicas=replicas):
        nothing = Want(replicas=0, sentence="nothing waits")
        return Choice(want=nothing, demand="Idle", floor=floor, why=why, partial=partial), memory
    if zero.may_end(scaling=scaling, memory=memory, now=now):
        said = f"nothing came for {now - (memory.idle_since or now):.0f} s"
        return Choice(want=Want(replicas=0, sentence=said), demand="Idle", idle=True), memory
    objective = spec.lag_objective
    if objective is None:
        per_replica = scaling.lag_per_replica or 1
        want = lag_per_replica(lag=lag, per_replica=per_replica, replicas=replicas, last_up=memory.last_up)
        demand = "LagPerReplica"
    else:
        pace = Pace(stabilization=scaling.scale_down.stabilization, outage_hold=scaling.scale_down.outage_hold)
        want, memory = law(scene=picture.scene, speed=picture.speed, objective=objective, pace=pace, memory=memory)
        demand = "LagObjective"
    if picture.health.free and want.replicas < replicas:
        said = f"{len(picture.health.free)} partitions have no member: no step down"
        want = replace(want, down=Way(least=replicas, why=said))
    return Choice(want=want, demand=demand, floor=floor, why=why, partial=partial), memory
