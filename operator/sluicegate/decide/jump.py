"""The jump that came without warning: a rise that made messages late is held in reserve for a day, so that the next
one like it does not, or until yesterday has been seen to foretell it.
"""

from __future__ import annotations

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
AROUND = 300.0


def watch(*, rates: Rates, backlog: float, objective: float, memory: Memory, now: float) -> Memory:
    """Memory with what this look says of jumps. ``backlog`` messages beyond the rest; ``memory.recent`` is that of one
    horizon."""
    jump = memory.jump
    if backlog > LATE * objective * rates.now:
        rise = rates.now - highs.lowest(memory)
        if rise > SHARP * rates.now and (jump is None or rise >= jump.rise or now - jump.at > PASSING):
            jump = Jump(at=now, rise=rise)
        elif jump is not None and rise > SHARP * jump.rise:
            jump = Jump(at=now, rise=jump.rise)
    if jump is not None and now - jump.at > KEPT:
        jump = None
    foreseen = memory.foreseen
    if jump is not None and rates.fast - min(rate for _, rate in memory.recent) >= AGAIN * jump.rise:
        if foreseen is None or now - foreseen[0] > ONE_RISE:
            said = yesterday.expected(memory, now=now, since=-AROUND, until=AROUND)
            foreseen = (now, said >= AGAIN * rates.fast)
        jump = Jump(at=now, rise=jump.rise)
    if jump == memory.jump and foreseen == memory.foreseen:
        return memory
    return evolve(memory, jump=jump, foreseen=foreseen)


def reserve(memory: Memory, *, ahead: float) -> float:
    """The rise to be ready for (messages a second); ``ahead`` what yesterday lets expect, 0 when it is no guide."""
    foretold = ahead > 0 and memory.foreseen is not None and memory.foreseen[1]
    return 0.0 if memory.jump is None or foretold else memory.jump.rise
