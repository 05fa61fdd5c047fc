"""What a scale write that succeeded leaves in memory: budgets, spacing and what to expect the target to show."""

from __future__ import annotations

from dataclasses import replace

from sluicegate.decide.explain import DEMAND_DOWN
from sluicegate.decide.stabilization import HOUR
from sluicegate.model.decision import Action, Decision
from sluicegate.model.memory import Memory, Order


def acted(memory: Memory, *, decision: Decision, now: float, version: str = "") -> Memory:
    """Memory after ``decision.replicas`` was written at ``now``; ``version`` is the workload's since, where known."""
    up = decision.action is Action.SCALE_UP
    downs = tuple([at for at in memory.downs if now - at < HOUR])
    if decision.action is Action.SCALE_DOWN and decision.reason in DEMAND_DOWN:
        downs = (*downs, now)
    return replace(
        memory,
        downs=downs,
        last_up=now if up else memory.last_up,
        last_down=memory.last_down if up else now,
        order=Order(at=now, up=up),
        written=decision.replicas,
        before=decision.current,
        write_seen=False,
        accepted_at=None,
        accepted_by="",
        acted_at=now,
        acted_version=version,
        acted_on=decision.at,
    )
