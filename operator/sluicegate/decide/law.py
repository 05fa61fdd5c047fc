"""The law of `lagObjective`: how many replicas keep every message within the objective.

First form, and the seam for the full one: whatever replaces `law` takes a `Scene`, the speed of a member and the
memory, and returns what is wanted with a sentence. Steps up are taken only when waiting one more poll would let a
message grow too old, and then once for all that is foreseen; below that what runs is enough, however little slack it
has, so a steady state does not creep upwards. Steps down are offered whenever fewer would be enough at the highest
of the rates seen: of the last poll when it jumped, of the last 30 s, of the last two minutes; `stabilization` decides
when they are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from sluicegate.decide.capacity import Speed
from sluicegate.decide.need import needs, smallest
from sluicegate.decide.rates import Rates, arriving, back
from sluicegate.decide.scene import Scene
from sluicegate.model.memory import Memory, Poll

ACT_AT = 0.5
"""Share of the objective that the oldest message must not reach before new members are at work."""
CALM = 0.3
UNPROVEN_ACT_AT = 0.9
DROWNED_BY, DROWNED_FOR = 2.0, 1 / 12
"""What arrives against what a member can do, and for which share of the objective, before it counts as drowned."""
SPACING = 45.0
"""Seconds between steps up, unless messages would be late."""
PROBE = 0.85


Loads = Sequence[tuple[float, float]]
"""(messages waiting, share of arrivals) of each member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """``replicas`` asked for; no step up before ``not_before``, no step down at this moment unless ``calm``."""

    replicas: int
    sentence: str
    not_before: float = float("-inf")
    calm: bool = True


@dataclass(frozen=True, slots=True)
class _Outlook:
    """``age`` seconds the oldest message would have when new members are at work; ``behind``: somebody is."""

    age: float
    proven_age: float
    behind: bool


def law(*, scene: Scene, speed: Speed, objective: float, memory: Memory) -> tuple[Want, Memory]:
    """What is wanted now. ``objective`` in seconds."""
    shape = scene.shape
    steady, jump = _planned(scene)
    loads = _loads(scene)
    outlook = _outlook(scene=scene, loads=loads, speed=speed, objective=objective, planned=steady)
    ahead = (
        outlook
        if jump <= steady
        else _outlook(scene=scene, loads=loads, speed=speed, objective=objective, planned=jump)
    )
    late = ahead.age > objective
    most = scene.replicas_for(shape.assignable)
    drowned = _drowned(loads=loads, speed=speed, objective=objective, polls=memory.polls)
    acts = drowned or _acts(ahead, scene=scene, speed=speed, objective=objective)
    if scene.replicas > 0 and (not acts or scene.replicas >= most):
        return _step_down(scene=scene, speed=speed, objective=objective, outlook=ahead, jump=jump), memory
    want = _step_up(scene=scene, speed=speed, objective=objective, arriving=max(steady, jump), late=late)
    only_jump = not _acts(outlook, scene=scene, speed=speed, objective=objective)
    if scene.replicas > 0 and only_jump and not late and want.replicas < most and _growing(scene.rates):
        want = replace(want, replicas=scene.replicas, sentence=f"{want.sentence}: the jump is not over yet")
    return want, memory


def _acts(outlook: _Outlook, *, scene: Scene, speed: Speed, objective: float) -> bool:
    """Whether a message would grow too old if one waited another poll."""
    if speed.measured:
        return outlook.age > ACT_AT * objective
    if scene.rates is None:
        return False
    unproven = speed.rate is not None and outlook.age > UNPROVEN_ACT_AT * objective
    return outlook.proven_age > ACT_AT * objective or unproven


def _drowned(*, loads: Loads, speed: Speed, objective: float, polls: Sequence[Poll]) -> bool:
    """A twelfth of the objective long, more than twice as much arrived as the fullest member can do. Replicas will be
    needed whatever comes next, and each second until then is a second of backlog: nothing is gained by waiting."""
    if not speed.measured or len(polls) < 2:
        return False
    rate = arriving(polls, base=back(polls, DROWNED_FOR * objective))
    return any(rate * share > DROWNED_BY * speed.up for _, share in loads)


def _surging(rates: Rates) -> bool:
    """The last interval brought a jump that the 30 s before do not show in full."""
    return rates.newest > 1.1 * rates.fast + 3 * sqrt(rates.fast / rates.interval + 1)


def _growing(rates: Rates | None) -> bool:
    """The jump began within the last interval: its size is known at the next poll, when all of an interval is new."""
    return rates is not None and rates.newest > 1.1 * rates.before + 3 * sqrt(rates.before / rates.interval + 1)


