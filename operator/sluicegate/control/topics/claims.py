"""Who has which topic: of two apps on one cluster that resolve to the same name the older keeps it, and a topic that
others need does not go with an app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sluicegate.control.records import AppRecord, source_of
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.decide.topics.names import topics_of
from sluicegate.model.resource import Key


def claims(records: Iterable[AppRecord], *, cluster_of: Callable[[AppRecord], str]) -> Mapping[str, Mapping[str, Key]]:
    """By cluster and name the oldest app that asks for it; of equally old ones the first by name."""
    found: dict[str, dict[str, Key]] = {}
    for record in sorted(records, key=lambda record: (record.meta.created, record.meta.key)):
        if record.spec is None or record.spec.error_handling is None:
            continue
        names = found.setdefault(cluster_of(record), {})
        for topic in topics_of(record.spec, key=record.meta.key).topics:
            names.setdefault(topic.name, record.meta.key)
    return found


def owners(record: AppRecord, *, store: Store, roster: Roster) -> Mapping[str, Key]:
    """On the cluster of ``record``: by name of a topic the app that has it."""

    def cluster_of(one: AppRecord) -> str:
        return roster.cluster_of(source_of(one))

    return claims(store.apps.all(), cluster_of=cluster_of).get(cluster_of(record), {})


def needs(records: Iterable[AppRecord], *, cluster_of: Callable[[AppRecord], str]) -> Mapping[str, Mapping[str, Key]]:
    """By cluster and name an app that asks for the topic or consumes it."""
    there = tuple(records)
    found = {cluster: dict(names) for cluster, names in claims(there, cluster_of=cluster_of).items()}
    for record in there:
        for name in (record.spec.topics if record.spec else None) or ():
            found.setdefault(cluster_of(record), {}).setdefault(name, record.meta.key)
    return found
