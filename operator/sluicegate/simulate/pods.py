"""The workload's pods: ordered, starting, in the group, replaced, gone. A pod is a replica; its members are threads.

A pod leaves the moment it is no longer wanted, the youngest first; a rolling update replaces each as soon as the new
one is up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.simulate.chance import Chance
from sluicegate.simulate.happenings import Rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A pod whose members are in the group. ``serial`` counts pods from 0; ``factor`` of the common capacity."""

    serial: int
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A pod that joins the group at second ``at``; ``replaces`` the serial of the one that leaves then."""

    at: float
    replaces: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What a second brought: whether anybody came or went, and the places whose pod was replaced."""

    changed: bool
    replaced: tuple[int, ...] = ()


class Fleet:
    """All pods of the workload. Places in ``replicas`` are the order in which the group knows them."""

    def __init__(self, *, replicas: int, rollouts: Sequence[Rollout], chance: Chance) -> None:
        self.desired = replicas
        self.starting: list[Start] = []
        self.updated_from = 0
        """Serial of the first pod of the newest version."""
        self._chance = chance
        self._rollouts = tuple(rollouts)
        self._serial = 0
        self._outdated: list[int] = []
        self._surge = 1
        self.replicas: list[Replica] = [self._started() for _ in range(replicas)]

    def scale(self, replicas: int, *, second: int) -> None:
        """Write ``replicas`` at the end of ``second``. What is not there yet goes first, the latest before others."""
        fresh = sorted((start for start in self.starting if start.replaces is None), key=lambda start: start.at)
        others = [start for start in self.starting if start.replaces is not None]
        if replicas > self.desired:
            fresh += [Start(at=second + self._chance.start()) for _ in range(replicas - self.desired)]
        else:
            fresh = fresh[: max(0, len(fresh) - (self.desired - replicas))]
        self.starting = [*others, *fresh]
        self.desired = replicas

    def happen(self, second: int) -> Moves:
        """Whatever is due at the start of ``second``."""
        replaced = self._roll(second)
        return Moves(changed=self._join_and_leave(second) or bool(replaced), replaced=replaced)

    def _join_and_leave(self, second: int) -> bool:
        joining = sum(start.at <= second and start.replaces is None for start in self.starting)
        self.starting = [start for start in self.starting if start.at > second or start.replaces is not None]
        self.replicas += [self._started() for _ in range(joining)]
        leaving = max(0, len(self.replicas) - self.desired)
        if leaving:
            del self.replicas[self.desired :]
        return bool(joining or leaving)

    def _roll(self, second: int) -> tuple[int, ...]:
        for rollout in self._rollouts:
            if rollout.at == second:
                self._outdated = [replica.serial for replica in self.replicas]
                self._surge, self.updated_from = rollout.surge, self._serial
                self.starting = [start for start in self.starting if start.replaces is None]
        replaced = []
        for start in [start for start in self.starting if start.replaces is not None and start.at <= second]:
            self.starting.remove(start)
            place = self._place(start.replaces)
            if place is not None:
                self.replicas[place] = self._started()
                replaced.append(place)
        while self._outdated and sum(start.replaces is not None for start in self.starting) < self._surge:
            serial = self._outdated.pop(0)
            if self._place(serial) is not None:
                self.starting.append(Start(at=second + self._chance.start(), replaces=serial))
        return tuple(replaced)

    def _place(self, serial: int | None) -> int | None:
        return next((place for place, replica in enumerate(self.replicas) if replica.serial == serial), None)

    def _started(self) -> Replica:
        self._serial += 1
        return Replica(serial=self._serial - 1, factor=self._chance.factor(self._serial - 1))
