"""Before a redrive's process is started: where its records go, whether they may, and that the topics are there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sluicegate.control.access import Access
from sluicegate.control.records import AppRecord, RedriveRecord
from sluicegate.control.store import Store
from sluicegate.control.topics.ports import Topics
from sluicegate.decide.redrives.route import Routes, foreign_readers, routes
from sluicegate.decide.topics.names import topics_of
from sluicegate.decide.topics.parking import parking
from sluicegate.decide.topics.words import refused
from sluicegate.model.app import AppSpec
from sluicegate.model.error_handling import Provisioner
from sluicegate.model.kafka import ClientConfig, Fault
from sluicegate.model.redrive import Destination, OnLoop, RedriveSpec
from sluicegate.model.resource import Key
from sluicegate.model.topic import BrokerTopic, Change
from sluicegate.model.topic_order import TopicOrder
from sluicegate.model.topic_policy import TopicPolicy

LIMIT = 30.0


class Refused(Exception):
    """It cannot be done as asked; the text says why, and what to write instead."""


class Unready(Exception):
    """It cannot be done now. ``is_due_soon``: what is missing is named in the spec, and may be a mistake there."""

    def __init__(self, words: str, *, is_due_soon: bool = False) -> None:
        super().__init__(words)
        self.is_due_soon = is_due_soon


async def prepare(
    record: RedriveRecord,
    *,
    store: Store,
    kafka: Topics,
    access_of: Callable[[AppRecord], Awaitable[Access]],
    owners: Callable[[AppRecord], Mapping[str, Key]],
) -> tuple[Routes, ClientConfig]:
    """Refused or Unready when it cannot begin. ``owners`` who has which topic on an app's cluster."""
    if record.spec is None:
        raise Refused(f"the spec cannot be used: {record.refusal}")
    spec, key = record.spec, Key(record.meta.key.namespace, record.spec.app_ref.name)
    app = store.apps.get(key)
    if app is None:
        said = f"spec.appRef.name: there is no KafkaConsumerApp {key.name!r} in namespace {key.namespace!r}"
        raise Unready(f"{said}; create it, or correct the name", is_due_soon=True)
    if app.spec is None:
        raise Unready(f"the spec of KafkaConsumerApp {key.name!r} cannot be used: {app.refusal}")
    connection_ref = app.spec.kafka.connection_ref
    connection = store.connections.get(Key(key.namespace, connection_ref.name)) if connection_ref else None
    targets = connection.spec.redrive_targets if connection and connection.spec else ()
    policy = connection.spec.topic_policy if connection and connection.spec else None
    found = routes(spec, app=key.name, named=topics_of(app.spec, key=key), targets=targets)
    if found.problem:
        raise Refused(found.problem)
    has = owners(app)
    for route in found.routes:
        if (owner := has.get(route.dead_letter, key)) != key:
            raise Refused(
                f"{route.dead_letter} belongs to KafkaConsumerApp {owner.name!r} in namespace {owner.namespace!r}, "
                "which is older: redrive from there"
            )
    access = await access_of(app)
    if access.config is None:
        raise Unready(access.fault.message if access.fault else "the cluster of the app is not known")
    await _look(spec, app.spec, found, kafka=kafka, config=access.config, policy=policy)
    return found, access.config


async def _look(
    spec: RedriveSpec, app: AppSpec, found: Routes, *, kafka: Topics, config: ClientConfig, policy: TopicPolicy | None
) -> None:
    """That the topics are there and may be written to; parking topics are made where they may be needed."""
    written = {topic for route in found.routes for topic in route.topics.values()}
    parked = {route.parking: route.dead_letter for route in found.routes if _parks(spec)}
    shared = () if spec.allow_other_groups or spec.dry_run else found.shared
    names = tuple(sorted({*written, *parked, *(route.dead_letter for route in found.routes)}))
    answer = await kafka.topics(config, TopicOrder(read=names, readers_of=shared), timeout=LIMIT)
    if answer.fault:
        raise Unready(answer.fault.message)
    for name in names:
        topic = answer.topics.get(name)
        if isinstance(topic, Fault):
            raise Unready(topic.message)
        if topic is None and name not in parked:
            raise Unready(f"topic {name!r} does not exist (yet)", is_due_soon=True)
    for topic_name in shared:
        said = foreign_readers(
            spec, group=app.consumer_group, readers=lambda name: answer.readers.get(name, ()), shared=topic_name
        )
        if said:
            raise Refused(said)
    missing = {
        name: dead
        for name, dead in parked.items()
        if answer.topics.get(name) is None and isinstance(answer.topics.get(dead), BrokerTopic)
    }
    if missing and not spec.dry_run:
        like = [one for dead in missing.values() if isinstance(one := answer.topics.get(dead), BrokerTopic)]
        changes = tuple(_parking(one, policy=policy) for one in like)
        await _make(changes, app=app, kafka=kafka, config=config)


def _parks(spec: RedriveSpec) -> bool:
    return spec.to is Destination.PARK or spec.guards.on_loop is OnLoop.PARK


def _parking(dead_letter: BrokerTopic, *, policy: TopicPolicy | None) -> Change:
    found = parking(dead_letter, policy=policy)
    if found.change is None:
        raise Refused(found.problem)
    return found.change


async def _make(changes: tuple[Change, ...], *, app: AppSpec, kafka: Topics, config: ClientConfig) -> None:
    handling = app.error_handling
    if handling is not None and handling.topics.provisioner is Provisioner.NONE:
        names = ", ".join(change.topic for change in changes)
        raise Unready(f"create topic {names}: topics.provisioner of the app is None")
    answer = await kafka.topics(config, TopicOrder(changes=changes), timeout=LIMIT)
    faults = [(one.change, one.fault) for one in answer.outcomes if one.fault and not one.exists]
    if answer.fault:
        raise Unready(answer.fault.message)
    if faults:
        raise Unready("; ".join(refused(change, fault) for change, fault in faults))
