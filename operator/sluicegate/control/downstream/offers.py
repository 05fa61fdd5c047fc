"""Which dependency an app means, and whether it may use it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sluicegate.control.records import AppRecord, ClusterDependencyRecord, DependencyRecord
from sluicegate.control.store import Store
from sluicegate.model.dependency_ref import DependencyKind, DependencyRef
from sluicegate.model.resource import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an app cannot have what it names: ``reason`` one CamelCase word, ``message`` with the remedy."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An app and how it uses one dependency."""

    record: AppRecord
    ref: DependencyRef


Found = DependencyRecord | ClusterDependencyRecord


def all_of(store: Store) -> Mapping[Key, Found]:
    """Every dependency there is; those without a namespace are the cluster's."""
    found: dict[Key, Found] = {record.meta.key: record for record in store.dependencies.all()}
    found.update((record.meta.key, record) for record in store.cluster_dependencies.all())
    return found


def find(store: Store, app: AppRecord, ref: DependencyRef) -> Found | Refused:
    """What ``ref`` of ``app`` means: a dependency with a usable spec, or why there is none."""
    namespace = app.meta.key.namespace
    if ref.kind is DependencyKind.DOWNSTREAM_DEPENDENCY:
        beside = store.dependencies.get(Key(namespace, ref.name))
        if beside is None:
            said = f"there is no DownstreamDependency {ref.name!r} in namespace {namespace!r}"
            return Refused(reason="NotFound", message=f"{said}; create it, or correct spec.dependencies")
        return beside if beside.spec else _unusable(beside)
    shared = store.cluster_dependencies.get(Key("", ref.name))
    if shared is None:
        said = f"there is no ClusterDownstreamDependency {ref.name!r}"
        return Refused(reason="NotFound", message=f"{said}; create it, or correct spec.dependencies")
    if shared.spec is None:
        return _unusable(shared)
    if not shared.spec.offered_to(namespace):
        said = f"ClusterDownstreamDependency {ref.name!r} is not offered to namespace {namespace!r}"
        return Refused(reason="NotOffered", message=f"{said}; add it to its spec.allowedNamespaces")
    return shared


def users(store: Store) -> Mapping[Key, tuple[User, ...]]:
    """The apps on each dependency that exists and is offered to them, by name."""
    found: defaultdict[Key, list[User]] = defaultdict(list)
    for record in sorted(store.apps.all(), key=lambda one: str(one.meta.key)):
        for ref in record.spec.dependencies if record.spec else ():
            meant = find(store, record, ref)
            if not isinstance(meant, Refused):
                found[meant.meta.key].append(User(record=record, ref=ref))
    return {key: tuple(ones) for key, ones in found.items()}


def _unusable(record: Found) -> Refused:
    said = f"the spec of {record.meta.key.name!r} cannot be used: {record.refusal}"
    return Refused(reason="NotFound", message=said)
