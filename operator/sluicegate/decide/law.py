"""The law of `lagObjective`: every message in time, with the fewest replicas and the fewest rebalances.

Replicas are added only when waiting one more poll would let a message grow too old before they are at work, and then
once for all that is foreseen. They are taken away when the highest rate of a window that grows with how little a step
saves would still be handled. Each thought is a file of its own: `outlook`, `more`, `fewer`, `jump`, `trial`, `outage`,
`yesterday`, `highs`; `need` says how many are enough.
"""

from __future__ import annotations

from dataclasses import replace

from sluicegate.decide import highs, jump, more, outage, probing, trial, yesterday
from sluicegate.decide.capacity import Speed
from sluicegate.decide.fewer import Pace, step_down, watch_fleet
from sluicegate.decide.outlook import look_ahead
from sluicegate.decide.rates import Rates
from sluicegate.decide.scene import Scene
from sluicegate.decide.want import Want, Way, figure
from sluicegate.model.memory import Memory

FIRST_LOOK = 0.5
"""Share of the objective that may wait on a member at a first look that knows nothing of rates: less than that may be
the rhythm of slow commits."""


def law(*, scene: Scene, speed: Speed, objective: float, pace: Pace, memory: Memory) -> tuple[Want, Memory]:
    """What is wanted now, and memory with what was learned of arrivals. ``objective`` in seconds."""
    rates = scene.rates
    if rates is None:
        return _first_look(scene=scene, speed=speed, objective=objective), memory
    memory = highs.remember(rate=rates.mid, fast=rates.fast, span=scene.horizon, memory=memory, now=scene.now)
    memory = yesterday.remember(rate=rates.mid, memory=memory, now=scene.now)
    memory = watch_fleet(scene=scene, memory=memory)
    memory = outage.watch(rates=rates, memory=memory, now=scene.now)
    trusted = probing.trusted(scene=scene, speed=speed, memory=memory)
    outlook = look_ahead(scene=scene, rates=rates, speed=trusted, objective=objective, memory=memory)
    memory = jump.watch(rates=rates, backlog=outlook.backlog, objective=objective, memory=memory, now=scene.now)
    memory = trial.judge(scene=scene, backlog=0.0 if scene.distracted else outlook.backlog, memory=memory)
    if scene.replicas > 0 and more.guessing(scene=scene, speed=speed, memory=memory):
        down = Way(least=scene.replicas, why="what runs is right")
        return _stay(scene, rates, speed, enough=scene.replicas, down=down), memory
    if scene.replicas == 0 or more.due(outlook=outlook, speed=speed, objective=objective):
        want = more.step_up(scene=scene, speed=speed, outlook=outlook, objective=objective)
        if want is not None:
            return want, memory
    want = more.warm_up(scene=scene, speed=speed, objective=objective, memory=memory)
    if want is not None:
        return want, memory
    enough, way = step_down(scene=scene, speed=speed, outlook=outlook, objective=objective, pace=pace, memory=memory)
    return _stay(scene, rates, speed, enough=enough, down=way), memory


def _stay(scene: Scene, rates: Rates, speed: Speed, *, enough: int, down: Way) -> Want:
    if speed.down is None:
        said = f"{figure(rates.now)} messages/s, what one replica can do is still to be learned"
    else:
        said = f"{figure(rates.now)} messages/s, {figure(speed.down * scene.consumers)} by one replica"
    return Want(replicas=enough, sentence=said, down=down)


def _first_look(*, scene: Scene, speed: Speed, objective: float) -> Want:
    """What waits is all that is known: enough for that, unless the number that runs was chosen before."""
    stays = Want(
        replicas=scene.replicas,
        sentence="the first look: no rates yet",
        down=Way(least=scene.replicas, why="the first look"),
    )
    if speed.rate is None or not speed.measured or (scene.last_change is not None and scene.replicas > 0):
        return replace(stays, replicas=max(1, scene.replicas))
    most = FIRST_LOOK * objective * speed.rate
    counts = [count for count in scene.counts() if count >= scene.replicas]
    enough = [count for count in counts if scene.fullest(scene.work, replicas=count) <= most]
    if scene.replicas > 0 and scene.fullest(scene.work, replicas=scene.replicas) <= most:
        return stays
    found = enough[0] if enough else max([scene.replicas, *counts])
    said = (
        f"the first look: {sum(scene.work):.0f} messages wait, {figure(speed.rate * scene.consumers)}/s by one replica"
    )
    return replace(stays, replicas=max(1, found), sentence=said, down=None)
