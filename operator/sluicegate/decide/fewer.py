"""How many fewer, and when: a change is worth some minutes of the average fleet, and a step down is taken once waiting
has cost that much. With 10 minutes of `scaleDown.stabilization` and a fleet of 12 on the average, a step that saves 12
replicas waits 7 minutes, one that saves 6 14, and one that saves 24 3½.

Hours and changes are both absolute, so the price of a change must be, too: weighed against what runs now, most changes
would be spent on the last few replicas.
"""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.decide import highs, jump, outage, yesterday
from sluicegate.decide.capacity import Speed
from sluicegate.decide.outlook import Outlook
from sluicegate.decide.scene import Scene
from sluicegate.decide.want import Way, figure
from sluicegate.model.evolve import quick
from sluicegate.model.memory import Fleet, Memory, evolve

UTILISATION = 0.9
CALM = 0.3
"""Share of the objective that the oldest message may reach for a step down to be thought of."""
PRICE = 0.7
"""A change is worth the average fleet for this share of the stabilisation time."""
SHORTEST, LONGEST = 0.35, 4.0
"""Times the stabilisation time."""
FLEET_OVER, FLEET_EVERY = 86_400.0, 60.0
"""Seconds over which the fleet is averaged, and between two looks at it."""
PROBE = 0.85
"""A probe goes to the first number at most this share of what runs, and no further."""
SEEN = 0.9
"""Share of its window that must have been seen."""
PAUSE = 0.5
"""Share of the objective that the pause of a step down may cost."""
UNDONE_IN_TIME = 0.95
"""Share of the objective: the worst case if members are no faster than proven."""
RESERVE = 0.9
"""Share of the objective: the worst case if the remembered jump comes again."""
AHEAD = 1200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How `scaleDown` says steps down are taken: ``stabilization`` and ``outage_hold`` in seconds."""

    stabilization: float
    outage_hold: float


def step_down(
    *, scene: Scene, speed: Speed, outlook: Outlook, objective: float, pace: Pace, memory: Memory
) -> tuple[int, Way]:
    """(what would be enough now, how far down one may go now)."""
    blocked = _blocked(scene=scene, speed=speed, outlook=outlook, objective=objective)
    if blocked:
        return scene.replicas, Way(least=scene.replicas, why=blocked)
    ahead = yesterday.expected(memory, now=scene.now, since=0.0, until=AHEAD)
    look = _Look(
        scene=scene,
        speed=speed,
        objective=objective,
        pace=pace,
        memory=memory,
        rate=max(outlook.arriving, ahead),
        ahead=ahead,
        reserve=jump.reserve(memory, ahead=ahead, now=scene.now, poll=scene.poll),
        level=jump.level(memory, now=scene.now, poll=scene.poll, horizon=scene.horizon),
    )
    silence = outage.held_for(memory, hold=pace.outage_hold, now=scene.now)
    enough = least = scene.replicas
    why = "no fewer would be enough"
    for count in reversed(scene.counts()):
        if count >= scene.replicas or (speed.down is None and count > PROBE * scene.replicas):
            continue
        share = scene.fullest(scene.share, replicas=count)
        short = look.too_few(count, share)
        if short:
            why = why if enough < scene.replicas else short
            break
        enough = count
        waits = look.waits(count, share)
        if not waits:
            least = count
        elif least == scene.replicas:
            why = waits
        if speed.down is None:
            break
    if speed.down is None:
        enough = least
    if silence > 0 and least < scene.replicas:
        said = f"arrivals stopped on all partitions at once: scaleDown.outageHold for another {silence:.0f} s"
        return enough, Way(least=scene.replicas, why=said)
    return enough, Way(least=least, why=why)


def watch_fleet(*, scene: Scene, memory: Memory) -> Memory:
    """Memory with the replicas that run now in their average over the last day."""
    fleet = memory.fleet
    if fleet is None:
        return evolve(memory, fleet=Fleet(at=scene.now, seconds=0.0, mean=float(scene.replicas)))
    passed = scene.now - fleet.at
    if passed < FLEET_EVERY:
        return memory
    seconds = min(FLEET_OVER, fleet.seconds + passed)
    mean = fleet.mean + (scene.replicas - fleet.mean) * min(1.0, passed / seconds)
    return evolve(memory, fleet=Fleet(at=scene.now, seconds=seconds, mean=mean))


def _blocked(*, scene: Scene, speed: Speed, outlook: Outlook, objective: float) -> str:
    if not scene.stable:
        return "not while replicas are on their way"
    if scene.since_change < scene.horizon:
        return f"the last change is {scene.since_change:.0f} s old, its effect is awaited for {scene.horizon:.0f} s"
    if outlook.behind:
        return "not while messages wait"
    if speed.measured and outlook.age >= CALM * objective:
        return f"the oldest message could become {outlook.age:.0f} s old with what runs"
    return ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    scene: Scene
    speed: Speed
    objective: float
    pace: Pace
    memory: Memory
    rate: float
    ahead: float
    reserve: float
    level: float

    def too_few(self, count: int, share: float) -> str:
        """Why ``count`` would not do now, whose fullest member gets ``share`` of arrivals; empty when it would."""
        down = self.speed.down
        if down is not None and self.rate * share > UTILISATION * down:
            return f"{figure(self.rate)} messages/s are too many for {count}"
        member, horizon = self.speed.rate or 0.0, self.scene.horizon
        if self.level * share > member > 0:
            return f"{figure(self.level)} messages/s are due, as regularly before: too many for {count}"
        if self.reserve > 0 and share > 0:
            jumped = horizon - member / share * (horizon - self.scene.pause) / (self.rate_now + self.reserve)
            if jumped > RESERVE * self.objective:
                said = f"{figure(self.reserve)} messages/s more at once made messages late less than a day ago"
                return f"{said}: {count} could not meet them in time"
        return ""

    @property
    def rate_now(self) -> float:
        return max(1e-9, self.scene.rates.mid if self.scene.rates else 0.0)

    def waits(self, count: int, share: float) -> str:
        """What ``count`` waits for; empty when it may be taken now."""
        running, now = self.scene.replicas, self.scene.now
        fleet = self.memory.fleet.mean if self.memory.fleet else float(running)
        times = min(LONGEST, max(SHORTEST, PRICE * fleet / (running - count)))
        window = times * self.pace.stabilization
        step = f"from {running} to {count}"
        if self.scene.since_change < window:
            return f"{step} {window:.0f} s after the last change, in {window - self.scene.since_change:.0f} s"
        seen = 0.0 if self.memory.started is None else now - self.memory.started
        if seen < SEEN * window:
            return f"{step} when {SEEN * window:.0f} s have been seen, in {SEEN * window - seen:.0f} s"
        high = max(self.ahead, highs.highest(self.memory, window=window, now=now)) * share
        down = self.speed.down
        if down is not None and high > UTILISATION * down:
            return f"{step} when the highest rate of {window:.0f} s is low enough"
        if down is not None and 1.5 * self.scene.parting * high > PAUSE * self.objective * down:
            return f"{step} would cost too much of the objective in its rebalance"
        short = max(0.0, 1 - self.speed.up / high) if high > 0 else 0.0
        if self.scene.horizon * short + self.scene.parting > UNDONE_IN_TIME * self.objective:
            return f"{step} could not be undone in time if members are no faster than proven"
        return ""
