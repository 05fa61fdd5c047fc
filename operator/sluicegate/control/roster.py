"""Which apps belong to which source, and who had what first: worked out when specs change, not once per poll."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sluicegate.control.records import AppRecord, ConnectionRecord, Source, source_of
from sluicegate.control.rivals import Claims
from sluicegate.control.store import Store
from sluicegate.model.observation import Rival
from sluicegate.model.resource import Key

Stamp = tuple[str, int]


class Roster:
    """A picture of the store at the last `refresh`; what has changed since then waits for the next one.

    Working it out takes time in proportion to all apps, so one call a while does it, however fast things change.
    """

    def __init__(self, *, store: Store) -> None:
        self._store = store
        self._version: tuple[int, int] | None = None
        self._apps: Mapping[Source, tuple[tuple[Key, Stamp], ...]] = {}
        self._claims = Claims(())
        self._sources: frozenset[Source] = frozenset()
        self._identities: dict[Source, tuple[Stamp | None, str]] = {}
        self._looked_at: set[Source] = set()

    def refresh(self) -> bool:
        """Whether any spec appeared, changed or went since the last time."""
        version = (self._store.apps.version, self._store.connections.version)
        if version == self._version:
            return False
        apps: defaultdict[Source, list[tuple[Key, Stamp]]] = defaultdict(list)
        records = self._store.apps.all()
        for record in records:
            apps[source_of(record)].append((record.meta.key, record.stamp))
        self._apps = {source: tuple(sorted(entries)) for source, entries in apps.items()}
        self._claims = Claims(records)
        connections = self._store.connections.all()
        self._sources = frozenset(self._apps) | {Source(connection=record.meta.key) for record in connections}
        self._version = version
        return True

    def sources(self) -> frozenset[Source]:
        """Every connection there is, and every address or connection that an app names."""
        return self._sources

    def apps_of(self, source: Source) -> tuple[AppRecord, ...]:
        """The source's apps; without those that changed since the last `refresh`: they may belong elsewhere now."""
        found = ((self._store.apps.get(key), stamp) for key, stamp in self._apps.get(source, ()))
        return tuple([record for record, stamp in found if record is not None and record.stamp == stamp])

    def source_of(self, key: Key) -> Source | None:
        """The source that an app names now; None when it is no more."""
        record = self._store.apps.get(key)
        return source_of(record) if record else None

    def signature(self, source: Source) -> object:
        """Changes when a spec changed that a poll of this source would see."""
        return self.stamp(source), self._apps.get(source, ())

    def stamp(self, source: Source) -> Stamp | None:
        """That of the source's connection as it is now; None without one."""
        connection = self._connection(source)
        return connection.stamp if connection else None

    def rival_of(self, key: Key) -> Rival | None:
        """The older app that has what this one claims, as far as clusters are known by now."""
        return self._claims.rival_of(key, cluster_of=self.cluster_of)

    def may_have_rival(self, key: Key) -> bool:
        """Whether an older app reads a group of the same name on a source that nobody has looked at yet.

        Only until the first look has ended, well or not: a cluster that cannot be reached must hold up nobody.
        """
        return any(
            source not in self._looked_at and source in self._sources for source in self._claims.sources_before(key)
        )

    def looked(self, source: Source, *, identity: str | None = None) -> None:
        """A look at the source has ended; ``identity`` is the cluster that it turned out to lead to."""
        self._looked_at.add(source)
        if identity:
            self._identities[source] = (self.stamp(source), identity)

    def was_looked_at(self, source: Source) -> bool:
        return source in self._looked_at

    def forget(self, source: Source) -> None:
        self._identities.pop(source, None)
        self._looked_at.discard(source)

    def cluster_of(self, source: Source) -> str:
        """A cluster's own id; that in a connection's status until it has been read anew; else the source's name."""
        found = self._identities.get(source)
        connection = self._connection(source)
        if found and found[0] == (connection.stamp if connection else None):
            return found[1]
        if connection and connection.status.get("observedGeneration") == connection.meta.generation:
            return connection.status.get("clusterId") or str(source)
        return str(source)

    def _connection(self, source: Source) -> ConnectionRecord | None:
        return self._store.connections.get(source.connection) if source.connection else None
