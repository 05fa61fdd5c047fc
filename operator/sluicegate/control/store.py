"""The operator's picture of the cluster: fed by watches, put right by periodic lists, read by the loop.

kopf never reports objects that vanish while a watch is down, so whole lists are taken in now and then.
Everything here runs in one event loop and never awaits: a reader sees a whole picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sluicegate.control.cache import Cache
from sluicegate.control.intake import each, is_leaving
from sluicegate.control.pods import PodIndex
from sluicegate.control.records import AppRecord
from sluicegate.control.shelf import Shelf
from sluicegate.model.app import AppSpec, TargetKind
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.dependency import ClusterDependencySpec, DependencySpec
from sluicegate.model.observation import Foreign, Pods, Workload
from sluicegate.model.parse import (
    parse_app,
    parse_cluster_dependency,
    parse_connection,
    parse_dependency,
    parse_redrive,
)
from sluicegate.model.redrive import RedriveSpec
from sluicegate.model.resource import TOPICS_FINALIZER, Key
from sluicegate.observe import workload as extract

Body = Mapping[str, Any]


class Store:
    """Latest known state by key. A ``put`` that is older than what is known (same uid) changes nothing."""

    def __init__(self) -> None:
        self.apps: Shelf[AppSpec] = Shelf(parse=parse_app, finalizer=TOPICS_FINALIZER)
        self.connections: Shelf[ConnectionSpec] = Shelf(parse=parse_connection)
        self.dependencies: Shelf[DependencySpec] = Shelf(parse=parse_dependency)
        self.cluster_dependencies: Shelf[ClusterDependencySpec] = Shelf(parse=parse_cluster_dependency)
        self.redrives: Shelf[RedriveSpec] = Shelf(parse=parse_redrive)
        self.pods = PodIndex()
        self._workloads: dict[str, Cache[Key, Workload]] = {kind.value: Cache() for kind in TargetKind}
        self._autoscalers: dict[str, dict[str, list[extract.AutoscalerFact]]] = {}

    def shelves(self) -> Mapping[str, Shelf[Any]]:
        """Where the resources of each kind of our own are kept; apps after what they name, to be known first."""
        return {
            "ClusterDownstreamDependency": self.cluster_dependencies,
            "DownstreamDependency": self.dependencies,
            "KafkaConnection": self.connections,
            "KafkaConsumerApp": self.apps,
            "DeadLetterRedrive": self.redrives,
        }

    def put_workload(self, body: Body, *, kind: str) -> Key:
        fact = extract.workload(body, kind=kind)
        key = _key(body)
        if is_leaving(body):
            self._workloads[kind].drop(key, uid=fact.uid)
            return key
        self._workloads[kind].put(key, fact, uid=fact.uid, resource_version=fact.resource_version)
        return key

    def drop_workload(self, *, kind: str, key: Key, uid: str) -> None:
        self._workloads[kind].drop(key, uid=uid)

    def workload_mark(self, kind: str) -> int:
        return self._workloads[kind].mark()

    def replace_workloads(self, bodies: Iterable[Body], *, kind: str, mark: int) -> None:
        """Take in a whole list that was asked for at ``mark``."""
        cache = self._workloads[kind]
        present = (body for body in bodies if not cache.deleted_since(body["metadata"]["uid"], mark))
        cache.sweep_out(set(each(present, partial(self.put_workload, kind=kind))), mark=mark)

    def replace_autoscalers(self, bodies: Iterable[Body], *, kind: str) -> None:
        by_namespace: defaultdict[str, list[extract.AutoscalerFact]] = defaultdict(list)
        for fact in each(bodies, partial(extract.autoscaler, kind=kind)):
            by_namespace[fact.namespace].append(fact)
        self._autoscalers[kind] = dict(by_namespace)

    def workload_of(self, record: AppRecord) -> Workload | None:
        """The target as last seen; None when it does not exist."""
        if record.spec is None:
            return None
        ref = record.spec.scale_target_ref
        return self._workloads[ref.kind.value].get(Key(record.meta.key.namespace, ref.name))

    def pods_of(self, record: AppRecord) -> Pods:
        """The target's pods, counted."""
        workload = self.workload_of(record)
        if workload is None:
            return Pods()
        near = self.pods.candidates(namespace=record.meta.key.namespace, selector=workload.selector)
        return extract.pods_of(workload, near)

    def foreign_of(self, record: AppRecord) -> Foreign | None:
        """Another autoscaler on the target; a KEDA ScaledObject speaks for the HPA that it made."""
        if record.spec is None:
            return None
        namespace = record.meta.key.namespace
        facts = [fact for kind in self._autoscalers.values() for fact in kind.get(namespace, ())]
        return extract.foreign(record.spec.scale_target_ref, facts)


def _key(body: Body) -> Key:
    return Key(body["metadata"].get("namespace", ""), body["metadata"]["name"])
