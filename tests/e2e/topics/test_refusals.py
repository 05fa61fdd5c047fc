"""What brokers refuse, in their words: rights, replication, settings, names; one refusal holds up nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from sluicegate.decide.topics.words import refusal
from sluicegate.model.connection import ConnectionSpec, Mechanism, Sasl
from sluicegate.model.kafka import ClientConfig, FaultKind
from sluicegate.model.secret import SecretRef
from sluicegate.model.topic import Change, ChangeKind, TopicState
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.e2e.topics.conftest import Provider
from tests.support.broker import LIMIT, Broker

SASL_PORT = 9095


def login(broker: Broker) -> ClientConfig:
    """As the user `sluice`, who may do what no ACL speaks against."""
    spec = ConnectionSpec(
        bootstrap_servers=f"{broker.bootstrap.rpartition(':')[0]}:{SASL_PORT}",
        sasl=Sasl(mechanism=Mechanism.SCRAM_SHA_512, credentials_secret_ref=SecretRef(name="login")),
    )
    return config.resolve(spec, secrets={"login": {"username": b"sluice", "password": b"sluice-secret"}})


@contextmanager
def denied(broker: Broker, begin: str, *operations: AclOperation) -> Iterator[None]:
    """`sluice` may do everything but ``operations`` with topics whose names begin so."""
    whom = ("User:sluice", "*")
    topics = (ResourceType.TOPIC, begin, ResourcePatternType.PREFIXED, *whom)
    acls = [AclBinding(*topics, AclOperation.ALL, AclPermissionType.ALLOW)]
    acls += [AclBinding(*topics, operation, AclPermissionType.DENY) for operation in operations]
    if AclOperation.CREATE in operations:
        # Who may create in the cluster needs no right on the topic. An ACL ends what is allowed without one.
        cluster = (ResourceType.BROKER, "kafka-cluster", ResourcePatternType.LITERAL)
        acls.append(AclBinding(*cluster, "User:*", "*", AclOperation.ALL, AclPermissionType.ALLOW))
        acls.append(AclBinding(*cluster, *whom, AclOperation.CREATE, AclPermissionType.DENY))
    for future in broker.admin.create_acls(acls).values():
        future.result(LIMIT)
    try:
        yield
    finally:
        filters = [
            AclBindingFilter(
                one.restype, one.name, one.resource_pattern_type, one.principal, one.host, one.operation,
                one.permission_type,
            )
            for one in acls
        ]  # fmt: skip
        for future in broker.admin.delete_acls(filters).values():
            future.result(LIMIT)


@pytest.fixture
def user(pool: SweepPool, broker: Broker, source: str) -> Provider:
    """An app on the connection of `sluice`."""
    return Provider(pool, login(broker), source)


async def test_without_the_right_to_create_the_missing_right_is_told_and_once_it_is_there_all_is_made(
    user: Provider, broker: Broker, source: str
) -> None:
    with denied(broker, source, AclOperation.CREATE):
        view = await user.round()
        assert set((await user.order(read=(user.retry, user.dlq))).topics.values()) == {None}

    assert view.reason == "NotAuthorized"
    assert "authorization failed" in view.message.lower()
    assert "kafka-acls.sh" in view.message
    assert f"--operation Create --topic {user.dlq} --topic {user.retry}" in view.message
    assert (await user.settled()).reason == ""


async def test_a_source_that_may_not_be_described_is_told_with_the_rights_to_grant(
    user: Provider, broker: Broker, source: str
) -> None:
    with denied(broker, source, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS):
        view = await user.round()

    assert (view.reason, {one.state for one in view.topics}) == ("NotAuthorized", {TopicState.WAITING})
    assert f"--operation Describe --operation DescribeConfigs --topic {source}" in view.message


async def test_settings_that_may_not_be_read_are_no_reason_to_guess_them(
    user: Provider, broker: Broker, source: str
) -> None:
    with denied(broker, source, AclOperation.DESCRIBE_CONFIGS):
        view = await user.round()

    assert view.reason == "NotAuthorized"
    assert "grant DescribeConfigs" in view.message
    assert broker.partitions(user.dlq) == 0


async def test_without_the_right_to_alter_growth_is_refused_and_the_topics_serve_on(
    user: Provider, broker: Broker, source: str
) -> None:
    await user.settled()
    broker.grow(source, to=4)
    with denied(broker, source, AclOperation.ALTER):
        view = await user.round()

    assert view.reason == "NotAuthorized"
    assert "--operation Alter --topic" in view.message
    assert [(one.created, one.partitions) for one in view.topics] == [(True, 3), (True, 3)]
    assert (await user.settled()).reason == ""


@pytest.mark.usefixtures("source")
async def test_more_replicas_than_brokers_are_refused_and_the_other_topics_are_made(provider: Provider) -> None:
    provider.wants({"deadLetter": {"replicationFactor": 3}})

    view = await provider.round()

    states = {one.topic.name: one.state for one in view.topics}
    assert (view.reason, states[provider.dlq]) == ("BrokerRefused", TopicState.REFUSED)
    assert "replication" in view.message.lower()
    assert states[provider.retry] is TopicState.IN_SYNC
    assert (await provider.order(read=(provider.dlq,))).topics == {provider.dlq: None}


@pytest.mark.usefixtures("source")
async def test_a_setting_that_the_broker_does_not_take_is_refused_in_its_words(provider: Provider) -> None:
    provider.wants({"deadLetter": {"config": {"compression.type": "gold"}}})

    view = await provider.round()

    assert view.reason == "BrokerRefused"
    assert "gold" in view.message
    assert (await provider.order(read=(provider.dlq,))).topics == {provider.dlq: None}


async def test_a_drifted_topic_is_not_altered_by_half_when_one_setting_is_refused(
    provider: Provider, source: str
) -> None:
    config = {"retention.ms": "100000", "compression.type": "gold"}

    (outcome,) = (await provider.order(Change(kind=ChangeKind.CONFIGURE, topic=source, config=config))).outcomes

    assert outcome.fault is not None
    assert not outcome.fault.retriable
    assert (await provider.topic(source)).own == frozenset()


async def test_names_that_kafka_does_not_take_are_refused_each_alone(provider: Provider, name: str) -> None:
    good, bad, collides = f"{name}.a", f"{name} b", f"{name}_a"
    changes = [Change(kind=ChangeKind.CREATE, topic=one, partitions=1) for one in (bad, good)]

    refused, made = (await provider.order(*changes)).outcomes
    (alike,) = (await provider.order(Change(kind=ChangeKind.CREATE, topic=collides, partitions=1))).outcomes

    assert (made.fault, bool(made.id)) == (None, True)
    for one in (refused, alike):
        assert one.fault is not None
        assert refusal(one.change, one.fault)[0] == "InvalidName"
    assert "collides" in (alike.fault.message if alike.fault else "")


async def test_what_the_client_itself_does_not_take_is_refused_alone(provider: Provider, name: str) -> None:
    nonsense = Change(kind=ChangeKind.CREATE, topic=f"{name}.none", partitions=0)
    sound = Change(kind=ChangeKind.CREATE, topic=f"{name}.one", partitions=1)

    refused, made = (await provider.order(nonsense, sound)).outcomes

    assert refused.fault is not None
    assert (made.fault, made.change) == (None, sound)


async def test_a_topic_that_is_there_is_not_made_twice_nor_shrunk(
    provider: Provider, broker: Broker, source: str
) -> None:
    again, fewer = (
        await provider.order(
            Change(kind=ChangeKind.CREATE, topic=source, partitions=9),
            Change(kind=ChangeKind.GROW, topic=source, partitions=2),
        )
    ).outcomes

    assert (again.exists, fewer.exists) == (True, False)
    assert fewer.fault is not None
    assert (fewer.fault.kind, fewer.fault.retriable) == (FaultKind.OTHER, False)
    assert broker.partitions(source) == 3


async def test_a_policy_of_the_broker_is_told_in_its_words_and_not_tried_again_in_haste(
    user: Provider, broker: Broker
) -> None:
    """Kafka's own limit of partitions in one request is a policy, as those that administrators write are."""
    [outcome] = (await user.order(Change(kind=ChangeKind.CREATE, topic=user.dlq, partitions=10_001))).outcomes

    assert outcome.fault is not None
    assert (outcome.fault.kind, outcome.fault.retriable) == (FaultKind.OTHER, False)
    reason, words = refusal(outcome.change, outcome.fault)
    assert reason == "BrokerRefused"
    assert "number of partitions" in words
    assert broker.partitions(user.dlq) == 0
