"""The conditions of one decision, as the Kubernetes API conventions and kstatus define them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.decide import storm
from sluicegate.decide.explain import listed, word
from sluicegate.decide.standing import Standing
from sluicegate.decide.storm import CALM, Weather
from sluicegate.decide.unknown import PATIENCE
from sluicegate.model.decision import BREAKER, CEILINGS, DEPENDENCY, Condition, Limit, Partitions, Truth
from sluicegate.model.downstream import Share
from sluicegate.model.evolve import quick
from sluicegate.model.known import Maybe, Unknown
from sluicegate.model.observation import Workload

DECIDING = Condition(type="Ready", status=Truth.TRUE, reason="Deciding", message="the lag is read and decided upon")
NOTHING_TO_DO = Condition(type="Reconciling", status=Truth.FALSE, reason="NothingToDo")
SETTLED = Condition(type="Reconciling", status=Truth.FALSE, reason="Settled")
NOTHING_IN_THE_WAY = Condition(type="Stalled", status=Truth.FALSE, reason="NothingInTheWay")
WITHIN_LIMITS = Condition(type="ScalingLimited", status=Truth.FALSE, reason="WithinLimits")
READ = Condition(type="LagKnown", status=Truth.TRUE, reason="Read")
ALL_READ = Condition(type="PartitionsHealthy", status=Truth.TRUE, reason="AllRead")
"""What most apps say at most looks, once for all of them."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What conditions are made from. ``pods_waiting`` why pods do not start at this moment, ``pods_stuck`` the same
    once it has lasted longer than a start takes; ``busiest`` messages a second on the busiest bound partition,
    ``member`` what one consumer handles."""

    standing: Standing
    workload: Workload | None
    replicas: int | None
    wanted: int | None
    limited_by: str
    limit_sentence: str
    total: Maybe[int]
    unknown_polls: int
    partitions: Partitions
    group_seen: bool
    pods_waiting: str
    pods_stuck: str
    lead: float
    member: float | None
    shares: tuple[Share, ...] = ()
    named: bool = False
    """Whether the spec names dependencies."""
    weather: Weather = CALM


def conditions(found: Findings) -> tuple[Condition, ...]:
    """All conditions whose machinery exists, in a fixed order."""
    return (
        _ready(found),
        _reconciling(found),
        _stalled(found.standing),
        _active(found.standing),
        _limited(found),
        _lag_known(found.total),
        _healthy(found),
        *([_dependencies(found.shares)] if found.named else []),
        *([letters] if (letters := storm.condition(found.weather)) else []),
    )


def _ready(found: Findings) -> Condition:
    standing = found.standing
    if standing.stalled:
        return Condition(type="Ready", status=Truth.FALSE, reason=standing.reason, message=standing.message)
    if found.pods_stuck:
        message = f"pods cannot start: {found.pods_stuck}; no more are added until they can"
        return Condition(type="Ready", status=Truth.FALSE, reason=_word(found.pods_stuck), message=message)
    if isinstance(found.total, Unknown) and found.unknown_polls > PATIENCE:
        message = f"lag unknown for {found.unknown_polls} polls: {found.total.message}"
        return Condition(type="Ready", status=Truth.FALSE, reason=found.total.reason, message=message)
    return DECIDING


def _reconciling(found: Findings) -> Condition:
    workload, standing = found.workload, found.standing
    if workload is None or standing.stalled or not standing.write:
        return NOTHING_TO_DO
    if found.pods_waiting:
        message = f"{workload.ready} of {workload.desired} replicas are ready: {found.pods_waiting}"
        return Condition(type="Reconciling", status=Truth.TRUE, reason=_word(found.pods_waiting), message=message)
    if found.replicas is not None and found.replicas != workload.desired:
        message = f"from {workload.desired} to {found.replicas} replicas"
        return Condition(type="Reconciling", status=Truth.TRUE, reason="Scaling", message=message)
    if workload.ready != workload.desired:
        message = f"{workload.ready} of {workload.desired} replicas are ready"
        return Condition(type="Reconciling", status=Truth.TRUE, reason="WaitingForPods", message=message)
    return SETTLED


def _stalled(standing: Standing) -> Condition:
    if standing.stalled:
        return Condition(type="Stalled", status=Truth.TRUE, reason=standing.reason, message=standing.message)
    return NOTHING_IN_THE_WAY


def _active(standing: Standing) -> Condition:
    active = standing.write and standing.reason == "Active"
    status = Truth.TRUE if active else Truth.FALSE
    return Condition(type="ScalingActive", status=status, reason=standing.reason, message=standing.message)


def _limited(found: Findings) -> Condition:
    if found.limited_by is Limit.PARTITION_BOUND:
        return Condition(
            type="ScalingLimited", status=Truth.TRUE, reason="PartitionBound", message=found.limit_sentence
        )
    below = found.wanted is not None and found.replicas is not None and found.replicas < found.wanted
    if below and (found.limited_by in CEILINGS or found.limited_by.startswith((DEPENDENCY, BREAKER))):
        message = f"{found.wanted} wanted, {found.replicas} may run: {found.limit_sentence}"
        reason = word(found.limited_by) if "/" in found.limited_by else str(found.limited_by)
        return Condition(type="ScalingLimited", status=Truth.TRUE, reason=reason, message=message)
    return WITHIN_LIMITS


def _lag_known(total: Maybe[int]) -> Condition:
    if isinstance(total, Unknown):
        return Condition(type="LagKnown", status=Truth.FALSE, reason=total.reason, message=total.message)
    return READ


def _healthy(found: Findings) -> Condition:
    parts = found.partitions
    problems: list[tuple[str, str]] = []
    if parts.stuck:
        problems.append(
            (
                "PartitionStuck",
                f"{listed(parts.stuck)} not moving while others do: look for a message that cannot be "
                "handled; more replicas would not help",
            )
        )
    if parts.unowned:
        problems.append(
            ("PartitionUnowned", f"{listed(parts.unowned)} read by no member for longer than {found.lead:.0f} s")
        )
    if parts.missing_members:
        problems.append(
            (
                "MembersMissing",
                f"{parts.missing_members} consumers of ready pods are not in the group: look at their "
                "logs, restart them; more replicas would not help",
            )
        )
    if parts.bound:
        rate = f"{found.member:.3g} messages/s" if found.member else "its consumer handles"
        problems.append(
            (
                "PartitionBound",
                f"more arrives on {listed(parts.bound)} than one consumer handles ({rate}): more "
                "replicas would not help, more partitions or faster handling would",
            )
        )
    if problems:
        words = "; ".join(message for _, message in problems)
        return Condition(type="PartitionsHealthy", status=Truth.FALSE, reason=problems[0][0], message=words)
    if not found.group_seen:
        return Condition(
            type="PartitionsHealthy",
            status=Truth.UNKNOWN,
            reason="GroupNotDescribed",
            message="the group's members could not be read",
        )
    return ALL_READ


def _dependencies(shares: Sequence[Share]) -> Condition:
    bad = [one for one in shares if one.problem]
    if bad:
        words = "; ".join(one.problem_why for one in bad)
        return Condition(type="DependenciesHealthy", status=Truth.FALSE, reason=bad[0].problem, message=words)
    return Condition(type="DependenciesHealthy", status=Truth.TRUE, reason="AllWell")


def _word(reason: str) -> str:
    """The CamelCase word of ``FailedCreate: pods "a" is forbidden: exceeded quota …``."""
    return reason.partition(":")[0]
