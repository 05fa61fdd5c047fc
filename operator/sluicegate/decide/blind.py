"""Careful growth while nothing is known: what arrived last, and how it rose, may already ask for more than runs.

Never fewer. Only when arrivals were rising; then their slope is followed for five minutes, and what the highest rate
of the last day needs is made ready: blindness is rare, so a few replicas too many for its length cost little.
"""

from __future__ import annotations

from sluicegate.decide import yesterday
from sluicegate.decide.capacity import Speed
from sluicegate.decide.rates import rates
from sluicegate.decide.scene import Scene
from sluicegate.decide.want import Want, figure
from sluicegate.model.memory import Memory

AFTER = 2.5
"""Polls without an answer."""
FOLLOWED = 300.0
RISING = 0.1
"""Share of the last rate by which it was to rise within one lead time."""
UTILISATION = 0.9


def grow(*, scene: Scene, speed: Speed, memory: Memory) -> Want | None:
    """None: what runs is as much as the last rates let expect."""
    last = rates(memory.polls)
    if last is None or not speed.measured or not speed.rate or scene.since_change < scene.lead:
        return None
    unknown = scene.now - memory.polls[-1].at
    if unknown < AFTER * scene.poll or last.slope * scene.lead <= RISING * last.fast:
        return None
    rate = max(last.fast + last.slope * min(unknown, FOLLOWED), yesterday.highest(memory, now=scene.now))
    most = UTILISATION * speed.rate
    if rate * scene.fullest(scene.share, replicas=scene.replicas) <= most:
        return None
    more = scene.counts_above(scene.replicas)
    enough = [count for count in more if rate * scene.fullest(scene.share, replicas=count) <= most] or more[-1:]
    if not enough:
        return None
    said = f"lag unknown for {unknown:.0f} s while arrivals were rising: ready for {figure(rate)} messages/s"
    return Want(replicas=enough[0], sentence=said)
