"""To zero and back: the last replica goes when nothing has come for long enough, the first comes with a message.

Only with minReplicas 0. ``scaleToZero.after`` is a window of its own: it stands in for the stabilisation window, and
it must have been seen in full (it survives a restart in status.memory).
"""

from __future__ import annotations

from sluicegate.decide.due import Due
from sluicegate.decide.lag import Reading
from sluicegate.model.app import Scaling
from sluicegate.model.known import Known
from sluicegate.model.memory import Memory, evolve


def watch_idleness(*, scaling: Scaling, reading: Reading, due: Due, memory: Memory, now: float) -> Memory:
    """Memory with ``idle_since``. An unknown lag ends idleness: nobody knows what arrived meanwhile. What is ``due`` of
    retry topics is lag; what is not due yet wakes nobody, and keeps nobody awake."""
    total = reading.total
    threshold = scaling.scale_to_zero.lag_threshold
    quiet = isinstance(total, Known) and due.complete and total.value + due.records <= threshold
    arrived = len(memory.polls) >= 2 and memory.polls[-1].end != memory.polls[-2].end
    idle_since = memory.idle_since
    if scaling.min_replicas > 0 or not quiet or arrived:
        idle_since = None
    elif idle_since is None:
        idle_since = now
    return memory if idle_since == memory.idle_since else evolve(memory, idle_since=idle_since)


def may_end(*, scaling: Scaling, memory: Memory, now: float) -> bool:
    """Whether the last replica may go."""
    if scaling.min_replicas > 0 or memory.idle_since is None:
        return False
    return now - memory.idle_since >= scaling.scale_to_zero.after


def asleep(*, scaling: Scaling, lag: int, replicas: int) -> bool:
    """Whether an app at zero stays there: no more waits than ``lagThreshold``."""
    return replicas == 0 and scaling.min_replicas == 0 and lag <= scaling.scale_to_zero.lag_threshold
