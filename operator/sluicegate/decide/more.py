"""How many more: the smallest number that is enough for what is foreseen, once waiting would let a message grow old."""

from __future__ import annotations

from sluicegate.decide import jump, yesterday
from sluicegate.decide.capacity import Speed
from sluicegate.decide.need import needs, smallest
from sluicegate.decide.outlook import Outlook
from sluicegate.decide.rates import looks
from sluicegate.decide.scene import Scene
from sluicegate.decide.want import Want, figure
from sluicegate.model.memory import Memory

ACT_AT = 0.5
"""Share of the objective that the oldest message must not reach before new members are at work."""
UNPROVEN_ACT_AT = 0.9
"""The same while only a lower bound of what a member can do is known and nobody is behind."""
SPACING = 45.0
"""Seconds between steps up, unless messages would be late."""
WARM_FOR = 300.0
"""How many seconds of yesterday are met before they come."""
RISE, FULL = 1.05, 1.1
"""Yesterday counts when it says this much more than what comes now, and this much more than what runs can do."""


def due(*, outlook: Outlook, speed: Speed, objective: float) -> bool:
    """Whether replicas must be added now."""
    if speed.measured:
        return outlook.drowned or outlook.age > objective or (outlook.age > ACT_AT * objective and not outlook.jump)
    unproven = speed.rate is not None and outlook.age > UNPROVEN_ACT_AT * objective
    return outlook.proven > ACT_AT * objective or unproven


def guessing(*, scene: Scene, speed: Speed, memory: Memory) -> bool:
    """Whether the next look will tell what a member does, and nothing does so far."""
    return speed.rate is None and scene.ready > 0 and len(looks(memory.polls)) < 2


def step_up(*, scene: Scene, speed: Speed, outlook: Outlook, objective: float) -> Want | None:
    """None: what runs is as much as helps."""
    more = scene.counts_above(scene.replicas)
    if not more:
        return None
    spacing = scene.poll if outlook.age > objective else min(scene.horizon, SPACING)
    if not speed.measured:
        spacing = scene.horizon
    free = scene.last_change is None or scene.replicas == 0
    not_before = float("-inf") if scene.last_change is None or free else scene.last_change + spacing
    member = speed.rate
    if member is None:
        said = "what one member can do is not known yet: one step"
        return Want(replicas=more[0], sentence=said, not_before=not_before)
    rate = outlook.arriving
    missing = max(0.0, rate - member * scene.ready * scene.consumers) * scene.horizon / rate if rate > 0 else 0.0
    replicas = _smallest(scene, more, member, rate=rate, missing=missing, objective=objective, backlog=True)
    said = f"{figure(rate)} messages/s to plan for, {figure(member * scene.consumers)} by one replica"
    waits = outlook.growing and not outlook.age > objective and replicas < more[-1] and scene.replicas > 0
    if waits:
        return Want(replicas=scene.replicas, sentence=f"{said}: the jump is not over yet")
    if outlook.age > ACT_AT * objective:
        said += f", the oldest message would be {outlook.age:.0f} s old when more are at work"
    return Want(replicas=replicas, sentence=said, not_before=not_before)


def warm_up(*, scene: Scene, speed: Speed, objective: float, memory: Memory) -> Want | None:
    """More because this time yesterday brought more than what runs can do, or a regular jump is due; None: not so."""
    if not (speed.measured and speed.rate and scene.rates and scene.stable) or scene.since_change < scene.horizon:
        return None
    rate = yesterday.expected(memory, now=scene.now, since=scene.horizon, until=scene.horizon + WARM_FOR)
    room, said = FULL, f"{figure(rate)} messages/s are to come, as yesterday at this time"
    regular = jump.level(memory, now=scene.now, poll=scene.poll, horizon=scene.horizon)
    if regular > rate:
        room, rate, said = 1.0, regular, f"{figure(regular)} messages/s are due, as regularly before"
    if rate <= RISE * scene.rates.now:
        return None
    if rate * scene.fullest(scene.share, replicas=scene.replicas) <= room * speed.rate:
        return None
    more = scene.counts_above(scene.replicas)
    if not more:
        return None
    replicas = _smallest(scene, more, speed.rate, rate=rate, missing=0.0, objective=objective, backlog=False)
    return Want(replicas=replicas, sentence=said)


def _smallest(
    scene: Scene, counts: list[int], member: float, *, rate: float, missing: float, objective: float, backlog: bool
) -> int:
    asked = needs(
        arriving=[rate * share for share in scene.share],
        backlog=_backlog(scene) if backlog else [0.0] * len(scene.share),
        missing=missing,
        pause=scene.pause,
        objective=objective,
        member=member,
    )
    by_members = {scene.members(count): count for count in counts}
    found = smallest(asked, counts=by_members, assignment=scene.assignment)
    return counts[-1] if found is None else by_members[found]


def _backlog(scene: Scene) -> list[float]:
    """Messages by partition beyond what the commit rhythm explains: at the partition's own rate of the last minutes,
    so that more on one partition never makes less of what waits on another."""
    rest = scene.rest * scene.rates.long if scene.rates else 0.0
    found = [max(0.0, floor - rest * share) for floor, share in zip(scene.floor, scene.share, strict=True)]
    return [have + due for have, due in zip(found, scene.due, strict=True)] if scene.due else found
