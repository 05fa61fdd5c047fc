"""What a group at rest has not committed yet, so that rest is not taken for backlog nor demand for capacity.

Consumers commit now and then, and a look comes at any moment in between, so there is always some lag. Slow commits
make a saw-tooth of which only the bottom is backlog.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from sluicegate.model.memory import UNKNOWN, Memory, Poll, evolve

DEFAULT_REST = 2.5
"""Seconds of arrivals, until it has been seen."""
MOST_REST = 30.0
LOW = 5
"""The rest is the value below which one in five lies: what is above it comes from single slow polls."""
KEPT, AT_ONCE, EVERY = 60, 16, 4
"""Values kept; the first so many come from every poll, later ones from every fourth: an hour at a 15 s poll."""
FEWEST = 8
MOST_LOOKS = 4


def looks(*, gap: float | None, poll: float) -> int:
    """How many polls make one commit period; 1 where commits come at least as often as looks."""
    if gap is None or gap <= 1.5 * poll:
        return 1
    return min(MOST_LOOKS, -int(-(gap / poll - 0.1) // 1))


def floor(polls: Sequence[Poll], *, counted: Sequence[int], looks: int, stuck: Sequence[int]) -> tuple[float, ...]:
    """Lag of each partition at the bottom of its saw-tooth: the lowest of so many looks, ``counted`` being the newest;
    0 for stuck ones."""
    lowest = [float(lag) for lag in counted]
    for poll in polls[-looks:-1] if looks > 1 else ():
        lowest = [
            have if was == UNKNOWN or was > have else float(was) for have, was in zip(lowest, poll.lag, strict=True)
        ]
    for index in stuck:
        lowest[index] = 0.0
    return tuple(lowest)


def floor_at(polls: Sequence[Poll], poll: Poll, *, looks: int, stuck: Sequence[int]) -> tuple[float, ...]:
    """The same as it was at an earlier ``poll``; what was not known then counts as 0."""
    if looks == 1 and not stuck:
        return tuple([float(lag) if lag > 0 else 0.0 for lag in poll.lag])
    until = next(index for index in range(len(polls) - 1, -1, -1) if polls[index] is poll)
    return floor(polls[: until + 1], counted=[max(0, lag) for lag in poll.lag], looks=looks, stuck=stuck)


def learn(*, waiting: float, rate: float, memory: Memory) -> Memory:
    """Memory with one more look at a group at rest: ``waiting`` messages in all at ``rate`` messages a second."""
    if len(memory.rests) > AT_ONCE and memory.polls_seen % EVERY:
        return memory
    value = min(waiting / rate, MOST_REST) if rate > 0 else (0.0 if waiting == 0 else MOST_REST)
    rests = array("f", (*memory.rests, value)[-KEPT:])
    rest = sorted(rests)[len(rests) // LOW] if len(rests) >= FEWEST else memory.rest
    return evolve(memory, rests=rests, rest=rest)
