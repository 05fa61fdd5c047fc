"""Each rule of what is provisioned, on a real broker: made, kept in step, adopted, put right, deleted."""

from __future__ import annotations

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from sluicegate.decide.topics.plan import Seen, on_deletion
from sluicegate.model.topic import Change, ChangeKind, TopicState, TopicsView
from sluicegate.model.topic_order import TopicOrder
from tests.e2e.topics.conftest import Provider
from tests.support.broker import LIMIT, Broker

DAY = 24 * 3600 * 1000
DELETES = {"topics": {"deletion": "Delete"}}
MAY_DELETE = {"mayDelete": True}


def alter(broker: Broker, topic: str, **settings: str) -> None:
    """By hand: ``settings`` with underscores for dots."""
    entries = [
        ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
        for name, value in settings.items()
    ]
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    broker.admin.incremental_alter_configs([resource])[resource].result(LIMIT)


def states(view: TopicsView) -> dict[str, TopicState]:
    return {one.topic.name: one.state for one in view.topics}


async def deleted(provider: Provider) -> list[str]:
    """What the app's deletion asks for, done: the names of the topics that went."""
    names = (provider.retry, provider.dlq)
    answer = await provider.order(read=names)
    seen = Seen(topics=answer.topics, config_keys=answer.config_keys)
    changes = on_deletion(provider.asked, seen=seen)
    outcomes = (await provider.order(*changes)).outcomes
    assert all(one.fault is None for one in outcomes), outcomes
    return [one.change.topic for one in outcomes if not one.kept]


@pytest.mark.usefixtures("source")
async def test_what_is_missing_is_made_as_the_source_is_and_the_next_plan_is_empty(provider: Provider) -> None:
    view = await provider.settled()

    assert (view.reason, states(view)) == ("", {provider.retry: TopicState.IN_SYNC, provider.dlq: TopicState.IN_SYNC})
    retry, dead = await provider.topic(provider.retry), await provider.topic(provider.dlq)
    assert (retry.partitions, retry.replication, dead.partitions, dead.replication) == (3, 1, 3, 1)
    assert (retry.config["retention.ms"], dead.config["retention.ms"]) == (str(7 * DAY), str(14 * DAY))
    for one in (retry, dead):
        assert one.config["cleanup.policy"] == "delete"
        assert one.config["message.timestamp.type"] == "LogAppendTime"
        assert one.config["max.message.bytes"] == str(1_048_588 + 256 * 1024)
    assert [(one.id, one.created) for one in view.topics] == [(retry.id, True), (dead.id, True)]


async def test_topics_of_a_source_that_is_missing_are_made_once_it_is_there(
    provider: Provider, broker: Broker, name: str
) -> None:
    waiting = await provider.round()
    assert (waiting.reason, set(states(waiting).values())) == ("SourceMissing", {TopicState.WAITING})
    assert (await provider.order(read=(provider.dlq,))).topics == {provider.dlq: None}

    broker.create(name, partitions=2)

    assert (await provider.settled()).reason == ""
    assert broker.partitions(provider.dlq) == 2


async def test_dead_letters_of_a_compacted_source_are_never_compacted(
    provider: Provider, broker: Broker, name: str
) -> None:
    broker.create(name, partitions=1, config={"cleanup.policy": "compact", "max.message.bytes": "2000000"})

    await provider.settled()

    dead = await provider.topic(provider.dlq)
    assert dead.config["cleanup.policy"] == "delete"
    assert dead.config["max.message.bytes"] == str(2_000_000 + 256 * 1024)
    assert (await provider.topic(name)).config["cleanup.policy"] == "compact"


async def test_topics_grow_with_their_source(provider: Provider, broker: Broker, source: str) -> None:
    await provider.settled()
    broker.grow(source, to=5)

    view = await provider.settled()

    assert (view.reason, [one.partitions for one in view.topics]) == ("", [5, 5])
    assert (broker.partitions(provider.retry), broker.partitions(provider.dlq)) == (5, 5)


@pytest.mark.usefixtures("source")
async def test_what_was_altered_by_hand_is_put_right_and_what_was_added_stays(
    provider: Provider, broker: Broker
) -> None:
    await provider.settled()
    alter(broker, provider.dlq, cleanup_policy="compact", retention_ms="1000", segment_ms="3600000")

    planned = await provider.plan()
    assert planned.view.reason == "TopicDrifted"
    view = await provider.settled()

    dead = await provider.topic(provider.dlq)
    assert view.reason == ""
    assert (dead.config["cleanup.policy"], dead.config["retention.ms"]) == ("delete", str(14 * DAY))
    assert dead.config["segment.ms"] == "3600000"


@pytest.mark.usefixtures("source")
async def test_with_drift_report_what_was_altered_by_hand_is_told_and_not_touched(
    provider: Provider, broker: Broker
) -> None:
    provider.wants({"topics": {"drift": "Report"}})
    await provider.settled()
    alter(broker, provider.dlq, retention_ms="1000")

    view = await provider.settled()

    assert (view.reason, states(view)[provider.dlq]) == ("TopicDrifted", TopicState.DRIFTED)
    assert "retention.ms" in view.message
    assert (await provider.topic(provider.dlq)).config["retention.ms"] == "1000"


