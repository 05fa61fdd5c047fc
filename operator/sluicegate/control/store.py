"""The operator's picture of the cluster: fed by watches, put right by periodic lists, read by the loop.

kopf never reports objects that vanish while a watch is down, so `replace_*` take whole lists. Everything here runs in
one event loop and never awaits: a reader sees a whole picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sluicegate.control.pods import PodIndex
from sluicegate.control.records import AppRecord, Source, source_of
from sluicegate.control.shelf import Shelf, is_older
from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.observation import Foreign, Pods, Workload
from sluicegate.model.parse import parse_app, parse_connection
from sluicegate.model.resource import Key
from sluicegate.observe import workload as extract

Body = Mapping[str, Any]


class Store:
    """Latest known state by key. A ``put`` that is older than what is known (same uid) changes nothing."""

    def __init__(self) -> None:
        self.apps: Shelf[AppSpec] = Shelf(parse=parse_app)
        self.connections: Shelf[ConnectionSpec] = Shelf(parse=parse_connection)
        self._workloads: dict[tuple[str, Key], Workload] = {}
        self._pods = PodIndex()
        self._autoscalers: dict[str, dict[str, list[extract.AutoscalerFact]]] = {}

    def put_workload(self, body: Body, *, kind: str) -> tuple[str, Key]:
        fact = extract.workload(body, kind=kind)
        ref = (kind, _key(body))
        known = self._workloads.get(ref)
        if not (known and known.uid == fact.uid and is_older(fact.resource_version, than=known.resource_version)):
            self._workloads[ref] = fact
        return ref

    def drop_workload(self, *, kind: str, key: Key, uid: str) -> None:
        if (known := self._workloads.get((kind, key))) and known.uid == uid:
            del self._workloads[(kind, key)]

    def replace_workloads(self, bodies: Iterable[Body], *, kind: str) -> None:
        seen = {self.put_workload(body, kind=kind) for body in bodies}
        for ref in [ref for ref in self._workloads if ref[0] == kind and ref not in seen]:
            del self._workloads[ref]

    def put_pod(self, body: Body) -> None:
        self._pods.put(extract.pod(body))

    def drop_pod(self, *, uid: str) -> None:
        self._pods.drop(uid)

    def replace_pods(self, bodies: Iterable[Body]) -> None:
        self._pods.replace(extract.pod(body) for body in bodies)

    def replace_autoscalers(self, bodies: Iterable[Body], *, kind: str) -> None:
        by_namespace: defaultdict[str, list[extract.AutoscalerFact]] = defaultdict(list)
        for body in bodies:
            fact = extract.autoscaler(body, kind=kind)
            by_namespace[fact.namespace].append(fact)
        self._autoscalers[kind] = dict(by_namespace)

    def workload_of(self, record: AppRecord) -> Workload | None:
        """The target as last seen; None when it does not exist."""
        if record.spec is None:
            return None
        ref = record.spec.scale_target_ref
        return self._workloads.get((ref.kind.value, Key(record.meta.key.namespace, ref.name)))

    def pods_of(self, record: AppRecord) -> Pods:
        """The target's pods, counted."""
        workload = self.workload_of(record)
        if workload is None:
            return Pods()
        near = self._pods.candidates(namespace=record.meta.key.namespace, selector=workload.selector)
        return extract.pods_of(workload, near)

    def foreign_of(self, record: AppRecord) -> Foreign | None:
        """Another autoscaler on the target; a KEDA ScaledObject speaks for the HPA that it made."""
        if record.spec is None:
            return None
        namespace = record.meta.key.namespace
        facts = [fact for kind in self._autoscalers.values() for fact in kind.get(namespace, ())]
        return extract.foreign(record.spec.scale_target_ref, facts)

    def sources(self) -> set[Source]:
        """Every connection there is or that an app names, and every address in an app."""
        named = {source for record in self.apps.all() if (source := source_of(record))}
        return named | {Source(connection=record.meta.key) for record in self.connections.all()}


def _key(body: Body) -> Key:
    return Key(body["metadata"].get("namespace", ""), body["metadata"]["name"])
