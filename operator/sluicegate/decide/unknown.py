"""What is done while the lag is not known, wholly or in part: never a demand-driven step down.

A partition without a value counts as what it last held, for scaling up. Nothing known for more than three polls:
`onLagUnknown`. A group that never committed runs at least one replica, since it commits only when it runs.
"""

from __future__ import annotations

from sluicegate.decide.lag import Reading
from sluicegate.model.app import OnLagUnknown, UnknownAction
from sluicegate.model.known import Known, Unknown
from sluicegate.model.memory import Memory, evolve

PATIENCE = 3
"""Polls; beyond them the app is not Ready and onLagUnknown counts."""
NEVER_COMMITTED = "NeverCommitted"
LONGEST_BLINK, BLINK_POLLS = 60.0, 4
"""A gap in what was seen that is longer than both ends the stabilisation window: it begins anew."""


def watch_knowledge(*, reading: Reading, memory: Memory, at: float, now: float, poll: float) -> Memory:
    """Memory with how long the lag has been unknown and since when the app has been seen without a gap.

    The same observation twice counts once.
    """
    if memory.observed_at is not None and at <= memory.observed_at:
        return memory
    unknown = isinstance(reading.total, Unknown)
    started, seen_at = memory.started, memory.seen_at
    if not reading.blind:
        blink = max(LONGEST_BLINK, BLINK_POLLS * poll)
        if started is None or seen_at is None or now - seen_at > blink:
            started = now
        seen_at = now
    return evolve(
        memory,
        started=started,
        seen_at=seen_at,
        observed_at=at,
        unknown_since=(memory.unknown_since if memory.unknown_since is not None else now) if unknown else None,
        unknown_polls=memory.unknown_polls + 1 if unknown else 0,
        blind_polls=memory.blind_polls + 1 if reading.blind else 0,
    )


def counted(reading: Reading, memory: Memory) -> tuple[int, ...]:
    """Lag by partition, what it last held where it is not known now, 0 where it never was."""
    if isinstance(reading.total, Known):
        return tuple([lag or 0 for lag in reading.lags])
    held = memory.held if len(memory.held) == len(reading.lags) else (None,) * len(reading.lags)
    return tuple([(old or 0) if lag is None else lag for lag, old in zip(reading.lags, held, strict=True)])


def at_least(*, rule: OnLagUnknown, reading: Reading, memory: Memory) -> tuple[int, str]:
    """(replicas that must run for want of knowledge, why); 0 when nothing follows from it."""
    for where, why in reading.unknown:
        if why.reason == NEVER_COMMITTED:
            return 1, f"{where} was never committed: one replica at least until it is"
    if memory.blind_polls > PATIENCE and rule.action is UnknownAction.RUN_AT_LEAST and rule.replicas is not None:
        return rule.replicas, f"lag unknown for {memory.blind_polls} polls: onLagUnknown runs at least {rule.replicas}"
    return 0, ""
