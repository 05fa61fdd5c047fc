"""What a scale write that succeeded leaves in memory: budgets, spacing and what to expect the target to show."""

from __future__ import annotations

from sluicegate.decide.explain import DEMAND_DOWN, OTHER_UPS
from sluicegate.decide.stabilization import HOUR
from sluicegate.model.decision import Action, Decision
from sluicegate.model.memory import Memory, Order, Trial, evolve


def acted(memory: Memory, *, decision: Decision, now: float, version: str = "") -> Memory:
    """Memory after ``decision.replicas`` was written at ``now``; ``version`` is the workload's since, where known."""
    up = decision.action is Action.SCALE_UP
    downs = tuple([at for at in memory.downs if now - at < HOUR])
    if decision.action is Action.SCALE_DOWN and decision.reason in DEMAND_DOWN:
        downs = (*downs, now)
        memory = evolve(memory, demand_down=now)
    elif up:
        memory = _on_trial(memory, decision=decision, now=now)
    return evolve(
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


def _on_trial(memory: Memory, *, decision: Decision, now: float) -> Memory:
    """Whether a step up that demand asked for helps is to be seen."""
    if decision.reason in OTHER_UPS:
        return evolve(memory, trial=None)
    rate = decision.capacity.value
    if not decision.current or decision.replicas is None or decision.rate_out is None or not rate:
        return evolve(memory, trial=None)
    trial = Trial(at=now, before=decision.current, after=decision.replicas, out=decision.rate_out, rate=rate)
    return evolve(memory, trial=trial)
