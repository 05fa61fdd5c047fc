"""If one waits one more poll: how old will the oldest message be when new members are at work?

The one question by which replicas are added. Asked of every member as it will be with the replicas that run.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from sluicegate.decide import rhythm
from sluicegate.decide.capacity import Speed
from sluicegate.decide.rates import MINUTE, Rates, arriving, back
from sluicegate.decide.scene import FALLING_BEHIND, Scene
from sluicegate.model.evolve import quick
from sluicegate.model.memory import UNKNOWN, Memory

DROWNED_BY, DROWNED_FOR = 2.0, 1 / 12
"""What arrives against what a member can do, and for which share of the objective, before it counts as drowned."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Seconds, messages a second, messages.

    ``age`` of the oldest message then; ``proven`` the same of those members only that have fallen behind already.
    ``arriving`` to plan for; ``jump`` what the last interval brought where it shows a jump not all of which has been
    seen, else 0; ``growing``: that began in the last interval. ``drowned``: members get far more than they can do.
    ``backlog`` what waits beyond the rest; ``behind``: some member has more than a tenth of the objective waiting.
    """

    age: float
    proven: float
    arriving: float
    jump: float
    growing: bool
    drowned: bool
    backlog: float
    behind: bool


NOTHING = 1e-6
CALM = 0.1
"""Share of the objective that may wait on a member at a step down."""


def look_ahead(*, scene: Scene, rates: Rates, speed: Speed, objective: float, memory: Memory) -> Outlook:
    """``objective`` seconds."""
    jump = rates.newest if _jumped(rates.newest, rates.fast, rates.interval) else 0.0
    ahead = max(rates.fast + rates.slope * scene.horizon, jump)
    age, proven = _ages(scene=scene, rates=rates, speed=speed, objective=objective, ahead=ahead, memory=memory)
    late = _late(scene=scene, rates=rates, speed=speed, objective=objective) if scene.due else 0.0
    age, proven = max(age, late), max(proven, late)
    return Outlook(
        age=age,
        proven=proven,
        arriving=max(rates.mid, ahead),
        jump=jump,
        growing=jump > 0 and _jumped(rates.newest, rates.before, rates.interval),
        drowned=_drowned(scene=scene, speed=speed, objective=objective, memory=memory),
        backlog=max(0.0, sum(scene.floor) - scene.rest * rates.now),
        behind=late > CALM * objective or bool(scene.behind(by=CALM * objective)),
    )


def _jumped(newest: float, before: float, interval: float) -> bool:
    """More by a tenth and by what chance explains."""
    return newest > 1.1 * before + 3 * sqrt(before / interval + 1)


def _ages(
    *, scene: Scene, rates: Rates, speed: Speed, objective: float, ahead: float, memory: Memory
) -> tuple[float, float]:
    """(age, proven). Where nothing arrives any more, what waits is as late as it takes to work it off."""
    horizon = scene.horizon + scene.poll
    shares = scene.loads(scene.share, replicas=scene.replicas)
    waiting = scene.loads(scene.floor, replicas=scene.replicas)
    now, up, missed = rates.now, speed.up, speed.up * scene.pause
    grown: list[float] | None = None
    worst = worst_proven = 0.0
    for member, (have, share) in enumerate(zip(waiting, shares, strict=True)):
        rate = ahead * share
        more = scene.beyond_rest(have, now * share)
        flow = max(rate, rates.long * share)
        if flow <= NOTHING:
            left = (more / speed.rate if speed.rate else objective) if more > 0 else 0.0
            worst, worst_proven = max(worst, left), max(worst_proven, left)
            continue
        growth = (rate - up) * horizon
        behind = more > FALLING_BEHIND * rate
        if behind and scene.resting and scene.ready == scene.replicas:
            grown = _grown(scene, memory) if grown is None else grown
            growth = max(growth, grown[member] * horizon) if member < len(grown) else growth
        age = (more + growth + missed) / flow
        worst = max(worst, age)
        if behind:
            worst_proven = max(worst_proven, age)
    return worst, worst_proven


def _late(*, scene: Scene, rates: Rates, speed: Speed, objective: float) -> float:
    """Seconds until the last of what is due of retries would be handled: it was appended at any time, so only the work
    that it is tells its age. Without a known speed it is late where nothing else is to do."""
    if not speed.rate:
        return objective if rates.now <= NOTHING else 0.0
    now = rates.now
    waiting = scene.loads(scene.floor, replicas=scene.replicas)
    shares = scene.loads(scene.share, replicas=scene.replicas)
    extra = scene.loads(scene.due, replicas=scene.replicas)
    return max(
        (scene.beyond_rest(have, now * share) + due) / speed.rate if due else 0.0
        for have, share, due in zip(waiting, shares, extra, strict=True)
    )


def _grown(scene: Scene, memory: Memory) -> list[float]:
    """By how many messages a second each member's floor grew in the last minute; empty where that was not seen."""
    base = back(memory.polls, MINUTE)
    if UNKNOWN in base.lag:
        return []
    was = rhythm.floor_at(memory.polls, base, looks=scene.looks, stuck=scene.stuck)
    seconds = memory.polls[-1].at - base.at
    return scene.assignment.present([(now - then) / seconds for now, then in zip(scene.floor, was, strict=True)])


def _drowned(*, scene: Scene, speed: Speed, objective: float, memory: Memory) -> bool:
    """A twelfth of the objective long, more than twice as much arrived as the fullest member can do. Replicas will be
    needed whatever comes next, and each second until then is a second of backlog: nothing is gained by waiting."""
    if not speed.measured or len(memory.polls) < 2:
        return False
    rate = arriving(memory.polls, base=back(memory.polls, DROWNED_FOR * objective))
    if rate <= DROWNED_BY * speed.up:
        return False
    return rate * scene.fullest(scene.share, replicas=scene.replicas) > DROWNED_BY * speed.up
