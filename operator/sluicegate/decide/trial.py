"""Whether more replicas helped: a step up after which hardly more is handled shows that something behind the consumers
is at its end, and more of them would only press on it harder.

Then as many run as would have handled the same, and after a while one useful number more is tried, and the next once
that has helped: the knee is found from below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sluicegate.decide.rates import MINUTE, back, handled
from sluicegate.decide.scene import RESTING, Scene
from sluicegate.model.downstream import Share
from sluicegate.model.memory import Ceiling, Memory, Trial, evolve

LASTS = 900.0
"""Seconds in which a step up must have come to rest to be judged."""
HELPED = 0.25
"""Share of what the new replicas should add that they must."""
NOTHING = 1.02
WAITING = 20.0
"""Seconds of arrivals that must wait: who has little to do cannot show what it can."""
ROOM = 0.98
"""A partition that brings more than this share of what one member can do is the bottleneck itself."""
BINDS = (300.0, 600.0, 1200.0, 1800.0)
"""Seconds until it is tried again, after the first time, the second, and so on."""
OTHER = 0.25
"""Arrivals that differ by this share are another situation."""
ROOM_MOVES = 0.1
"""Room of a dependency that differs by this share is another room."""


def judge(*, scene: Scene, backlog: float, memory: Memory) -> Memory:
    """Memory after a look at the step on trial, and without a ceiling that no longer holds."""
    rates = scene.rates
    if rates is None:
        return memory
    ceiling, trial = memory.ceiling, memory.trial
    if ceiling is not None and abs(rates.mid - ceiling.rate) > OTHER * ceiling.rate:
        ceiling = None
    if trial is not None and scene.now - trial.at > LASTS:
        trial = None
    if trial is None or not scene.stable or scene.ready != trial.after or scene.stable_for < RESTING:
        changed = ceiling is not memory.ceiling or trial is not memory.trial
        return evolve(memory, ceiling=ceiling, trial=trial) if changed else memory
    base = back(memory.polls, MINUTE)
    out = handled(base, memory.polls[-1])
    due = (trial.after - trial.before) * trial.out / trial.before if trial.before else 0.0
    bound = max(scene.share) * rates.now > ROOM * trial.rate / scene.consumers
    if backlog <= WAITING * rates.now or due <= 0 or bound:
        return evolve(memory, ceiling=ceiling, trial=None)
    if out - trial.out >= HELPED * due:
        if ceiling is not None:
            ceiling = replace(ceiling, replicas=max(ceiling.replicas, trial.after), until=scene.now)
        return evolve(memory, ceiling=ceiling, trial=None)
    tries = 1 + (ceiling.tries if ceiling else 0)
    found = Ceiling(
        replicas=_as_good(scene, trial, out=out),
        until=scene.now + BINDS[min(tries, len(BINDS)) - 1],
        rate=rates.mid,
        tries=tries,
    )
    return evolve(memory, ceiling=found, trial=None, samples=())


def _as_good(scene: Scene, trial: Trial, *, out: float) -> int:
    """The smallest useful number that would have handled as much at the speed of before."""
    enough = out / NOTHING * trial.before / trial.out
    counts = [count for count in scene.counts() if trial.before <= count <= trial.after and count >= enough]
    return counts[0] if counts else trial.before if enough <= trial.before else trial.after


def limit(*, scene: Scene, memory: Memory) -> tuple[int, str] | None:
    """(the most that is worth asking for now, why); None: there is no such limit."""
    ceiling = memory.ceiling
    if ceiling is None:
        return None
    if scene.now < ceiling.until:
        wait = ceiling.until - scene.now
        return ceiling.replicas, f"more than {ceiling.replicas} handled no more: tried again in {wait:.0f} s"
    most = next(iter(scene.counts_above(ceiling.replicas)), ceiling.replicas)
    return most, f"more than {ceiling.replicas} handled no more some time ago: {most} are tried first"


def regained(*, shares: Sequence[Share], memory: Memory) -> Memory:
    """Memory without the ceiling, where a dependency has room for a tenth more than when that last changed: what did
    not help then may help now."""
    known = dict(memory.rooms)
    found = {one.name: one.room for one in shares if one.room is not None}
    kept = {name: known[name] if _near(room, known.get(name)) else room for name, room in found.items()}
    rooms = tuple(sorted(kept.items()))
    if rooms == memory.rooms:
        return memory
    gained = any(room > known[name] for name, room in rooms if name in known)
    return evolve(memory, rooms=rooms, ceiling=None if gained else memory.ceiling)


def _near(room: int, known: int | None) -> bool:
    return known is not None and abs(room - known) <= ROOM_MOVES * known
