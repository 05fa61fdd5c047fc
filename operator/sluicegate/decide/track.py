"""Follows the partitions from sweep to sweep: offsets over the last minutes, owners, progress, commit rhythm.

The one place where the history in memory is written. What it keeps is bounded: 40 polls, 300 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from operator import lt
from statistics import median
from typing import TypeVar

from sluicegate.decide.lag import Reading
from sluicegate.model.kafka import Group
from sluicegate.model.memory import UNKNOWN, Memory, Poll, evolve, packed

SPAN = 300.0
MOST_POLLS = 40
STEPS = ((30.0, 1.9), (65.0, 4.9), (125.0, 14.9), (SPAN, 59.0))
"""(age, seconds): polls up to this age are kept so far apart at least."""
RHYTHM_SPAN = 120.0
STILL_POLLS, STILL_PERIODS = 4, 2.5
"""What has not moved for so many polls and commit periods stands still for its next member, too, until it moves: else
one poisoned partition would be taken for demand after every rebalance."""
LEAST_SEED = 5.0
"""Seconds of arrivals that say something of a rate."""
RHYTHM_EVERY = 8
V = TypeVar("V")


def track(*, reading: Reading, group: Group | None, observed_at: float, settled: bool, memory: Memory) -> Memory:
    """Memory with this sweep in it. ``settled``: no pod and no member is on its way."""
    if reading.names != memory.names and reading.names:
        memory = _realign(memory, names=reading.names, at=observed_at)
    if not reading.names:
        return evolve(memory, unstable_at=memory.unstable_at if settled else observed_at)
    owner = memory.owner if group is None or _handing_over(group) else _owners(reading, group)
    moved_owner = owner != memory.owner and any(memory.owner)
    before = memory.polls[-1] if memory.polls else None
    fresh = before is None or observed_at > before.at
    moving = not settled or moved_owner
    newest = _poll(reading, at=observed_at)
    if before is None or moving or owner != memory.owner:
        moved_at = _restarts(reading, newest=newest, owner=owner, moving=moving, memory=memory)
    else:
        steps = zip(owner, reading.lags, newest.committed, before.committed, memory.moved_at, strict=True)
        moved_at = tuple([observed_at if who and (lag == 0 or now != was) else at for who, lag, now, was, at in steps])
    polls = memory.polls
    if fresh and not reading.blind:
        polls = polls or _seed(reading, at=observed_at)
        polls = thin((*_continued(polls, ends=newest.end), newest))
    seen = memory.polls_seen + fresh
    gap = memory.gap
    if fresh and seen % RHYTHM_EVERY == 0 and not moving:
        gap = _rhythm(polls) or gap
    return evolve(
        memory,
        polls=polls,
        held=_held(reading.lags, before=memory.held),
        owner=owner,
        moved_at=moved_at,
        unstable_at=observed_at if moving else memory.unstable_at,
        rebalanced_at=observed_at if moved_owner or _rebalancing(group) else memory.rebalanced_at,
        gap=gap,
        polls_seen=seen,
    )


def _held(lags: tuple[int | None, ...], *, before: Sequence[int | None]) -> tuple[int | None, ...]:
    if None not in lags:
        return lags
    return tuple([old if lag is None else lag for lag, old in zip(lags, before, strict=True)])


def _restarts(
    reading: Reading, *, newest: Poll, owner: Sequence[str], moving: bool, memory: Memory
) -> tuple[float, ...]:
    """When each partition last moved, where members are on their way or partitions changed hands."""
    before = memory.polls[-1] if memory.polls else None
    moved_at = list(memory.moved_at)
    poisoned = max(STILL_POLLS * (newest.at - before.at), STILL_PERIODS * (memory.gap or 0.0)) if before else SPAN
    for index, lag in enumerate(reading.lags):
        committed = before is not None and newest.committed[index] != before.committed[index]
        restarted = owner[index] != memory.owner[index] or (moving and owner[index] != "")
        if restarted and memory.owner[index] and newest.at - moved_at[index] >= poisoned:
            restarted = False
        if restarted or (owner[index] and (lag == 0 or committed)):
            moved_at[index] = newest.at
    return tuple(moved_at)


def thin(polls: tuple[Poll, ...]) -> tuple[Poll, ...]:
    """Drop what is too close to its older neighbour, and all but one of what is older than the span."""
    now = polls[-1].at
    kept: list[Poll] = []
    for poll in polls[:-1]:
        age = now - poll.at
        if age >= SPAN:
            kept = [poll]
        elif not kept or poll.at - kept[-1].at >= _apart(age):
            kept.append(poll)
    kept.append(polls[-1])
    return tuple(kept[-MOST_POLLS:])


def _apart(age: float) -> float:
    """Seconds between two polls that are kept, so long ago."""
    for upto, step in STEPS:
        if age <= upto:
            return step
    return SPAN


def _handing_over(group: Group) -> bool:
    """While a classic group rebalances nobody shows any partition: those of before are the best that is known."""
    return group.state in ("PreparingRebalance", "CompletingRebalance")


def _rebalancing(group: Group | None) -> bool:
    return group is not None and group.state not in ("Stable", "Empty", "Dead")


def _poll(reading: Reading, *, at: float) -> Poll:
    ends = reading.ends
    total = None if None in ends else sum(ends)  # type: ignore[arg-type]
    return Poll(at=at, end=packed(ends), committed=packed(reading.committed), lag=packed(reading.lags), total=total)


def _seed(reading: Reading, *, at: float) -> tuple[Poll, ...]:
    """History for the first look: where partitions ended some minutes ago. Nobody knows what was committed then."""
    known = [one for one in reading.earlier if one is not None]
    if not known or len(known) < len(reading.ends):
        return ()
    since = min(when for _, when in known)
    if at - since < LEAST_SEED:
        return ()
    nothing = packed([None] * len(known))
    ends = packed([offset for offset, _ in known])
    return (Poll(at=since, end=ends, committed=nothing, lag=nothing, total=sum(ends)),)


def _continued(polls: tuple[Poll, ...], *, ends: Sequence[int]) -> tuple[Poll, ...]:
    """Sums over all partitions tell nothing of arrivals across an end that fell back."""
    if not polls or not any(map(lt, ends, polls[-1].end)):
        return polls
    fell = any(UNKNOWN < now < was for now, was in zip(ends, polls[-1].end, strict=True))
    return tuple([replace(poll, total=None) for poll in polls]) if fell else polls


def _realign(memory: Memory, *, names: tuple[str, ...], at: float) -> Memory:
    """Partitions came or went: bring every sequence into the new order, unknown where there was none."""
    place = {name: index for index, name in enumerate(memory.names)}
    order = [place.get(name) for name in names]

    def moved(values: Sequence[V], *, absent: V) -> tuple[V, ...]:
        return tuple([absent if index is None else values[index] for index in order])

    return evolve(
        memory,
        names=names,
        polls=tuple(
            Poll(
                at=poll.at,
                end=packed(moved(poll.end, absent=UNKNOWN)),
                committed=packed(moved(poll.committed, absent=UNKNOWN)),
                lag=packed(moved(poll.lag, absent=UNKNOWN)),
            )
            for poll in memory.polls
        ),
        held=moved(memory.held, absent=None),
        owner=moved(memory.owner, absent=""),
        moved_at=moved(memory.moved_at, absent=at),
        anchors=tuple(anchor for anchor in memory.anchors if anchor[0] in names),
    )


def _owners(reading: Reading, group: Group) -> tuple[str, ...]:
    owners = {f"{tp.topic}-{tp.partition}": member.id for member in group.members for tp in member.partitions}
    return tuple([owners.get(name, "") for name in reading.names])


def _rhythm(polls: Sequence[Poll]) -> float | None:
    """Median over partitions of the time between two moves of the committed offset in the last minutes.

    None without three moves of any. A partition that moves between all polls commits at least as often as we look.
    """
    recent = [poll for poll in polls if polls[-1].at - poll.at <= RHYTHM_SPAN]
    if len(recent) < 3:
        return None
    span = recent[-1].at - recent[0].at
    moves = [0] * len(recent[0].committed)
    for older, newer in pairwise(recent):
        if older.committed != newer.committed:
            for index, (was, is_) in enumerate(zip(older.committed, newer.committed, strict=True)):
                if was != is_:
                    moves[index] += 1
    busy = [span / count for count in moves if count >= 2]
    return median(busy) if busy else None
