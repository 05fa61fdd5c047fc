"""A plan from two values: what a person's file holds, and what the cluster shows. Nothing is asked or written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sluicegate.cli import plan_app, plan_dependency
from sluicegate.cli.difference import Difference, differences
from sluicegate.cli.documents import Document, Documents
from sluicegate.cli.plan import Action, Plan, Planned, Section
from sluicegate.cli.plan_app import cluster_of
from sluicegate.cli.plan_sharing import Sharing, sharing
from sluicegate.cli.plan_topics import TopicsAsked, TopicsPlanned, planned_topics
from sluicegate.control.records import Record, source_of
from sluicegate.control.store import Store
from sluicegate.control.topics.claims import claims
from sluicegate.errors import Invalid
from sluicegate.model.app import AppSpec, TargetKind
from sluicegate.model.known import Maybe, Unknown
from sluicegate.model.resource import Key, Part
from sluicegate.model.topic_order import TopicAnswer

Body = Mapping[str, Any]
Bodies = Mapping[str, Sequence[Body]]
AUTOSCALERS = ("HorizontalPodAutoscaler", "ScaledObject")
ALONE = Unknown("NotAsked", "the operator was not asked")
NEW = Unknown("New", "the operator has not looked at this app yet")
CLUSTERWIDE = "ClusterDownstreamDependency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the cluster shows: bodies by kind; ``seen`` what the operator saw last, by app, or why that is not known;
    ``notes`` about what could not be looked at; ``brokers`` the topics as they are, None when not asked for."""

    bodies: Bodies
    seen: Mapping[Key, Maybe[plan_app.Seen]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    brokers: TopicAnswer | None = None


def plan(documents: Documents, shown: Shown, *, now: float) -> Plan:
    """What applying all of ``documents`` at ``now`` (unix seconds) does. Invalid for what the API server refuses."""
    before = sharing(_store(shown.bodies), now=now)
    after = sharing(_store(_applied(documents, shown.bodies, now=now)), now=now)
    resources = tuple(_planned(one, shown, before=before, after=after, now=now) for one in documents.found)
    return Plan(resources=resources, ignored=documents.ignored, notes=shown.notes)


def _planned(one: Document, shown: Shown, *, before: Sharing, after: Sharing, now: float) -> Planned:
    old = before.store.shelves()[one.kind].get(one.key)
    found = _differences(one, old)
    action = Action.CREATE if old is None else Action.CHANGE if found else Action.UNCHANGED
    sections: tuple[Section, ...] = ()
    topics: TopicsPlanned | None = None
    if one.kind == "KafkaConsumerApp":
        sections = _of_app(one, shown, after=after, action=action)
        topics = planned_topics(_asked(one, shown, before=before, after=after), now=now)
        sections += (topics.section(),) if topics else ()
    elif one.kind in ("DownstreamDependency", CLUSTERWIDE):
        store = after.store
        meant = store.dependencies.get(one.key) if one.key.namespace else store.cluster_dependencies.get(one.key)
        assert meant is not None
        sections = (plan_dependency.of_dependency(meant, before=before, after=after),)
    return Planned(
        kind=one.kind,
        key=one.key,
        action=action,
        differences=found,
        sections=sections,
        topics=topics.topics if topics else (),
    )


def _of_app(one: Document, shown: Shown, *, after: Sharing, action: Action) -> tuple[Section, ...]:
    record = after.store.apps.get(one.key)
    assert record is not None
    told = NEW if action is Action.CREATE else shown.seen.get(one.key, ALONE)
    seen = told if isinstance(told, Unknown) else plan_app.usable(told.value, record)
    outlook = plan_app.of_app(record, after, seen=seen, changed=action is Action.CHANGE)
    shares = (plan_dependency.of_app(record, after),) if record.spec and record.spec.dependencies else ()
    return (outlook, *shares)


def _asked(one: Document, shown: Shown, *, before: Sharing, after: Sharing) -> TopicsAsked:
    record = after.store.apps.get(one.key)
    assert record is not None
    source = source_of(record)
    cluster = cluster_of(source, after)
    connection = after.store.connections.get(source.connection) if source.connection else None
    found = claims(after.store.apps.all(), cluster_of=lambda app: cluster_of(source_of(app), after))
    return TopicsAsked(
        record=record,
        before=before.store.apps.get(one.key),
        policy=connection.spec.topic_policy if connection and connection.spec else None,
        claimed=found.get(cluster, {}),
        read=shown.brokers,
    )


def _differences(one: Document, old: Record[Any] | None) -> tuple[Difference, ...]:
    if old is None:
        return ()
    if old.spec is None:
        return (Difference(field="spec", before=f"not usable: {old.refusal}", after="usable"),)
    spec: Part = old.spec
    if (
        isinstance(spec, AppSpec)
        and isinstance(one.spec, AppSpec)
        and spec.scale_target_ref != one.spec.scale_target_ref
    ):
        was, is_ = spec.scale_target_ref, one.spec.scale_target_ref
        raise Invalid(
            f"spec.scaleTargetRef of {one.key} is {is_.kind.value} {is_.name}, and {was.kind.value} {was.name} in the "
            "cluster; it cannot be changed: delete the resource and create one for the other workload",
            field="spec.scaleTargetRef",
        )
    return differences(spec, one.spec)


def _applied(documents: Documents, bodies: Bodies, *, now: float) -> Bodies:
    """``bodies`` as they would be; what is created is younger than all that is there."""
    found = {kind: {_key(body): body for body in listed} for kind, listed in bodies.items()}
    for (kind, key), body in documents.workloads.items():
        meta = {"namespace": key.namespace, "name": key.name, "uid": f"new {kind} {key}"}
        found.setdefault(kind, {}).setdefault(key, {**body, "metadata": meta})
    for one in documents.found:
        there = found.setdefault(one.kind, {}).get(one.key)
        created = datetime.fromtimestamp(now, UTC).isoformat()
        names = {"name": one.key.name, **({"namespace": one.key.namespace} if one.key.namespace else {})}
        meta = (
            there["metadata"] if there else {**names, "uid": f"new {one.kind} {one.key}", "creationTimestamp": created}
        )
        status = (there or {}).get("status") or {}
        found[one.kind][one.key] = {**one.body, "metadata": meta, "status": status}
    return {kind: tuple(listed.values()) for kind, listed in found.items()}


def _store(bodies: Bodies) -> Store:
    store = Store()
    for kind, shelf in store.shelves().items():
        for body in bodies.get(kind, ()):
            shelf.put(body)
    for target in TargetKind:
        for body in bodies.get(target.value, ()):
            store.put_workload(body, kind=target.value)
    for kind in AUTOSCALERS:
        store.replace_autoscalers(bodies.get(kind, ()), kind=kind)
    return store


def _key(body: Body) -> Key:
    return Key(body["metadata"].get("namespace", ""), body["metadata"]["name"])
