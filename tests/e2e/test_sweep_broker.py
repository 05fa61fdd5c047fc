"""What the sweep sees of a real broker: things that its mock cannot do, and the sentences of each way in.

The listeners with TLS and SASL are the bed's (dev/README.md); on another broker those tests need
SLUICEGATE_KAFKA_CA and the same ports.
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from sluicegate.model.connection import ConnectionSpec, Mechanism, Sasl, Tls
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind, GroupAnswer, GroupQuestion, Sweep
from sluicegate.model.secret import SecretRef
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.history import SPAN
from sluicegate.observe.kafka.pool import SweepPool
from tests.support.broker import Broker

PLAIN, SASL, TLS, SASL_TLS = 9092, 9095, 9096, 9097
LIMIT = 20.0


class Sight:
    """One connection through a real pool."""

    def __init__(self, pool: SweepPool, access: ClientConfig) -> None:
        self._pool = pool
        self._access = access

    async def sweep(self, *questions: GroupQuestion) -> Sweep:
        return await self._pool.sweep(self._access, questions, timeout=LIMIT)

    async def of(self, group: str, *topics: str, describe: bool = False) -> GroupAnswer:
        sweep = await self.sweep(GroupQuestion(group=group, topics=topics or None, describe=describe))
        assert sweep.fault is None, sweep.fault
        return sweep.answers[0]


@pytest.fixture
async def pool() -> AsyncIterator[SweepPool]:
    pool = SweepPool(children=1, now=time.time)
    yield pool
    await pool.close()


@pytest.fixture
def sight(pool: SweepPool, broker: Broker) -> Sight:
    return Sight(pool, config.plaintext(broker.bootstrap))


@pytest.fixture
def name(broker: Broker) -> Iterator[str]:
    """Topic and group of this test."""
    name = f"sweep-{uuid.uuid4().hex[:8]}"
    yield name
    broker.drop(topics=[name], groups=[name])


def access(
    broker: Broker,
    port: int,
    *,
    tls: bool = False,
    mechanism: Mechanism | None = None,
    password: str = "sluice-secret",
    trusted: bool = True,
) -> ClientConfig:
    host = broker.bootstrap.rpartition(":")[0]
    authority = SecretRef(name="authority") if trusted else None
    secrets = {"login": {"username": b"sluice", "password": password.encode()}}
    if tls and trusted:
        secrets["authority"] = {"ca.crt": Path(os.environ["SLUICEGATE_KAFKA_CA"]).read_bytes()}
    spec = ConnectionSpec(
        bootstrap_servers=f"{host}:{port}",
        tls=Tls(ca_secret_ref=authority) if tls else None,
        sasl=Sasl(mechanism=mechanism, credentials_secret_ref=SecretRef(name="login")) if mechanism else None,
    )
    return config.resolve(spec, secrets=secrets)


async def fault_of(pool: SweepPool, access: ClientConfig) -> Fault:
    fault = (await Sight(pool, access).sweep(GroupQuestion(group="g", topics=("t",)))).fault
    assert fault is not None
    return fault


async def test_a_group_that_does_not_exist_is_dead_and_has_committed_nothing(
    sight: Sight, broker: Broker, name: str
) -> None:
    broker.create(name, partitions=2)

    answer = await sight.of(name, name)

    assert answer.fault is None
    assert answer.group_fault is None
    assert answer.group is not None
    assert (answer.group.state, answer.group.members) == ("Dead", ())
    assert [p.committed for p in answer.partitions] == [None, None]


async def test_members_show_their_host_and_partitions(sight: Sight, broker: Broker, name: str) -> None:
    broker.create(name, partitions=4)
    broker.produce(name, 8)
    consumer = broker.consumer(name, name, **{"client.id": "worker-7"})
    while not consumer.assignment():
        consumer.poll(0.2)

    answer = await sight.of(name, name)
    consumer.close()

    assert answer.group is not None
    (member,) = answer.group.members
    assert (answer.group.state, answer.group.type) == ("Stable", "Classic")
    assert member.client_id == "worker-7"
    assert not member.host.startswith("/")
    assert [at.partition for at in member.partitions] == [0, 1, 2, 3]


async def test_topics_given_to_members_count_before_the_first_commit(sight: Sight, broker: Broker, name: str) -> None:
    broker.create(name, partitions=2)
    consumer = broker.consumer(name, name)
    while not consumer.assignment():
        consumer.poll(0.2)

    answer = await sight.of(name)
    consumer.close()

    assert [(p.topic, p.partition, p.committed) for p in answer.partitions] == [(name, 0, None), (name, 1, None)]


async def test_the_new_group_protocol_is_read_as_well(sight: Sight, broker: Broker, name: str) -> None:
    broker.create(name, partitions=2)
    consumer = broker.consumer(name, name, **{"group.protocol": "consumer"})
    while not consumer.assignment():
        consumer.poll(0.2)

    answer = await sight.of(name, name)
    consumer.close()

    assert answer.group is not None
    assert answer.group.type == "Consumer"
    assert sum(len(member.partitions) for member in answer.group.members) == 2


async def test_grown_partitions_are_seen_in_the_next_sweep_and_the_group_described_anew(
    sight: Sight, broker: Broker, name: str
) -> None:
    broker.create(name, partitions=2)
    broker.produce(name, 4)
    broker.commit(name, name, {0: 2, 1: 2})
    before = await sight.of(name, name)
    broker.grow(name, to=5)
    await asyncio.sleep(1.0)

    after = await sight.of(name, name)

    assert [len(answer.partitions) for answer in (before, after)] == [2, 5]
    assert before.group is not None
    assert after.group is not None
    assert after.group.described_at > before.group.described_at


async def test_a_topic_made_anew_has_another_id_and_its_ends_are_its_own(
    sight: Sight, broker: Broker, name: str
) -> None:
    broker.create(name, partitions=1)
    broker.produce(name, 50)
    broker.commit(name, name, {0: 50})
    before = (await sight.of(name, name)).partitions[0]
    broker.delete(name)
    broker.create(name, partitions=1)
    broker.produce(name, 3)

    after = (await sight.of(name, name)).partitions[0]

    assert (before.end, after.end) == (50, 3)
    assert before.topic_id
    assert after.topic_id
    assert before.topic_id != after.topic_id


async def test_asking_for_a_topic_does_not_create_it(sight: Sight, broker: Broker, name: str) -> None:
    """Also where the broker creates topics automatically."""
    for _ in range(2):
        ((topic, fault),) = (await sight.of(name, name)).topic_faults

    assert (topic, fault.kind) == (name, FaultKind.UNKNOWN_TOPIC)
    assert broker.partitions(name) == 0


async def test_an_open_transaction_keeps_the_stable_offset_below_the_end(
    sight: Sight, broker: Broker, name: str
) -> None:
    broker.create(name, partitions=1)
    broker.produce(name, 10)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": name})
    producer.init_transactions(LIMIT)
    producer.begin_transaction()
    for _ in range(5):
        producer.produce(name, b"x", partition=0)
    producer.flush(LIMIT)

    hanging = (await sight.of(name, name)).partitions[0]
    producer.commit_transaction(LIMIT)
    # The coordinator writes the commit's control record after it has answered.
    await asyncio.sleep(1.0)
    done = (await sight.of(name, name)).partitions[0]

    assert (hanging.stable, hanging.end) == (10, 15)
    # That record takes an offset, though no consumer is ever handed it.
    assert (done.stable, done.end) == (16, 16)


async def test_offsets_are_seen_as_committed_and_records_deleted_move_the_start(
    sight: Sight, broker: Broker, name: str
) -> None:
    broker.create(name, partitions=1)
    broker.produce(name, 20)
    broker.commit(name, name, {0: 5})
    for future in broker.admin.delete_records([TopicPartition(name, 0, 8)]).values():
        future.result(LIMIT)

    found = (await sight.of(name, name)).partitions[0]

    assert (found.start, found.committed, found.end) == (8, 5, 20)


async def test_a_group_at_rest_wakes_in_whichever_sweep_records_come(sight: Sight, broker: Broker, name: str) -> None:
    """Also in the one of six in which it is asked anyway."""
    broker.create(name, partitions=2)
    broker.produce(name, 2)
    for turn in range(7):
        broker.commit(name, name, {0: 1 + turn, 1: 1})
        await sight.of(name, name)
        at_rest = (await sight.of(name, name)).partitions[0]
        broker.produce(name, 1, partition=0)

        woken = (await sight.of(name, name)).partitions[0]

        assert (at_rest.end, at_rest.committed) == (1 + turn, 1 + turn)
        assert (woken.end, woken.stable, woken.committed) == (2 + turn, 2 + turn, 1 + turn)


async def test_the_first_look_tells_where_partitions_ended_five_minutes_ago(
    sight: Sight, broker: Broker, name: str
) -> None:
    """By the times of messages, of which a producer may say what it likes."""
    broker.create(name, partitions=5)
    now = time.time()
    ages = {
        0: [600.0] * 30 + [200.0] * 5 + [10.0] * 5,
        1: [100.0] * 20,
        2: [600.0] * 7,
        3: [],
        4: [600.0] * 4 + [-1_800.0] + [5.0] * 3,
    }
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for number, of_partition in ages.items():
        for age in of_partition:
            producer.produce(name, b"x", partition=number, timestamp=round((now - age) * 1000))
    assert producer.flush(LIMIT) == 0

    first = await sight.sweep(GroupQuestion(group=name, topics=(name,), history=True))
    second = await sight.of(name, name)

    found = [partition.earlier for partition in first.answers[0].partitions]
    span_ago = pytest.approx(now - SPAN, abs=5)
    assert found == [
        (30, span_ago),
        (0, pytest.approx(now - 100, abs=2)),
        (7, span_ago),
        (0, span_ago),
        None,
    ]
    assert first.requests["ListOffsets"] == 4
    assert [partition.earlier for partition in second.partitions] == [None] * 5


async def test_to_see_where_partitions_ended_before_takes_no_more_than_describe(
    pool: SweepPool, broker: Broker, name: str
) -> None:
    broker.create(name, partitions=1)
    broker.produce(name, 5)
    who = (name, ResourcePatternType.LITERAL, "User:sluice", "*")
    bound = [
        AclBinding(ResourceType.TOPIC, *who, AclOperation.DESCRIBE, AclPermissionType.ALLOW),
        AclBinding(ResourceType.TOPIC, *who, AclOperation.READ, AclPermissionType.DENY),
    ]
    for future in broker.admin.create_acls(bound).values():
        future.result(LIMIT)
    try:
        through = Sight(pool, access(broker, SASL, mechanism=Mechanism.PLAIN))
        sweep = await through.sweep(GroupQuestion(group=name, topics=(name,), history=True))
    finally:
        for one in bound:
            refused = AclBindingFilter(ResourceType.TOPIC, *who, one.operation, one.permission_type)
            for future in broker.admin.delete_acls([refused]).values():
                future.result(LIMIT)

    (partition,) = sweep.answers[0].partitions
    assert partition.earlier is not None
    assert partition.earlier[0] == 0


async def test_a_topic_that_a_member_of_a_stalled_group_was_just_given_spoils_no_sweep(
    sight: Sight, broker: Broker, name: str
) -> None:
    """It shows only when the ends have been read: the group is described then, as it stalls."""
    second = f"{name}-more"
    broker.create(name, partitions=1)
    broker.create(second, partitions=1)
    try:
        broker.produce(name, 10)
        broker.commit(name, name, {0: 2})
        consumer = broker.consumer(name, name)
        while not consumer.assignment():
            consumer.poll(0.2)
        before = await sight.of(name)
        consumer.subscribe([name, second])
        while second not in {at.topic for at in consumer.assignment()}:
            consumer.poll(0.2)

        seen = await sight.of(name)
        after = await sight.of(name)
        consumer.close()
    finally:
        broker.drop(topics=[second])

    assert before.group is not None
    assert seen.group is not None
    assert (before.group.state, len(before.group.members[0].partitions)) == ("Stable", 1)
    assert len(seen.group.members[0].partitions) == 2
    assert {p.topic for p in seen.partitions} == {name}
    assert {p.topic for p in after.partitions} == {name, second}


@pytest.mark.parametrize("resource", [ResourceType.GROUP, ResourceType.TOPIC])
async def test_what_an_acl_denies_is_a_fault_of_that_group_or_topic_with_the_remedy(
    pool: SweepPool, broker: Broker, name: str, resource: ResourceType
) -> None:
    broker.create(name, partitions=1)
    broker.commit(name, name, {0: 0})
    who = (name, ResourcePatternType.LITERAL, "User:sluice", "*", AclOperation.DESCRIBE, AclPermissionType.DENY)
    for future in broker.admin.create_acls([AclBinding(resource, *who)]).values():
        future.result(LIMIT)
    try:
        answer = await Sight(pool, access(broker, SASL, mechanism=Mechanism.PLAIN)).of(name, name)
    finally:
        for future in broker.admin.delete_acls([AclBindingFilter(resource, *who)]).values():
            future.result(LIMIT)

    fault = answer.fault if resource is ResourceType.GROUP else dict(answer.topic_faults)[name]
    assert fault is not None
    assert (fault.kind, fault.retriable) == (FaultKind.DENIED, False)
    assert "grant Describe" in fault.message


@pytest.mark.parametrize("mechanism", [Mechanism.PLAIN, Mechanism.SCRAM_SHA_256, Mechanism.SCRAM_SHA_512])
@pytest.mark.parametrize("port", [SASL, SASL_TLS])
async def test_each_mechanism_opens_the_door(pool: SweepPool, broker: Broker, mechanism: Mechanism, port: int) -> None:
    through = Sight(pool, access(broker, port, tls=port == SASL_TLS, mechanism=mechanism))

    sweep = await through.sweep()

    assert sweep.fault is None
    assert sweep.cluster_id == (await Sight(pool, config.plaintext(broker.bootstrap)).sweep()).cluster_id


async def test_tls_with_the_right_authority_opens_the_door(pool: SweepPool, broker: Broker) -> None:
    assert (await Sight(pool, access(broker, TLS, tls=True)).sweep()).fault is None


@pytest.mark.parametrize("mechanism", [Mechanism.PLAIN, Mechanism.SCRAM_SHA_512])
async def test_a_wrong_password_is_told_in_the_brokers_words(
    pool: SweepPool, broker: Broker, mechanism: Mechanism
) -> None:
    fault = await fault_of(pool, access(broker, SASL, mechanism=mechanism, password="canary-wrong"))

    assert (fault.kind, fault.retriable) == (FaultKind.AUTHENTICATION, False)
    assert "did not accept the credentials" in fault.message
    assert "Authentication failed" in fault.message
    assert "canary" not in fault.message


async def test_an_authority_that_is_not_trusted_is_told(pool: SweepPool, broker: Broker) -> None:
    fault = await fault_of(pool, access(broker, TLS, tls=True, trusted=False))

    assert fault.kind is FaultKind.TLS
    assert "certificate verify failed" in fault.message


async def test_tls_towards_a_plaintext_listener_is_told(pool: SweepPool, broker: Broker) -> None:
    fault = await fault_of(pool, access(broker, PLAIN, tls=True, trusted=False))

    assert fault.kind is FaultKind.TLS
    assert "connecting to a PLAINTEXT broker listener?" in fault.message


@pytest.mark.parametrize("port", [TLS, SASL])
async def test_plaintext_towards_a_listener_that_wants_more_is_told(pool: SweepPool, broker: Broker, port: int) -> None:
    fault = await fault_of(pool, access(broker, port))

    assert fault.kind is FaultKind.UNREACHABLE
    assert "another protocol than PLAINTEXT: check spec.tls and spec.sasl" in fault.message


async def test_an_unknown_host_is_told(pool: SweepPool) -> None:
    fault = await fault_of(pool, config.plaintext("kafka.invalid:9092"))

    assert fault.kind is FaultKind.UNREACHABLE
    assert "Failed to resolve" in fault.message
