"""Which apps claim what an older app already has: the same workload, or the same group of the same Kafka cluster.

Each of two apps on one group would give it as many replicas as it has partitions, and count the same lag twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from sluicegate.control.records import AppRecord, Source, source_of
from sluicegate.model.observation import Rival
from sluicegate.model.resource import Key


class Claims:
    """Who claims what, oldest first: age decides, then namespace and name. Made anew when specs change."""

    def __init__(self, records: Iterable[AppRecord]) -> None:
        self._by_target: defaultdict[object, list[AppRecord]] = defaultdict(list)
        self._by_group: defaultdict[str, list[AppRecord]] = defaultdict(list)
        self._of: dict[Key, AppRecord] = {}
        for record in sorted(records, key=lambda record: (record.meta.created, record.meta.key)):
            if record.spec is not None:
                self._of[record.meta.key] = record
                self._by_target[_target(record)].append(record)
                self._by_group[record.spec.consumer_group].append(record)

    def rival_of(self, key: Key, *, cluster_of: Callable[[Source], str]) -> Rival | None:
        """The oldest app that had it first. ``cluster_of`` gives a name that equals for equal clusters."""
        mine = self._of.get(key)
        if mine is None:
            return None
        first = self._by_target[_target(mine)][0]
        if first is not mine:
            return Rival(what="target", namespace=first.meta.key.namespace, name=first.meta.key.name)
        here = cluster_of(source_of(mine))
        for older in self._before(mine):
            if cluster_of(source_of(older)) == here:
                return Rival(what="group", namespace=older.meta.key.namespace, name=older.meta.key.name)
        return None

    def sources_before(self, key: Key) -> Iterator[Source]:
        """Other sources on which an older app reads a group of the same name: they may be the same cluster."""
        mine = self._of.get(key)
        if mine is not None:
            own = source_of(mine)
            yield from (source for older in self._before(mine) if (source := source_of(older)) != own)

    def _before(self, mine: AppRecord) -> Iterator[AppRecord]:
        for record in self._by_group[mine.spec.consumer_group] if mine.spec else ():
            if record is mine:
                return
            yield record


def _target(record: AppRecord) -> object:
    assert record.spec is not None
    ref = record.spec.scale_target_ref
    return record.meta.key.namespace, ref.kind, ref.name
