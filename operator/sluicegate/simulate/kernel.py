"""The innermost loop: seconds in which nothing but arriving, handling and committing happens.

Compiled by numba where that is installed (extra `simulate`), else the same code interpreted. All compiled functions
stand in this one file: numba's cache of a function does not notice changes to others that it calls from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt

try:
    import numba
except ImportError:  # the extra `simulate` is not installed
    numba = None  # type: ignore[assignment]

COMPILED = numba is not None
EPSILON = 1e-9
"""Messages that are none: handling is counted in fractions."""

Function = TypeVar("Function", bound=Callable[..., Any])
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def compiled(function: Function) -> Function:
    """``function`` as machine code, kept beside this file or in the user's cache; as it is without numba."""
    if numba is None:
        return function
    try:
        return cast(Function, numba.njit(cache=True)(function))
    except RuntimeError:  # no folder to keep it in
        return cast(Function, numba.njit(function))


class Queues(NamedTuple):
    """What lies in the partitions. ``arrivals`` by second and partition, the others by partition, in messages.

    First in, first out: ``head`` is the second in which the oldest waiting messages came (-1: none yet), ``left`` how
    many of that second still wait. ``delays`` messages by seconds of delay; ``late`` those later than the objective.
    """

    arrivals: npt.NDArray[np.int32]
    ended: Integers
    waiting: Floats
    handled: Floats
    committed: Floats
    head: Integers
    left: Floats
    delays: Floats
    late: Floats


def empty(arrivals: npt.NDArray[np.int32]) -> Queues:
    """Partitions in which nothing lies yet and ``arrivals`` (by second, then partition) are going to come."""
    seconds, count = arrivals.shape
    return Queues(
        arrivals=arrivals,
        ended=np.zeros(count, np.int64),
        waiting=np.zeros(count),
        handled=np.zeros(count),
        committed=np.zeros(count),
        head=np.full(count, -1, np.int64),
        left=np.zeros(count),
        delays=np.zeros(seconds + 1),
        late=np.zeros(count),
    )


class Crew(NamedTuple):
    """Who handles what. Member i has the partitions ``order[first[i]:first[i + 1]]``, handles ``rate[i]`` messages a
    second and commits when (second + ``phase[i]``) is a multiple of the period. A partition is not worked on before
    the second ``resumes``, nor while it is ``stuck``."""

    order: Integers
    first: Integers
    rate: Floats
    phase: Integers
    resumes: Floats
    stuck: npt.NDArray[np.bool_]


@compiled
def handle(queues: Queues, partition: int, amount: float, second: int, objective: float) -> None:
    """Take ``amount`` messages from the front of a partition and note how old they are."""
    queues.handled[partition] += amount
    queues.waiting[partition] -= amount
    head, left = queues.head[partition], queues.left[partition]
    while amount > EPSILON:
        while left <= EPSILON and head < second:
            head += 1
            left = float(queues.arrivals[head, partition])
        if left <= EPSILON:
            break
        taken = min(amount, left)
        queues.delays[second - head] += taken
        if second - head > objective:
            queues.late[partition] += taken
        left -= taken
        amount -= taken
    if queues.waiting[partition] <= EPSILON:  # nothing of the rounding is carried on
        queues.waiting[partition] = 0.0
        queues.handled[partition] = float(queues.ended[partition])
        head, left = second, 0.0
    queues.head[partition], queues.left[partition] = head, left


@compiled
def work(queues: Queues, crew: Crew, member: int, budget: float, second: int, objective: float) -> None:
    """One second of one member: its partitions get equal parts, and what one does not need goes to the others."""
    first, last = crew.first[member], crew.first[member + 1]
    while budget > EPSILON:
        busy = 0
        for index in range(first, last):
            partition = crew.order[index]
            if crew.resumes[partition] <= second and not crew.stuck[partition] and queues.waiting[partition] > EPSILON:
                busy += 1
        if busy == 0:
            return
        part = budget / busy
        for index in range(first, last):
            partition = crew.order[index]
            if crew.resumes[partition] <= second and not crew.stuck[partition] and queues.waiting[partition] > EPSILON:
                amount = min(part, queues.waiting[partition])
                budget -= amount
                handle(queues, partition, amount, second, objective)


@compiled
def advance(
    start: int,
    stop: int,
    queues: Queues,
    crew: Crew,
    factor: Floats,
    ceiling: float,
    commit: int,
    reachable: bool,
    objective: float,
) -> None:
    """The seconds from ``start`` to before ``stop``. ``factor`` of the members' rates by second, ``ceiling`` messages a
    second of all together, ``commit`` seconds between commits; not ``reachable``: the broker is down."""
    members = len(crew.rate)
    offered = 0.0
    for member in range(members):
        offered += crew.rate[member]
    for second in range(start, stop):
        for partition in range(len(queues.ended)):
            came = queues.arrivals[second, partition]
            if came > 0:
                queues.ended[partition] += came
                queues.waiting[partition] += came
        if not reachable:
            continue
        scale = factor[second]
        if offered * scale > ceiling:
            scale = ceiling / offered
        for member in range(members):
            work(queues, crew, member, crew.rate[member] * scale, second, objective)
            if (second + crew.phase[member]) % commit == 0:
                for index in range(crew.first[member], crew.first[member + 1]):
                    partition = crew.order[index]
                    queues.committed[partition] = queues.handled[partition]


@compiled
def oldest(queues: Queues, second: int) -> int:
    """Age in seconds of the oldest message that waits at the end of ``second``; 0 when none does."""
    age = 0
    for partition in range(len(queues.ended)):
        if queues.waiting[partition] <= EPSILON:
            continue
        head, left = queues.head[partition], queues.left[partition]
        while left <= EPSILON and head < second:
            head += 1
            left = float(queues.arrivals[head, partition])
        age = max(age, second - head)
    return age
