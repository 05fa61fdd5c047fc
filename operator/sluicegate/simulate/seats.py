"""Who holds units of the dependencies of simulated worlds. A replica that finds none free does nothing.

Nobody is thrown out: who has units keeps them until it leaves, and what others use is in use whatever comes. Worlds
that share a dependency share its `Seats`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sluicegate.decide.downstream.budget import MILLI, milli
from sluicegate.simulate.dependency import Beyond, Dependency


class Seats:
    """The units of one dependency. ``version`` changes whenever somebody leaves some."""

    def __init__(self, dependency: Dependency) -> None:
        self.dependency = dependency
        self.version = 0
        self._held: dict[tuple[str, int], int] = {}

    def take(self, app: str, serials: Sequence[int], *, cost: int, second: int) -> frozenset[int]:
        """Those replicas of ``app`` that hold ``cost`` thousandths each from ``second`` on; the first come first, and
        whoever is not in ``serials`` has left."""
        here = set(serials)
        gone = [holder for holder in self._held if holder[0] == app and holder[1] not in here]
        for holder in gone:
            del self._held[holder]
        self.version += bool(gone)
        for serial in serials:
            if (app, serial) not in self._held and self._fits(cost, second):
                self._held[app, serial] = cost
        return frozenset(serial for serial in serials if (app, serial) in self._held)

    def used(self, second: int) -> float:
        """Units in use by all."""
        return (sum(self._held.values()) + self.dependency.others_at(second)) / MILLI

    def held(self, app: str) -> float:
        """Units that the replicas of ``app`` hold."""
        return sum(cost for (holder, _), cost in self._held.items() if holder == app) / MILLI

    def _fits(self, cost: int, second: int) -> bool:
        one = self.dependency
        if one.capacity is None or one.beyond is Beyond.ADMITTED:
            return True
        return sum(self._held.values()) + one.others_at(second) + cost <= milli(one.capacity)


class Seating:
    """Where one world's replicas sit. ``shared`` seats by dependency, for those that other worlds use, too."""

    def __init__(self, dependencies: Sequence[Dependency], *, app: str, shared: Mapping[str, Seats]) -> None:
        self._app = app
        self._costs = {one.name: one.cost for one in dependencies}
        self._seats = {one.name: shared.get(one.name) or Seats(one) for one in dependencies}
        self._versions: dict[str, int] = {}

    @property
    def counts(self) -> bool:
        """Whether any dependency counts units."""
        return any(seats.dependency.capacity is not None for seats in self._seats.values())

    @property
    def moved(self) -> bool:
        """Whether somebody left units since the last `seated`."""
        return any(seats.version != self._versions.get(name) for name, seats in self._seats.items())

    def seated(self, serials: Sequence[int], *, second: int) -> frozenset[int]:
        """The replicas that have what they need of every dependency."""
        found = frozenset(serials)
        for name, seats in self._seats.items():
            found &= seats.take(self._app, serials, cost=self._costs[name], second=second)
            self._versions[name] = seats.version
        return found

    def used(self, second: int) -> dict[str, float]:
        """Units in use by all, by dependency, of those that count any."""
        return {
            name: seats.used(second) for name, seats in self._seats.items() if seats.dependency.capacity is not None
        }
