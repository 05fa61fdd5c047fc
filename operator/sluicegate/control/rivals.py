"""Which apps claim what an older app already has: the same workload, or the same group of the same Kafka cluster.

Each of two apps on one group would give it as many replicas as it has partitions, and count the same lag twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sluicegate.control.records import AppRecord, Source, source_of
from sluicegate.model.observation import Rival
from sluicegate.model.resource import Key


def rivals(records: Iterable[AppRecord], *, cluster_of: Callable[[Source], str]) -> Mapping[Key, Rival]:
    """The older rival of every app that has one. ``cluster_of`` gives a name that equals for equal clusters.

    Age decides, then namespace and name; a rival for the target is named before one for the group.
    """
    found: dict[Key, Rival] = {}
    targets: dict[object, AppRecord] = {}
    groups: dict[object, AppRecord] = {}
    for record in sorted(records, key=lambda record: (record.meta.created, record.meta.key)):
        source = source_of(record)
        if record.spec is None or source is None:
            continue
        mine = (record.meta.key.namespace, record.spec.scale_target_ref.kind, record.spec.scale_target_ref.name)
        group = (cluster_of(source), record.spec.consumer_group)
        older = [("target", targets.setdefault(mine, record)), ("group", groups.setdefault(group, record))]
        for what, first in older:
            if first is not record:
                key = first.meta.key
                found[record.meta.key] = Rival(what=what, namespace=key.namespace, name=key.name)
                break
    return found
