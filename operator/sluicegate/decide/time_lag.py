"""Age of the oldest message not handled yet, without an extra request.

The history of a partition's end offset says when each offset was written; read backwards at the committed offset it
says when the message there came. Where commits stand behind everything remembered, an anchor (an offset whose time
was found earlier) takes the place of history; without one the rate is extrapolated.
"""

from __future__ import annotations

from collections.abc import Sequence

from sluicegate.decide.lag import Reading
from sluicegate.model.known import Known, Maybe, Unknown
from sluicegate.model.memory import UNKNOWN, Memory, Poll, evolve

LONGEST = 30 * 86_400.0
"""An age is not guessed beyond this."""


def time_lag(*, reading: Reading, memory: Memory, now: float) -> tuple[Maybe[float], Memory]:
    """Seconds, and the memory with new anchors. Unknown whenever the lag is."""
    total = reading.total
    anchors = {name: (offset, at) for name, offset, at in memory.anchors}
    kept: list[tuple[str, int, float]] = []
    oldest = now
    polls = memory.polls
    last, newest = polls[-2:] if len(polls) > 1 else (None, None)
    for index, lag in enumerate(reading.lags):
        position = reading.positions[index]
        if not lag or position is None:
            continue
        if (
            last is not None
            and newest is not None
            and UNKNOWN < (was := last.end[index]) <= position < (end := newest.end[index])
        ):
            came = last.at + (newest.at - last.at) * (position - was) / (end - was)
        else:
            came = _came(polls, index=index, offset=position, lag=lag, anchor=anchors.get(reading.names[index]))
        if came < polls[0].at:
            kept.append((reading.names[index], position, came))
        oldest = min(oldest, came)
    if tuple(kept) != memory.anchors:
        memory = evolve(memory, anchors=tuple(kept))
    if isinstance(total, Unknown):
        return total, memory
    return Known(max(0.0, now - oldest)), memory


def _came(polls: Sequence[Poll], *, index: int, offset: int, lag: int, anchor: tuple[int, float] | None) -> float:
    """When the message at ``offset`` was written."""
    newer_at, newer_end = polls[-1].at, offset + lag
    for poll in reversed(polls):
        end = poll.end[index]
        if end == UNKNOWN:
            continue
        if end <= offset:
            return _between(offset, older=(end, poll.at), newer=(newer_end, newer_at))
        newer_at, newer_end = poll.at, end
    if anchor is not None and anchor[0] <= offset and anchor[1] < newer_at:
        return _between(offset, older=anchor, newer=(newer_end, newer_at))
    now_at, now_end = polls[-1].at, offset + lag
    if now_end > newer_end and now_at > newer_at:
        pace = (now_end - newer_end) / (now_at - newer_at)
        return max(newer_at - (newer_end - offset) / pace, now_at - LONGEST)
    return newer_at


def _between(offset: int, *, older: tuple[int, float], newer: tuple[int, float]) -> float:
    """The message at ``offset`` came after the end stood at ``older`` and before it stood at ``newer``."""
    (old_end, old_at), (new_end, new_at) = older, newer
    return old_at + (new_at - old_at) * (offset - old_end) / (new_end - old_end)
