"""One law in one world: it looks every period, it scales, and all delays are counted at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np

from sluicegate.errors import Bug
from sluicegate.model.observation import Observation
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.happenings import FaultKind
from sluicegate.simulate.outcome import Change, Outcome, delays
from sluicegate.simulate.seen import Law, Seen
from sluicegate.simulate.sight import Sight
from sluicegate.simulate.workload import WorkloadSpec
from sluicegate.simulate.world import World

PROGRESS_STEPS = 100


@runtime_checkable
class Restartable(Protocol):
    """A law with a memory of its own that a dead operator loses, but for what it had stored."""

    def restarted(self) -> None:
        """Begin again from what is stored."""


def simulate(
    *,
    workload: WorkloadSpec,
    arrivals: Arrivals,
    law: Law,
    objective: float,
    most: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Outcome:
    """Run ``law`` in the world of ``workload`` while ``arrivals`` last.

    ``objective`` seconds after which a message is late; ``most`` replicas allowed beside what partitions allow, for
    ``max_over_cap`` only; ``progress`` is told the part that is done, from 0 to 1, about a hundred times.
    """
    world = World(workload=workload, arrivals=arrivals, objective=objective)
    desk = Desk(world=world, law=law, most=most)
    told = 0
    while desk.due < arrivals.seconds:
        desk.live_until(desk.due + 1)
        if progress is not None and world.now * PROGRESS_STEPS // arrivals.seconds > told:
            told = world.now * PROGRESS_STEPS // arrivals.seconds
            progress(world.now / arrivals.seconds)
    desk.live_until(arrivals.seconds)
    if progress is not None and told < PROGRESS_STEPS:
        progress(1.0)
    return desk.outcome(objective=objective)


class Desk:
    """Shows the world to the law, writes what it says, and keeps the books."""

    def __init__(self, *, world: World, law: Law, most: int | None) -> None:
        self._world, self._law, self._most = world, law, most
        self._sight = Sight(world)
        self._end, self._committed = world.ended, world.committed
        self._down = False
        self._first = world.desired
        self._over = max(0, world.desired - self._cap())
        self._changes: list[Change] = []
        self._looks: list[int] = []
        self._oldest: list[int] = []
        self._next = 0.0
        self._wait()

    @property
    def due(self) -> int:
        """The second at whose end the law looks next."""
        return round(self._next)

    def live_until(self, second: int) -> None:
        """All seconds before ``second``, with every look that is due in them."""
        while self.due < second:
            self._world.run_until(self.due + 1)
            self._look()
            self._wait()
        self._world.run_until(second)

    def _wait(self) -> None:
        self._next += max(1.0, self._law.period)

    def _look(self) -> None:
        """One poll at the end of the world's last second."""
        world = self._world
        self._looks.append(world.now - 1)
        self._oldest.append(world.oldest)
        if world.faulty(FaultKind.OPERATOR_DOWN):
            self._down = True
            return
        if self._down:
            self._down = False
            if isinstance(self._law, Restartable):
                self._law.restarted()
        replicas = self._law(self._seen())
        if replicas is None or replicas == world.desired:
            return
        if replicas < 0:
            raise Bug(f"a law asked for {replicas} replicas")
        self._changes.append(Change(second=world.now - 1, before=world.desired, after=replicas))
        world.scale(replicas)
        self._over = max(self._over, replicas - self._cap())

    def _cap(self) -> int:
        usable = self._world.usable
        return usable if self._most is None else min(usable, self._most)

    def _seen(self) -> Seen:
        world = self._world
        known = not (world.faulty(FaultKind.LAG_UNKNOWN) or world.faulty(FaultKind.BROKER_DOWN))
        if known:
            end, committed = world.ended, world.committed
            for partition in world.unknown_partitions():
                if partition < len(self._end):
                    end[partition], committed[partition] = self._end[partition], self._committed[partition]
            self._end, self._committed = end, committed
        taken = world.now

        def observation() -> Observation:
            if world.now != taken:
                raise Bug("a law asked for the observation of an earlier poll")
            return self._sight.observation(scalings=len(self._changes))

        return Seen(
            at=float(world.now - 1),
            known=known,
            desired=world.desired,
            ready=len(world.replicas),
            lag=np.maximum(self._end - self._committed, 0),
            end=self._end,
            committed=self._committed,
            partitions=len(self._end),
            observation=observation,
            used=world.seating.used(world.now - 1),
        )

    def outcome(self, *, objective: float) -> Outcome:
        world = self._world
        found = delays(world.queues, objective=objective)
        desired = self._desired()
        messages = int(world.queues.ended.sum())
        return Outcome(
            late_percent=100 * float(found.late.sum()) / max(1, messages),
            delay_p50_s=found.quantile(0.5),
            delay_p99_s=found.quantile(0.99),
            delay_max_s=found.longest,
            replica_hours=float(desired.sum()) / 3600,
            scalings=len(self._changes),
            rebalances=world.rebalances,
            peak_replicas=int(desired.max()),
            final_replicas=world.desired,
            max_over_cap=self._over,
            unprocessed=round(found.unprocessed),
            messages=messages,
            seconds=world.seconds,
            late_by_partition=found.late,
            messages_by_partition=world.queues.ended.copy(),
            desired=desired,
            members=world.in_group,
            looks=np.array(self._looks, np.int64),
            oldest=np.array(self._oldest, np.int64),
            changes=tuple(self._changes),
            refused_hours=float(world.refused.sum()) / 3600 if world.seating.counts else None,
        )

    def _desired(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        found = np.full(self._world.seconds, self._first, np.int32)
        for change in self._changes:
            found[change.second + 1 :] = change.after
        return found
