"""Apps whose spec cannot be used: how that is found out, and what is said. The last good decision stands."""

from __future__ import annotations

from dataclasses import replace

from sluicegate.control.records import AppRecord
from sluicegate.decide.invalid import check
from sluicegate.errors import Invalid
from sluicegate.model.decision import Action, Condition, Decision, Limit, Truth
from sluicegate.model.observation import Workload


def checked(record: AppRecord, *, poll: float) -> AppRecord:
    """``record``, refused when its spec does not suit a connection that is read every ``poll`` seconds."""
    if record.refusal is not None or record.spec is None:
        return record
    try:
        check(record.spec, poll=poll)
    except Invalid as refusal:
        return replace(record, refusal=refusal)
    return record


def refused(record: AppRecord, *, before: Decision | None, workload: Workload | None, now: float) -> Decision:
    """A decision that writes nothing and says which field is wrong; figures of the last good one are kept."""
    words = str(record.refusal) if record.refusal else "spec is empty"
    current = workload.desired if workload else None
    last = before or Decision(
        at=now,
        generation=record.meta.generation,
        action=Action.HOLD,
        replicas=current,
        current=current,
        wanted=None,
        cap=None,
        limited_by=Limit.NONE,
        reason="InvalidSpec",
        message=words,
        write=False,
    )
    said = {
        "Ready": Condition(type="Ready", status=Truth.FALSE, reason="InvalidSpec", message=words),
        "Stalled": Condition(type="Stalled", status=Truth.TRUE, reason="InvalidSpec", message=words),
        "Reconciling": Condition(type="Reconciling", status=Truth.FALSE, reason="InvalidSpec"),
        "ScalingActive": Condition(type="ScalingActive", status=Truth.FALSE, reason="InvalidSpec", message=words),
    }
    kept = tuple(condition for condition in last.conditions if condition.type not in said)
    return replace(
        last,
        at=now,
        generation=record.meta.generation,
        action=Action.HOLD,
        replicas=current,
        current=current,
        reason="InvalidSpec",
        message=f"{words}; the last good decision stands",
        write=False,
        conditions=(*said.values(), *kept),
    )
