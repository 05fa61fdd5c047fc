"""Silence that looks like an outage upstream: what came on all partitions stops at once. What comes after an outage is
more than before it, so replicas wait for `scaleDown.outageHold` before they go; not for ever, and not when the same
was seen three times in a day: then it is how this traffic comes.
"""

from __future__ import annotations

from sluicegate.decide.rates import Rates
from sluicegate.model.memory import Memory, evolve

FEWEST = 20.0
"""Messages that half a minute should have brought for their absence to say something."""
SILENT, BACK = 0.02, 0.1
"""Shares of what came before: below the one is silence, above the other it is over."""
USUAL = 3
KEPT, MOST = 86_400.0, 8


def watch(*, rates: Rates, memory: Memory, now: float) -> Memory:
    """Memory with whether arrivals have stopped."""
    if memory.silent_since is not None:
        if rates.fast <= BACK * memory.silent_rate:
            return memory
        return evolve(memory, silent_since=None, silent_rate=0.0)
    if rates.newest > 0 or rates.long * 30.0 < FEWEST or rates.fast > SILENT * rates.long:
        return memory
    falls = tuple([at for at in memory.falls if now - at < KEPT])
    return evolve(memory, silent_since=now, silent_rate=rates.long, falls=(*falls, now)[-MOST:])


def held_for(memory: Memory, *, hold: float, now: float) -> float:
    """Seconds for which replicas wait for the end of an outage; 0: they do not."""
    if memory.silent_since is None or len(memory.falls) > USUAL:
        return 0.0
    return max(0.0, memory.silent_since + hold - now)
