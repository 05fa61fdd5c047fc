"""Whose number it is: whether this app may write replicas at all, and what a number written by others means.

A person's number inside the limits is accepted and looked at again after one stabilisation window; outside them the
limits correct it at once. Three numbers written over ours in ten minutes by one field manager: Contested.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sluicegate.model.app import AppSpec, Mode
from sluicegate.model.decision import Limit
from sluicegate.model.memory import Memory, Order, Reversal, evolve
from sluicegate.model.observation import Observation, Workload

OURS = "sluicegate"
REVERSALS, REVERSAL_SPAN = 3, 600.0
CONTESTED_PAUSE = 300.0
VIEW_LAG = 30.0
"""Seconds for which an old view of the target may still show what ran before our last write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``write`` may the number be written; ``holds`` it is not ours, so what runs stands.

    ``stalled``: a person has to act.
    """

    write: bool
    holds: bool = False
    reason: str = "Active"
    message: str = ""
    stalled: bool = False
    limit: Limit = Limit.NONE


FREE = Standing(write=True)
"""Nothing in the way."""


def standing(*, spec: AppSpec, observation: Observation, memory: Memory, now: float) -> Standing:
    """What this app may do now. ``memory`` is that after `notice`."""
    target = f"{spec.scale_target_ref.kind.value} {spec.scale_target_ref.name}"
    if observation.workload is None:
        message = (
            f"{target} does not exist; create it or correct spec.scaleTargetRef (make a new resource: it is fixed)"
        )
        return Standing(write=False, reason="TargetMissing", message=message, stalled=True)
    rival = observation.rival
    if rival is not None:
        what, reason = (
            (target, "TargetConflict")
            if rival.what == "target"
            else (f"consumer group {spec.consumer_group}", "GroupConflict")
        )
        message = f"{what} belongs to the older KafkaConsumerApp {rival.namespace}/{rival.name}; delete one of the two"
        return Standing(write=False, holds=True, reason=reason, message=message, stalled=True, limit=Limit.CONFLICT)
    foreign = observation.foreign
    if spec.mode is Mode.RECOMMEND:
        beside = f"; {foreign.kind} {foreign.name} scales {target}" if foreign else ""
        return Standing(write=False, reason="Observing", message=f"spec.mode is Recommend: nothing is written{beside}")
    if foreign is not None:
        paused = " (paused)" if foreign.paused else ""
        message = (
            f"{foreign.kind} {foreign.name}{paused} scales {target}, too; delete it, or set spec.mode to Recommend "
            "to compare first"
        )
        return Standing(
            write=False,
            holds=True,
            reason="ForeignAutoscaler",
            message=message,
            stalled=True,
            limit=Limit.FOREIGN_AUTOSCALER,
        )
    if spec.suspend:
        return Standing(
            write=False,
            holds=True,
            reason="Suspended",
            message="spec.suspend is true: nothing is written",
            limit=Limit.SUSPENDED,
        )
    return _contested(memory, target=target, now=now) or FREE


def notice(*, workload: Workload | None, writes: bool, memory: Memory, now: float, window: float) -> Memory:
    """Memory with what the target's number says about others. ``writes``: the number is ours to write;
    ``window`` seconds for which an accepted number stands."""
    reversals = tuple(entry for entry in memory.reversals if now - entry.at < REVERSAL_SPAN)
    if reversals != memory.reversals:
        memory = evolve(memory, reversals=reversals)
    if memory.accepted_at is not None and now - memory.accepted_at >= window:
        memory = evolve(memory, accepted_at=None, accepted_by="")
    if workload is None:
        return memory
    if workload.uid != memory.target_uid or memory.written is None or not writes:
        return evolve(
            memory,
            target_uid=workload.uid,
            written=workload.desired,
            before=None,
            write_seen=True,
            accepted_at=None,
            accepted_by="",
        )
    if workload.desired == memory.written:
        return memory if memory.write_seen else evolve(memory, write_seen=True)
    if stale_view(workload, memory=memory, now=now):
        return memory
    if workload.manager == OURS and (memory.write_seen or workload.desired != memory.before):
        return _unremembered(workload, memory=memory, now=now)
    return evolve(
        memory,
        written=workload.desired,
        before=None,
        write_seen=True,
        accepted_at=now,
        accepted_by=workload.manager or "somebody",
        reversals=(*memory.reversals, Reversal(at=now, manager=workload.manager))[-16:],
    )


def _unremembered(workload: Workload, *, memory: Memory, now: float) -> Memory:
    """Memory with a write of ours that it does not have: the answer was lost, or the process died before it could
    tell. It counts against budget and spacing like any other."""
    at = min(now, workload.managed_at or now)
    up = workload.desired > (memory.written or 0)
    return evolve(
        memory,
        written=workload.desired,
        before=None,
        write_seen=True,
        downs=memory.downs if up else (*memory.downs, at),
        last_up=at if up else memory.last_up,
        last_down=memory.last_down if up else at,
        order=Order(at=at, up=up),
        acted_at=at,
    )


def stale_view(workload: Workload, *, memory: Memory, now: float) -> bool:
    """Whether the target still shows what ran before our last write, as a view a little behind would."""
    if memory.write_seen or workload.desired != memory.before or memory.acted_at is None:
        return False
    seen, ours = workload.resource_version, memory.acted_version
    if seen.isdigit() and ours.isdigit():
        return int(seen) < int(ours) and now - memory.acted_at < VIEW_LAG
    by_others = (
        workload.manager not in ("", OURS)
        and workload.managed_at is not None
        and workload.managed_at >= memory.acted_at
    )
    return not by_others and now - memory.acted_at < VIEW_LAG


def _contested(memory: Memory, *, target: str, now: float) -> Standing | None:
    if len(memory.reversals) < REVERSALS:
        return None
    counts = Counter(entry.manager for entry in memory.reversals if now - entry.at < REVERSAL_SPAN)
    manager, times = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if times < REVERSALS:
        return None
    who = f"field manager {manager}" if manager else "an unknown field manager"
    message = (
        f"{who} wrote another number of replicas over ours {times} times in ten minutes; leave replicas out of the "
        f"manifest of {target}, or have it ignored there"
    )
    rests = memory.acted_at is not None and now - memory.acted_at < CONTESTED_PAUSE
    return Standing(
        write=not rests, holds=rests, reason="Contested", message=message, stalled=True, limit=Limit.CONFLICT
    )