def _planned(scene: Scene) -> tuple[float, float]:
    """Arrivals to plan for: with the trend until new members are at work; and a jump of the last interval, else 0."""
    rates = scene.rates
    if rates is None:
        return 0.0, 0.0
    steady = max(rates.mid, rates.fast + rates.slope * scene.horizon)
    return steady, rates.newest if _surging(rates) else 0.0


def _outlook(*, scene: Scene, loads: Loads, speed: Speed, objective: float, planned: float) -> _Outlook:
    rates = scene.rates
    usual = rates.now if rates else 0.0
    over_all = rates.long if rates else 0.0
    age = proven = 0.0
    behind = False
    for waiting, share in loads:
        more = scene.beyond_rest(waiting, usual * share)
        rate = planned * share
        growth = (rate - speed.up) * scene.horizon if speed.rate is not None else 0.0
        flow = max(rate, over_all * share)
        paused = speed.up * scene.pause
        if flow > 0:
            age = max(age, (more + growth + paused) / flow)
            if more > 3 * rate:
                proven = max(proven, more / flow)
        elif more > 0:
            drained = more / speed.rate if speed.rate else objective
            age, proven = max(age, drained), max(proven, drained)
        behind = behind or more > 0.1 * objective * usual * share
    return _Outlook(age, proven, behind)


def _loads(scene: Scene) -> Loads:
    """(messages waiting, share of arrivals) of each member: of those present, else of as many as run."""
    members = scene.replicas * scene.consumers
    if scene.owned and scene.settled:
        return [(sum(scene.floor[i] for i in own), sum(scene.demand[i] for i in own)) for own in scene.owned]
    if members == 0:
        return [(sum(scene.floor), sum(scene.demand))]
    return [
        (
            scene.fullest(scene.floor, members=members),
            scene.fullest(scene.demand, members=members),
        )
    ]


def _step_up(*, scene: Scene, speed: Speed, objective: float, arriving: float, late: bool) -> Want:
    running = scene.replicas * scene.consumers
    if speed.rate is None:
        useful = scene.shape.useful()
        members = next((count for count in useful if count > running), useful[-1])
        why = "what one member can do is not known yet: one step"
    else:
        missing = 0.0
        if arriving > 0 and scene.rates is not None:
            missing = max(0.0, arriving - speed.rate * min(scene.members, running)) * scene.horizon / arriving
        asked = needs(
            arriving=[arriving * share for share in scene.demand],
            backlog=_backlog(scene),
            missing=missing,
            pause=scene.pause,
            objective=objective,
            member=speed.rate,
        )
        members = smallest(asked, shape=scene.shape, above=running)
        why = f"{_figure(arriving)} messages/s to plan for, {_figure(speed.rate * scene.consumers)} by one replica"
    not_before = float("-inf")
    if scene.last_change is not None and scene.replicas > 0:
        not_before = scene.last_change + (scene.poll if late else min(scene.horizon, SPACING))
    return Want(replicas=scene.replicas_for(members), sentence=why, not_before=not_before, calm=False)


def _step_down(*, scene: Scene, speed: Speed, objective: float, outlook: _Outlook, jump: float) -> Want:
    running = scene.replicas * scene.consumers
    calm = scene.settled and not outlook.behind and (not speed.measured or outlook.age < CALM * objective)
    if scene.last_change is not None:
        calm = calm and scene.now - scene.last_change >= scene.horizon
    rate = max(scene.rates.now, jump) if scene.rates else 0.0
    if speed.down is None:
        lower = [count for count in scene.shape.useful() if count <= PROBE * running]
        probe = scene.replicas_for(lower[-1]) if lower and scene.rates and not outlook.behind else scene.replicas
        what = "fewer may do: to be tried" if probe < scene.replicas else "enough as far as known"
        return Want(replicas=min(scene.replicas, probe), sentence=f"{_figure(rate)} messages/s, {what}", calm=calm)
    asked = needs(
        arriving=[rate * share for share in scene.demand],
        backlog=_backlog(scene),
        missing=0.0,
        pause=scene.pause,
        objective=objective,
        member=speed.down,
    )
    replicas = scene.replicas_for(smallest(asked, shape=scene.shape))
    sentence = f"{_figure(rate)} messages/s, {_figure(speed.down * scene.consumers)} by one replica"
    if scene.rates is None:
        return Want(replicas=scene.replicas, sentence="the first look: no rates yet", calm=False)
    return Want(replicas=max(1, min(scene.replicas, replicas)), sentence=sentence, calm=calm)


def _backlog(scene: Scene) -> list[float]:
    """Messages by partition beyond what the commit rhythm explains: at the partition's own rate of the last minutes,
    so that more on one partition never makes less of what waits on another."""
    rest = scene.residue * scene.rates.long if scene.rates else 0.0
    return [max(0.0, floor - rest * share) for floor, share in zip(scene.floor, scene.demand, strict=True)]


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
