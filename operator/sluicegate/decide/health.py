"""What is wrong with single partitions and members, which no number of replicas cures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.decide.members import Crew
from sluicegate.decide.track import STILL_PERIODS, STILL_POLLS
from sluicegate.model.kafka import Group
from sluicegate.model.memory import Memory, evolve
from sluicegate.model.observation import Pods

LEAST_STUCK = 120.0
STUCK_SWEEPS, STUCK_PERIODS = 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Indices of partitions: ``stuck`` owned but not moving while others do, ``unowned`` without a member for longer
    than a start takes, ``free`` without a member at all, ``bound`` more than one member can keep up with.
    ``missing`` consumers in ready pods that never joined."""

    stuck: tuple[int, ...] = ()
    unowned: tuple[int, ...] = ()
    free: tuple[int, ...] = ()
    bound: tuple[int, ...] = ()
    missing: int = 0


def stuck(*, lags: Sequence[int], memory: Memory, now: float, poll: float) -> tuple[int, ...]:
    """Partitions that stand still for so long that it is certain."""
    gap = memory.gap or 0.0
    return _still(
        lags=lags, memory=memory, now=now, patience=max(STUCK_SWEEPS * poll, STUCK_PERIODS * gap, LEAST_STUCK)
    )


def stalled(*, lags: Sequence[int], memory: Memory, now: float, poll: float) -> tuple[int, ...]:
    """Those, and the ones that have begun to."""
    gap = memory.gap or 0.0
    return _still(lags=lags, memory=memory, now=now, patience=max(STILL_POLLS * poll, STILL_PERIODS * gap))


def _still(*, lags: Sequence[int], memory: Memory, now: float, patience: float) -> tuple[int, ...]:
    """Partitions that their owner has not moved for long enough, while at least half of the partitions of other
    members (of its own, where it is alone) progress. When everything stands still it is no single partition's fault,
    and no reason to scale either."""
    still = [
        index
        for index, at in enumerate(memory.moved_at)
        if now - at >= patience and lags[index] > 0 and memory.owner[index]
    ]
    if not still:
        return ()
    standing = set(still)
    found = []
    for index in still:
        others = [i for i, owner in enumerate(memory.owner) if owner and owner != memory.owner[index]]
        others = others or [i for i, owner in enumerate(memory.owner) if owner and i != index]
        moving = sum(1 for other in others if other not in standing)
        if others and 2 * moving >= len(others):
            found.append(index)
    return tuple(found)


def unowned(
    *, group: Group | None, crew: Crew, memory: Memory, now: float, lead: float
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(partitions that nobody owns, those for longer than ``lead``), in a stable group of ours."""
    if group is None or group.state != "Stable" or not crew.ours:
        return (), ()
    free = tuple([index for index, owner in enumerate(memory.owner) if not owner])
    return free, tuple([index for index in free if now - memory.moved_at[index] > lead])


def watch_missing(
    *, crew: Crew, pods: Pods, consumers: int, group: Group | None, memory: Memory, now: float, lead: float
) -> tuple[int, Memory]:
    """(consumers of ready pods that have not joined for longer than ``lead``, memory)."""
    if not crew.known or group is None:
        return 0, memory
    short = max(0, pods.ready * consumers - len(crew.ours))
    if short == 0:
        return 0, memory if memory.missing_since is None else evolve(memory, missing_since=None)
    if memory.missing_since is None:
        return 0, evolve(memory, missing_since=now)
    late = now - memory.missing_since > lead and group.described_at > memory.missing_since + lead / 2
    return short if late else 0, memory


def bound(*, share: Sequence[float], arriving: float, member: float | None) -> tuple[int, ...]:
    """Partitions to which more arrives (of ``arriving`` messages a second) than one ``member`` handles."""
    if member is None:
        return ()
    return tuple([index for index, part in enumerate(share) if part * arriving > member])
