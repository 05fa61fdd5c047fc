"""Shares out what dependencies can bear, again and again, and says what each app may have of each.

It holds what apps ask for and what is remembered of each dependency; all thinking is in decide/downstream. An app asks
when it is decided about; cuts and freed room reach apps that did not ask by ``wake``, so that they are decided about
at once and not a poll later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sluicegate.control.clock import Clock
from sluicegate.control.downstream import ledger
from sluicegate.control.downstream.kept import Kept, kept
from sluicegate.control.downstream.ledger import Runs
from sluicegate.control.downstream.offers import Found, Refused, User, all_of, find, users
from sluicegate.control.downstream.readings import Readings
from sluicegate.control.downstream.sentences import Seat, share_of
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.decide.downstream.arbitrate import Claim, need
from sluicegate.decide.downstream.breaker import canary_of
from sluicegate.decide.downstream.grants import Granted, GrantMemory, grant
from sluicegate.model.app import AppSpec
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.downstream import NO_SURGE, BreakerState, Share
from sluicegate.model.resource import Key

IN_FLIGHT = 8.0
"""Seconds for which a number that was granted may still be written: the wait for a place, and the request itself."""
REST = 10.0
"""Settling takes at most a tenth of the time: who asks meanwhile is answered at the next `settle`."""
Wake = Callable[[Key], None]


class Probed(Protocol):
    """Dependencies whose signals are read."""

    def readings(self, key: Key) -> Readings:
        """What the signals of one told last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that is known of one dependency at the last settling. ``in_use`` milli-units that live pods hold at most."""

    record: Found
    kept: Kept
    users: tuple[User, ...]
    grants: Mapping[str, Granted]
    in_use: int
    surge: tuple[str, ...]
    """Apps (names) whose rolling update would hold more than there is."""


@dataclass(slots=True)
class _Peak:
    """The most that was granted lately, and when it last was: a decision that rests on it may be on its way."""

    replicas: int
    at: float


@dataclass(slots=True, kw_only=True)
class _Picture:
    """What belongs together: worked out anew when a spec changes."""

    version: tuple[int, int, int]
    found: Mapping[Key, Found]
    users: Mapping[Key, tuple[User, ...]]
    apps: Mapping[Key, AppRecord]


class Steward:
    """Never awaits: whoever asks gets a whole answer. Times are unix seconds of ``clock``."""

    def __init__(self, *, store: Store, probes: Probed, clock: Clock, wake: Wake = lambda key: None) -> None:
        self._store = store
        self._probes = probes
        self._clock = clock
        self._wake = wake
        self._kept: dict[Key, Kept] = {}
        self._wanted: dict[Key, int] = {}
        self._peaks: dict[str, _Peak] = {}
        self._told: dict[Key, tuple[Share, ...]] = {}
        self._memory = GrantMemory()
        self._granted: Mapping[str, Granted] = {}
        self._picture: _Picture | None = None
        self._held: dict[Key, Runs] = {}
        self._surging: dict[Key, tuple[str, ...]] = {}
        self._settled_at = self._took = 0.0

    def wakes(self, wake: Wake) -> None:
        """Who is told of apps whose share changed though they did not ask."""
        self._wake = wake

    def shares(self, record: AppRecord) -> tuple[Share, ...]:
        """What each dependency that ``record`` names lets it have now; empty when it names none."""
        if record.spec is None or not record.spec.dependencies:
            return ()
        if self._picture is None or self._picture.version != self._version():
            self._settle()
        found = self._shares(record)
        self._told[record.meta.key] = found
        return found

    def ask(self, record: AppRecord, replicas: int) -> tuple[Share, ...]:
        """``record`` would run so many, were it not for its dependencies. What it may have after that."""
        if self._wanted.get(record.meta.key) != replicas:
            self._wanted[record.meta.key] = replicas
            if self._clock.now() - self._settled_at >= REST * self._took:
                self._settle()
        return self.shares(record)

    def settle(self) -> None:
        """Look at everything once more, and wake whoever has to do something about it."""
        self._settle()
        assert self._picture is not None
        for key, before in list(self._told.items()):
            record = self._picture.apps.get(key)
            if record is None:
                del self._told[key]
            elif self._matters(record, before):
                self._wake(key)

    def views(self) -> tuple[View, ...]:
        """Every dependency with a usable spec, as it stood at the last `settle`."""
        picture = self._picture
        if picture is None:
            return ()
        return tuple([self._view(key, record, picture) for key, record in picture.found.items() if key in self._kept])

    def _view(self, key: Key, record: Found, picture: _Picture) -> View:
        mine = picture.users.get(key, ())
        names = {str(user.record.meta.key) for user in mine}
        return View(
            record=record,
            kept=self._kept[key],
            users=mine,
            grants={name: one for name, one in self._granted.items() if name in names},
            in_use=ledger.in_use(mine, held=self._held),
            surge=self._surging.get(key, ()),
        )

    def _matters(self, record: AppRecord, before: tuple[Share, ...]) -> bool:
        """Whether its number would change: it runs more than it may, or wants more than it could have before. Other
        words for the same are no reason."""
        after = self._shares(record)
        if [_bounds(one) for one in after] == [_bounds(one) for one in before]:
            return False
        desired = self._held[record.meta.key].desired
        wanted = self._wanted.get(record.meta.key, desired)
        most = min((one.replicas for one in after if one.replicas is not None), default=desired)
        allowed = min((one.allowed for one in after if one.allowed is not None), default=most)
        return (
            min(most, allowed) < desired
            or wanted > desired
            or {s.problem for s in before} != {s.problem for s in after}
        )

    def _settle(self) -> None:
        began = self._clock.now()
        picture = self._refreshed(began)
        self._held = {key: ledger.runs(self._store, record) for key, record in picture.apps.items()}
        for key, one in self._kept.items():
            mine = picture.users.get(key, ())
            one.turn(
                readings=self._probes.readings(key),
                ours=ledger.in_use(mine, held=self._held),
                ready=ledger.ready(mine, held=self._held),
                ordered=ledger.ordered(mine, held=self._held),
                least=ledger.cheapest(mine),
                now=began,
            )
        self._surging = {}
        claims = [claim for record in picture.apps.values() if (claim := self._claim(record)) is not None]
        running = {
            str(key): ledger.running(found, in_flight=self._in_flight(str(key), now=began))
            for key, found in self._held.items()
        }
        room = {str(key): one.room for key, one in self._kept.items()}
        self._granted, self._memory = grant(claims=claims, running=running, room=room, memory=self._memory, now=began)
        for app, given in self._granted.items():
            if given.replicas >= self._in_flight(app, now=began):
                self._peaks[app] = _Peak(given.replicas, began)
        self._settled_at = self._clock.now()
        self._took = self._settled_at - began

    def _claim(self, record: AppRecord) -> Claim | None:
        """A rolling update that fits nowhere, whatever is given, reserves nothing: it is told of instead. From a
        dependency that is not well nobody asks for more."""
        spec, key = record.spec, record.meta.key
        assert spec is not None
        found = self._held[key]
        surge, wanted, needs = found.surge, self._wanted.get(key, found.desired), []
        for ref in spec.dependencies:
            meant = find(self._store, record, ref)
            if isinstance(meant, Refused):
                continue
            needs.append(need(ref, pool=str(meant.meta.key)))
            room = self._kept[meant.meta.key].room
            if room is not None and ledger.one(ref) <= room < ledger.one_and_surge(ref, found.surge):
                self._surging[meant.meta.key] = (*self._surging.get(meant.meta.key, ()), str(key))
                surge = NO_SURGE
            if self._kept[meant.meta.key].stands_back:
                wanted = min(wanted, found.desired + self._tries(key, meant.meta.key))
        return Claim(app=str(key), wanted=wanted, needs=tuple(needs), surge=surge) if needs else None

    def _tries(self, app: Key, pool: Key) -> bool:
        """Whether it is the one that tries whether ``pool`` is well again."""
        breaker = self._kept[pool].breaker
        assert breaker is not None
        return breaker.state is BreakerState.HALF_OPEN and self._canary(pool) == str(app)

    def _canary(self, pool: Key) -> str | None:
        assert self._picture is not None
        mine = self._picture.users.get(pool, ())
        eager = [user for user in mine if self._would_run_more(user)]
        return canary_of([(str(user.record.meta.key), user.ref.priority) for user in eager or mine])

    def _would_run_more(self, user: User) -> bool:
        """Whether there is work for a replica beyond the least: one that idles would try nothing."""
        spec = user.record.spec
        return spec is not None and self._wanted.get(user.record.meta.key, 0) > spec.scaling.min_replicas

    def _in_flight(self, app: str, *, now: float) -> int:
        peak = self._peaks.get(app)
        if peak is None:
            return 0
        if now - peak.at >= IN_FLIGHT:
            del self._peaks[app]
            return 0
        return peak.replicas

    def _version(self) -> tuple[int, int, int]:
        """Changes with every spec that counts here."""
        store = self._store
        return store.apps.version, store.dependencies.version, store.cluster_dependencies.version

    def _refreshed(self, now: float) -> _Picture:
        store, version = self._store, self._version()
        if self._picture is not None and self._picture.version == version:
            return self._picture
        found = {key: record for key, record in all_of(store).items() if record.spec is not None}
        for key in [key for key, one in self._kept.items() if key not in found or found[key].meta.uid != one.uid]:
            del self._kept[key]
        for key, record in found.items():
            if key in self._kept:
                self._kept[key].spec = record.spec or self._kept[key].spec
            else:
                self._kept[key], given = kept(record, now=now)
                self._memory = self._memory.with_grants(given)
        apps = {record.meta.key: record for record in store.apps.all() if record.spec and record.spec.dependencies}
        for key in [key for key in self._wanted if key not in apps]:
            del self._wanted[key]
        self._picture = _Picture(version=version, found=found, users=users(store), apps=apps)
        return self._picture

    def _shares(self, record: AppRecord) -> tuple[Share, ...]:
        assert record.spec is not None
        return tuple([self._share(record, record.spec, ref) for ref in record.spec.dependencies])

    def _share(self, record: AppRecord, spec: AppSpec, ref: DependencyRef) -> Share:
        meant = find(self._store, record, ref)
        if isinstance(meant, Refused):
            return Share(
                name=ref.name, replicas=None, why=meant.message, problem=meant.reason, problem_why=meant.message
            )
        key, app = meant.meta.key, str(record.meta.key)
        seat = Seat(
            replicas=self._held[record.meta.key].desired if record.meta.key in self._held else 0,
            minimum=spec.scaling.min_replicas,
            canary=self._tries(record.meta.key, key),
            surging=app in self._surging.get(key, ()),
        )
        return share_of(ref, self._kept[key], granted=self._granted.get(app), seat=seat)


def _bounds(share: Share) -> tuple[int | None, int | None, bool, str]:
    return share.replicas, share.allowed, share.holds, share.problem