@pytest.mark.usefixtures("source")
async def test_a_topic_deleted_by_hand_is_made_again_and_known_as_another(provider: Provider, broker: Broker) -> None:
    before = {one.topic.name: one.id for one in (await provider.settled()).topics}
    broker.delete(provider.dlq)

    after = {one.topic.name: one.id for one in (await provider.settled()).topics}

    assert after[provider.retry] == before[provider.retry]
    assert after[provider.dlq] not in ("", before[provider.dlq])
    assert (await provider.topic(provider.dlq)).id == after[provider.dlq]


@pytest.mark.usefixtures("source")
async def test_a_topic_of_others_that_does_not_fit_is_told_in_full_and_not_touched(
    provider: Provider, broker: Broker
) -> None:
    broker.create(provider.dlq, partitions=1, config={"cleanup.policy": "compact"})
    before = await provider.topic(provider.dlq)

    view = await provider.settled()

    assert (view.reason, states(view)[provider.dlq]) == ("TopicIncompatible", TopicState.INCOMPATIBLE)
    assert "partition" in view.message
    assert "cleanup.policy" in view.message
    assert await provider.topic(provider.dlq) == before
    assert states(view)[provider.retry] is TopicState.IN_SYNC


@pytest.mark.usefixtures("source")
async def test_with_adoption_manage_what_is_missing_is_added_and_a_persons_settings_are_kept(
    provider: Provider, broker: Broker
) -> None:
    provider.wants({"topics": {"adoption": "Manage"}})
    broker.create(provider.dlq, partitions=1, config={"max.message.bytes": "5000000"})

    view = await provider.settled()

    dead = await provider.topic(provider.dlq)
    assert view.reason == ""
    assert (dead.partitions, dead.config["retention.ms"]) == (3, str(14 * DAY))
    assert dead.config["max.message.bytes"] == "5000000"
    assert not next(one for one in view.topics if one.topic.name == provider.dlq).created


@pytest.mark.usefixtures("source")
async def test_with_provisioner_none_nothing_is_made(provider: Provider) -> None:
    provider.wants({"topics": {"provisioner": "None"}})

    view = await provider.settled()

    assert set(states(view).values()) == {TopicState.MISSING}
    assert set((await provider.order(read=(provider.retry, provider.dlq))).topics.values()) == {None}


@pytest.mark.usefixtures("source")
async def test_an_operator_that_died_after_making_topics_knows_them_for_its_own(provider: Provider) -> None:
    planned = await provider.plan()
    done = (await provider.order(*planned.changes)).outcomes
    provider.begun(planned)

    view = await provider.settled()

    assert [(one.id, one.created) for one in view.topics] == [(one.id, True) for one in done]


@pytest.mark.usefixtures("source")
async def test_deletion_takes_empty_topics_and_keeps_those_with_messages(provider: Provider, broker: Broker) -> None:
    provider.wants(DELETES, policy=MAY_DELETE)
    await provider.settled()
    broker.produce(provider.dlq, 1)

    gone = await deleted(provider)

    assert gone == [provider.retry]
    assert broker.partitions(provider.dlq) == 3
    force = Change(kind=ChangeKind.DELETE, topic=provider.dlq, id=(await provider.topic(provider.dlq)).id, force=True)
    (outcome,) = (await provider.order(force)).outcomes
    assert (outcome.fault, outcome.kept) == (None, False)
    assert (await provider.order(read=(provider.dlq,))).topics == {provider.dlq: None}


@pytest.mark.usefixtures("source")
async def test_deletion_spares_a_topic_that_was_made_again_by_others(provider: Provider, broker: Broker) -> None:
    provider.wants(DELETES, policy=MAY_DELETE)
    await provider.settled()
    meant = await provider.topic(provider.dlq)
    broker.delete(provider.dlq)
    broker.create(provider.dlq, partitions=1)

    (outcome,) = (
        await provider.order(Change(kind=ChangeKind.DELETE, topic=provider.dlq, id=meant.id, force=True))
    ).outcomes

    assert (outcome.exists, outcome.fault) == (True, None)
    assert broker.partitions(provider.dlq) == 1


async def test_the_groups_that_committed_on_a_topic_are_told(provider: Provider, broker: Broker, source: str) -> None:
    readers = [f"{source}-{number}" for number in range(3)]
    for group in readers:
        broker.commit(group, source, {0: 0})
    broker.create(f"{source}.other", partitions=1)
    broker.commit(f"{source}-elsewhere", f"{source}.other", {0: 0})

    order = TopicOrder(readers_of=(source,))
    answer = await provider.pool.topics(provider.access, order, timeout=30.0)
    broker.drop(topics=[], groups=[*readers, f"{source}-elsewhere"])

    assert answer.fault is None
    assert answer.readers == {source: tuple(readers)}
