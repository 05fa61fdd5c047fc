"""The jump that came without warning: a rise that made messages late is held in reserve for a day, so that the next
one like it does not, or until yesterday has been seen to foretell it.

One that comes at regular times is expected then, not all day: after three comings at even distances nothing is held
in reserve until the next is near.
"""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.decide import highs, yesterday
from sluicegate.decide.rates import Rates
from sluicegate.model.memory import Jump, Memory, evolve

LATE = 0.95
"""Share of the objective at which what waits makes messages late."""
SHARP = 0.5
"""A jump is a rise by more than this share of what arrives."""
AGAIN = 0.7
"""A rise of this share of a jump is the same one coming again."""
KEPT, PASSING = 86_400.0, 43_200.0
ONE_RISE = 600.0
ONE_COMING, BEFORE_RISE = 900.0, 6
"""Seconds between two comings at least; minutes in which arrivals were low before one."""
COMINGS = 3
EVEN = 0.1
"""Share of the distance by which comings may be uneven."""
EARLY, LATER = 30.0, 60.0
AROUND = 300.0


@dataclass(frozen=True, slots=True)
class Due:
    """A regular jump is expected between two moments (unix seconds)."""

    begin: float
    end: float


def watch(*, rates: Rates, backlog: float, objective: float, memory: Memory, now: float) -> Memory:
    """Memory with what this look says of jumps. ``backlog`` messages beyond the rest; ``memory.recent`` is that of one
    horizon."""
    jump = memory.jump
    if backlog > LATE * objective * rates.now:
        rise = rates.now - highs.lowest(memory, minutes=highs.LOW_KEPT, now=now)
        if rise > SHARP * rates.now and (jump is None or rise >= jump.rise or now - jump.at > PASSING):
            jump = Jump(at=now, rise=rise)
        elif jump is not None and rise > SHARP * jump.rise:
            jump = Jump(at=now, rise=jump.rise)
    if jump is not None and now - jump.at > KEPT:
        jump = None
    foreseen = memory.foreseen
    if (
        jump is not None
        and rates.fast - min((rate for _, rate in memory.recent), default=rates.fast) >= AGAIN * jump.rise
    ):
        if foreseen is None or now - foreseen[0] > ONE_RISE:
            said = yesterday.expected(memory, now=now, since=-AROUND, until=AROUND)
            foreseen = (now, said >= AGAIN * rates.fast)
        jump = Jump(at=now, rise=jump.rise)
    comings = _comings(rates=rates, jump=jump, memory=memory, now=now)
    if (jump, foreseen, comings) == (memory.jump, memory.foreseen, memory.comings):
        return memory
    return evolve(memory, jump=jump, foreseen=foreseen, comings=comings)


def _comings(*, rates: Rates, jump: Jump | None, memory: Memory, now: float) -> tuple[float, ...]:
    comings = memory.comings
    if jump is None:
        return ()
    risen = rates.fast - highs.lowest(memory, minutes=BEFORE_RISE, now=now)
    if risen >= AGAIN * jump.rise and (not comings or now - comings[-1] > ONE_COMING):
        return (*comings, now)[-COMINGS:]
    return comings


def due(memory: Memory, *, now: float, poll: float) -> Due | None:
    """When the next is expected; None when they do not come regularly, or the last one expected did not come."""
    if memory.jump is None or len(memory.comings) < COMINGS:
        return None
    first, second, last = memory.comings
    early, late = second - first, last - second
    spread = 2 * poll + 2 * abs(early - late)
    at = last + (early + late) / 2
    if spread > EVEN * late or now > at + spread + LATER:
        return None
    return Due(at - spread - EARLY, at + spread + LATER)


def level(memory: Memory, *, now: float, poll: float, horizon: float) -> float:
    """Arrivals (messages a second) with the regular jump that is near; 0 while none is."""
    expected = due(memory, now=now, poll=poll)
    if memory.jump is None or expected is None or now + horizon + 2 * poll < expected.begin:
        return 0.0
    return highs.lowest(memory, minutes=BEFORE_RISE, now=now) + memory.jump.rise


def reserve(memory: Memory, *, ahead: float, now: float, poll: float) -> float:
    """The rise to be ready for at any moment (messages a second); ``ahead`` what yesterday lets expect, 0 when it is no
    guide."""
    if due(memory, now=now, poll=poll) is not None:
        return 0.0
    foretold = ahead > 0 and memory.foreseen is not None and memory.foreseen[1]
    return 0.0 if memory.jump is None or foretold else memory.jump.rise
