"""Careful growth while nothing is known: what arrived last, and how it rose, may already ask for more than runs.

Never fewer. The last slope is followed for five minutes and to twice the last rate at most.
"""

from __future__ import annotations

from sluicegate.decide.capacity import Speed
from sluicegate.decide.rates import rates
from sluicegate.decide.scene import Scene
from sluicegate.decide.want import Want, figure
from sluicegate.model.memory import Memory

AFTER = 2.5
"""Polls without an answer."""
FOLLOWED, MOST = 300.0, 2.0
UTILISATION = 0.9


def grow(*, scene: Scene, speed: Speed, memory: Memory) -> Want | None:
    """None: what runs is as much as the last rates let expect."""
    last = rates(memory.polls)
    if last is None or not speed.measured or not speed.rate or scene.since_change < scene.lead:
        return None
    unknown = scene.now - memory.polls[-1].at
    if unknown < AFTER * scene.poll:
        return None
    rate = min(MOST * last.fast, last.fast + last.slope * min(unknown, FOLLOWED))
    if rate * scene.fullest(scene.share, replicas=scene.replicas) <= speed.rate:
        return None
    enough = [
        count
        for count in scene.counts()
        if count > scene.replicas and rate * scene.fullest(scene.share, replicas=count) <= UTILISATION * speed.rate
    ]
    if not enough:
        return None
    said = f"lag unknown for {unknown:.0f} s, and {figure(rate)} messages/s are to be expected as arrivals rose before"
    return Want(replicas=enough[0], sentence=said)
