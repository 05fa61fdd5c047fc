"""What each app may write now, on the way to what it is entitled to.

Free before use: what an app gives up is nobody's until its pods are gone. A cut in room acts at once, and so does an
app that wants less; a move for fairness waits, since every resize is a rebalance. Amounts in thousandths of a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from sluicegate.decide.downstream.arbitrate import Claim, arbitrate, components, rank

HOLD = 30.0
"""Seconds for which somebody else must have been entitled to replicas before they are taken away for it."""
PATIENCE = 120.0
"""Seconds after which an app whose pods cannot start counts with what it has ready, and for which one waits for pods on
their way out."""
NOTICE = 0.5
"""Seconds: a burst reaches all who share a dependency, and the one that is looked at first must not take it all. Who
wants more than it would have if all others wanted as much as there is waits so long for their word: in one step a
moment later, since two steps would be two rebalances."""
ALL = 10_000
"""Replicas: more than anybody runs."""
DEAD_BAND = 2
"""Replicas: less is not moved for fairness, unless somebody has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What an app runs: ``desired`` replicas written, ``live`` pods (terminating and surge ones included), of which
    ``terminating`` still hold what they have, ``ready`` ones; ``stuck``: pods cannot start."""

    desired: int = 0
    live: int = 0
    terminating: int = 0
    ready: int = 0
    stuck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """``replicas`` the app may run, of ``wanted``; ``limited_by`` the dependency that has no room for one more."""

    replicas: int
    wanted: int
    limited_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantMemory:
    """``grants`` replicas by app; since when (unix seconds) others are entitled to some of an app's replicas, since
    when its pods cannot start, and since when it has asked for more than it was given."""

    grants: Mapping[str, int] = field(default_factory=dict)
    unfair_since: Mapping[str, float] = field(default_factory=dict)
    stuck_since: Mapping[str, float] = field(default_factory=dict)
    asked_since: Mapping[str, float] = field(default_factory=dict)

    def with_grants(self, grants: Mapping[str, int]) -> GrantMemory:
        """With those of a status added; where two dependencies tell of one app, the lower one."""
        known = dict(self.grants)
        for app, replicas in grants.items():
            known[app] = min(replicas, known.get(app, replicas))
        return replace(self, grants=known)


def grant(
    *,
    claims: Iterable[Claim],
    running: Mapping[str, Running],
    room: Mapping[str, int | None],
    memory: GrantMemory,
    now: float,
) -> tuple[dict[str, Granted], GrantMemory]:
    """What each app may write, and what to remember. ``room`` of each dependency; None: nobody on it is given more."""
    given: dict[str, Granted] = {}
    unfair: dict[str, float] = {}
    asked: dict[str, float] = {}
    stuck = {
        app: memory.stuck_since.get(app, now) for app, one in running.items() if one.stuck and one.ready < one.desired
    }
    for group in components(sorted(claims, key=lambda claim: claim.app)):
        pot = _Pot(group, running=running, room=room, memory=memory, stuck=stuck, now=now)
        given |= pot.granted()
        unfair |= pot.unfair
        asked |= pot.asked
    grants = {app: one.replicas for app, one in given.items()}
    return given, GrantMemory(grants=grants, unfair_since=unfair, stuck_since=stuck, asked_since=asked)


class _Pot:
    """Apps that share dependencies, and what of these is committed."""

    def __init__(
        self,
        claims: Sequence[Claim],
        *,
        running: Mapping[str, Running],
        room: Mapping[str, int | None],
        memory: GrantMemory,
        stuck: Mapping[str, float],
        now: float,
    ) -> None:
        self._claims = claims
        self._runs = {claim.app: running.get(claim.app, Running()) for claim in claims}
        self._memory, self._now = memory, now
        self._wanted = {claim.app: self._want(claim, stuck) for claim in claims}
        self._grants = {claim.app: memory.grants.get(claim.app, self._runs[claim.app].desired) for claim in claims}
        self._room = {pool: found for pool, found in room.items() if found is not None}
        self._frozen = {c.app for c in claims if any(need.pool not in self._room for need in c.needs)}
        self.unfair: dict[str, float] = {}
        self.asked: dict[str, float] = {}

    def granted(self) -> dict[str, Granted]:
        for claim in self._claims:
            self._release(claim)
        entitled = self._entitled()
        self._cut(entitled)
        self._even_out(entitled)
        self._raise(self._noticed(entitled))
        committed = self._committed()
        return {claim.app: self._told(claim, committed) for claim in self._claims}

    def _want(self, claim: Claim, stuck: Mapping[str, float]) -> int:
        since = stuck.get(claim.app)
        if since is None or self._now - since < PATIENCE:
            return claim.wanted
        return min(claim.wanted, self._runs[claim.app].ready)

    def _release(self, claim: Claim) -> None:
        """What is not wanted is given up at once; where nobody knows what there is, what runs stands."""
        app = claim.app
        if app in self._frozen:
            self._grants[app] = max(self._grants[app], self._runs[app].desired)
        else:
            self._grants[app] = min(self._grants[app], self._wanted[app])

    def _entitled(self) -> dict[str, int]:
        room = dict(self._room)
        for claim in self._claims:
            if claim.app in self._frozen:
                for need in claim.needs:
                    if need.pool in room:
                        room[need.pool] = max(0, room[need.pool] - self._pods(claim) * need.cost)
        free = [replace(claim, wanted=self._wanted[claim.app]) for claim in self._free()]
        return arbitrate(free, room=room)

    def _cut(self, entitled: Mapping[str, int]) -> None:
        """Where the grants do not fit, or more runs than fits, everybody there goes to what it is entitled to. Where
        they fit, but not beside pods that are on their way out, what is not run yet waits until those are gone."""
        staying = self._summed(lambda claim: self._pods(claim) - self._runs[claim.app].terminating)
        full = {pool for pool, room in self._room.items() if staying.get(pool, 0) > room}
        for claim in self._free():
            if any(need.pool in full for need in claim.needs):
                self._grants[claim.app] = min(self._grants[claim.app], entitled[claim.app])
        over = {pool for pool, held in self._committed().items() if held > self._room.get(pool, held)}
        for claim in self._free():
            if any(need.pool in over for need in claim.needs):
                self._grants[claim.app] = min(self._grants[claim.app], self._runs[claim.app].desired)

    def _even_out(self, entitled: Mapping[str, int]) -> None:
        """Take for others what they are entitled to, once it has been theirs for long enough."""
        short: dict[str, bool] = {}
        for claim in self._free():
            if self._grants[claim.app] < entitled[claim.app]:
                for need in claim.needs:
                    short[need.pool] = short.get(need.pool, False) or self._grants[claim.app] == 0
        for claim in self._free():
            app = claim.app
            beyond = self._grants[app] - entitled[app]
            pools = [need.pool for need in claim.needs if need.pool in short]
            if not pools or beyond < (1 if any(short[pool] for pool in pools) else DEAD_BAND):
                continue
            since = self._memory.unfair_since.get(app, self._now)
            if self._now - since >= HOLD:
                self._grants[app] = entitled[app]
            else:
                self.unfair[app] = since

    def _noticed(self, entitled: Mapping[str, int]) -> Mapping[str, int]:
        """``entitled``, but for those who have only just asked: others may be about to."""
        rising = [claim.app for claim in self._free() if self._grants[claim.app] < self._wanted[claim.app]]
        self.asked = {app: self._memory.asked_since.get(app, self._now) for app in rising}
        fresh = [app for app, since in self.asked.items() if self._now - since < NOTICE]
        if not fresh or len(self._claims) == 1:
            return entitled
        contended = arbitrate([replace(claim, wanted=ALL) for claim in self._free()], room=self._room)
        return {**entitled, **{app: self._grants[app] for app in fresh if entitled[app] > contended[app]}}

    def _raise(self, entitled: Mapping[str, int]) -> None:
        """One replica at a time, as far as what is free at this moment goes."""
        committed = self._committed()
        before = dict(self._grants)
        free = list(self._free())
        waiting = [
            (rank(claim, self._grants[claim.app] + 1, room=self._room), place) for place, claim in enumerate(free)
        ]
        heapify(waiting)
        while waiting:
            _, place = heappop(waiting)
            claim = free[place]
            have = self._grants[claim.app]
            more = self._pods(claim, have + 1) - self._pods(claim)
            if have >= entitled[claim.app] or any(
                more * need.cost > max(0, self._room[need.pool] - committed[need.pool]) for need in claim.needs
            ):
                continue
            for need in claim.needs:
                committed[need.pool] += more * need.cost
            self._grants[claim.app] = have + 1
            heappush(waiting, (rank(claim, have + 2, room=self._room), place))
        self._await_more(before, entitled)

    def _await_more(self, before: Mapping[str, int], entitled: Mapping[str, int]) -> None:
        """Where more is about to be free, a step of less than half the way is not worth its rebalance."""
        granted = self._summed(lambda claim: claim.pods(self._grants[claim.app]))
        clearing = {pool for pool, held in self._committed().items() if held > granted[pool]}
        for claim in self._free():
            app, way = claim.app, entitled[claim.app] - before[claim.app]
            waits = self._now - self.asked.get(app, self._now) < PATIENCE
            if waits and 2 * (self._grants[app] - before[app]) < way and any(n.pool in clearing for n in claim.needs):
                self._grants[app] = before[app]

    def _told(self, claim: Claim, committed: Mapping[str, int]) -> Granted:
        have = self._grants[claim.app]
        bound = ""
        if have < self._wanted[claim.app]:
            more = self._pods(claim, have + 1) - self._pods(claim)
            tight = [
                (self._room.get(need.pool, 0) - committed.get(need.pool, 0) - more * need.cost, need.pool)
                for need in claim.needs
            ]
            bound = min(tight)[1]
        return Granted(replicas=have, wanted=claim.wanted, limited_by=bound)

    def _free(self) -> list[Claim]:
        return [claim for claim in self._claims if claim.app not in self._frozen]

    def _pods(self, claim: Claim, replicas: int | None = None) -> int:
        """Pods that the app may have with ``replicas`` granted (as it stands without): new ones come beside those that
        are on their way out."""
        one = self._runs[claim.app]
        granted = self._grants[claim.app] if replicas is None else replicas
        return max(claim.pods(granted), claim.pods(one.desired), one.live - one.terminating) + one.terminating

    def _committed(self) -> dict[str, int]:
        return self._summed(self._pods)

    def _summed(self, pods: Callable[[Claim], int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for claim in self._claims:
            count = pods(claim)
            for need in claim.needs:
                found[need.pool] = found.get(need.pool, 0) + count * need.cost
        return found
