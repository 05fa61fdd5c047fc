"""Which apps belong to which source: worked out once per change of specs, not once per poll."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sluicegate.control.records import AppRecord, Source, source_of
from sluicegate.control.rivals import rivals
from sluicegate.control.store import Store
from sluicegate.model.observation import Rival
from sluicegate.model.resource import Key


class Roster:
    """Apps by source, and rivals by app, cached until a spec or a cluster's identity changes."""

    def __init__(self, *, store: Store) -> None:
        self._store = store
        self._version: tuple[int, int, int] | None = None
        self._identities: dict[Source, str] = {}
        self._identity_changes = 0
        self._apps: Mapping[Source, tuple[Key, ...]] = {}
        self._rivals: Mapping[Key, Rival] = {}

    def identify(self, source: Source, identity: str | None) -> None:
        """Remember which cluster a source turned out to lead to."""
        if identity and self._identities.get(source) != identity:
            self._identities[source] = identity
            self._identity_changes += 1

    def sources(self) -> set[Source]:
        """Every connection there is, and every address or connection that an app names."""
        self._refresh()
        return set(self._apps) | {Source(connection=record.meta.key) for record in self._store.connections.all()}

    def apps_of(self, source: Source) -> tuple[AppRecord, ...]:
        """The source's apps as they are now."""
        self._refresh()
        return tuple(record for key in self._apps.get(source, ()) if (record := self._store.apps.get(key)))

    def rival_of(self, key: Key) -> Rival | None:
        self._refresh()
        return self._rivals.get(key)

    def signature(self, source: Source) -> object:
        """Changes when a spec changes that a poll of this source would see."""
        connection = self._store.connections.get(source.connection) if source.connection else None
        apps = self.apps_of(source)
        return (
            (connection.meta.uid, connection.meta.generation) if connection else None,
            tuple((record.meta.uid, record.meta.generation) for record in apps),
        )

    def _refresh(self) -> None:
        version = (self._store.apps.version, self._store.connections.version, self._identity_changes)
        if version == self._version:
            return
        self._version = version
        apps: defaultdict[Source, list[Key]] = defaultdict(list)
        records = self._store.apps.all()
        for record in records:
            if source := source_of(record):
                apps[source].append(record.meta.key)
        self._apps = {source: tuple(sorted(keys)) for source, keys in apps.items()}
        self._rivals = rivals(records, cluster_of=lambda source: self._identities.get(source, str(source)))
