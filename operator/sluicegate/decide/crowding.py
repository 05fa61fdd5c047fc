"""When pods cannot start, and when so many cannot that one more could not either."""

from __future__ import annotations

from sluicegate.model.memory import Memory, evolve
from sluicegate.model.observation import Pods

ALWAYS_STUCK = frozenset({"Unschedulable"})
"""Reasons for which even one pod that cannot start means that one more could not either."""
STUCK_SHARE = 0.25
"""Of the replicas that run: when so many cannot start, more are not added."""


def crowded_out(pods: Pods, *, replicas: int, lead: float, memory: Memory, now: float) -> tuple[str, bool, Memory]:
    """(why pods cannot start, once that has lasted; whether adding more is pointless; memory).

    A reason without a stuck pod is the controller's: it cannot even make one.
    """
    if not pods.stuck_reason:
        return "", False, memory if memory.pods_stuck_since is None else evolve(memory, pods_stuck_since=None)
    if memory.pods_stuck_since is None:
        return "", False, evolve(memory, pods_stuck_since=now)
    if now - memory.pods_stuck_since <= lead:
        return "", False, memory
    full = pods.stuck == 0 or pods.stuck_reason.partition(":")[0] in ALWAYS_STUCK
    crowded = full or pods.stuck >= STUCK_SHARE * max(1, replicas)
    return pods.stuck_reason, crowded, memory
