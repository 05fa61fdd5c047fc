"""Makes the one value from which status, events, metrics, log lines and the command line's text come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.decide import explain
from sluicegate.decide.choose import Choice
from sluicegate.decide.conditions import Findings, conditions
from sluicegate.decide.course import Course
from sluicegate.decide.picture import Picture
from sluicegate.decide.standing import Standing
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Action, Capacity, Decision, Limit, Partitions
from sluicegate.model.evolve import quick
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a decision rests on. ``cap`` the lowest ceiling."""

    spec: AppSpec
    generation: int
    observation: Observation
    seen: Picture
    choice: Choice
    cap: int
    memory: Memory


def verdict(basis: Basis, *, course: Course | None, asked: int | None, claim: int | None, own: Standing) -> Decision:
    """``course`` None: there is no workload. ``asked``: the number before the limits; ``claim``: before those of
    dependencies."""
    seen, workload = basis.seen, basis.observation.workload
    wanted = basis.choice.want.replicas if basis.choice.want else None
    replicas = course.value if course else None
    current = workload.desired if workload else None
    limited_by, limit_sentence = _limit(basis, course)
    action = _action(replicas, current)
    partitions = _partitions(basis)
    consumers = basis.spec.scaling.consumers_per_replica
    rate = seen.speed.rate
    found = Findings(
        standing=own,
        workload=workload,
        replicas=replicas,
        wanted=wanted,
        limited_by=limited_by,
        limit_sentence=limit_sentence,
        total=seen.reading.total,
        unknown_polls=basis.memory.unknown_polls,
        partitions=partitions,
        group_seen=seen.crew.known,
        pods_waiting=seen.pods_waiting,
        pods_stuck=seen.pods_stuck,
        lead=seen.lead,
        member=rate,
        shares=basis.observation.shares,
        named=bool(basis.spec.dependencies),
        weather=seen.weather,
    )
    headline = explain.headline(
        wanted=wanted,
        lag=seen.lag,
        due=seen.due.records,
        why=course.steps[0].sentence if course else own.message,
    )
    return Decision(
        at=basis.observation.at,
        generation=basis.generation,
        action=action,
        replicas=replicas,
        current=current,
        wanted=wanted,
        cap=basis.cap,
        limited_by=limited_by,
        reason=_reason(basis, course=course, asked=asked, own=own, action=action, limited_by=limited_by),
        message=_message(headline, course, limited_by=limited_by, sentence=limit_sentence) if course else own.message,
        write=own.write,
        steps=course.steps if course else (),
        lag=seen.lag,
        rate_in=seen.rates.fast if seen.rates else None,
        rate_out=seen.rates.out if seen.rates else None,
        partitions=partitions,
        foreign=basis.observation.foreign,
        capacity=Capacity(value=rate * consumers if rate else None, source=seen.speed.source),
        conditions=conditions(found),
        claim=claim,
        shares=basis.observation.shares,
        dead_letters=seen.weather.letters,
        storm=bool(seen.weather.storm),
        due=seen.due.records,
        per_partition=dict(zip(seen.reading.names, seen.reading.lags, strict=True)),
    )


def _limit(basis: Basis, course: Course | None) -> tuple[str, str]:
    """The last thing that changed the number, with its sentence. A partition that one member cannot keep up with has
    cut what is wanted before any clamp: no count helps it."""
    limited_by = course.limited_by if course else Limit.NONE
    if limited_by is not Limit.NONE or course is None:
        return limited_by, course.limit_sentence if course else ""
    if basis.choice.want is None:
        return Limit.LAG_UNKNOWN, basis.choice.why
    bound = basis.seen.health.bound
    if bound:
        said = f"{len(bound)} of {len(basis.seen.reading.names)} partitions bring more than one consumer handles"
        return Limit.PARTITION_BOUND, f"{said}; no further replica can help"
    return Limit.NONE, ""


def _message(headline: str, course: Course, *, limited_by: str, sentence: str) -> str:
    said = explain.message(headline, course.steps)
    return f"{said}; {sentence}" if limited_by is Limit.PARTITION_BOUND else said


def _action(replicas: int | None, current: int | None) -> Action:
    if replicas is None or current is None or replicas == current:
        return Action.HOLD
    return Action.SCALE_UP if replicas > current else Action.SCALE_DOWN


def _reason(
    basis: Basis, *, course: Course | None, asked: int | None, own: Standing, action: Action, limited_by: str
) -> str:
    if course is None or (action is Action.HOLD and own.reason != "Active"):
        return own.reason
    return explain.reason(
        action=action,
        replicas=course.value,
        limited_by=limited_by,
        overridden=any(step.name == "override" for step in course.steps),
        demand=basis.choice.demand,
        asked=asked,
        asleep=basis.observation.workload is not None and basis.observation.workload.desired == 0,
    )


def _partitions(basis: Basis) -> Partitions:
    seen = basis.seen
    names = seen.reading.names
    return Partitions(
        usable=seen.usable,
        count=basis.memory.count,
        members=len(seen.crew.ours),
        foreign_members=seen.crew.foreign,
        foreign_hosts=seen.crew.foreign_hosts,
        stuck=_named(names, seen.health.stuck),
        bound=_named(names, seen.health.bound),
        unowned=_named(names, seen.health.unowned),
        missing_members=seen.health.missing,
    )


def _named(names: Sequence[str], indices: Sequence[int]) -> tuple[str, ...]:
    return tuple([names[index] for index in indices])
