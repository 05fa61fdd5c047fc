"""A redrive with credentials: they open the door, stay out of what is said, and what an ACL denies is told with its
remedy. The listener with SASL is the bed's (dev/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from sluicegate.model.connection import ConnectionSpec, Mechanism, Sasl
from sluicegate.model.kafka import ClientConfig
from sluicegate.model.redrive import Phase
from sluicegate.model.secret import SecretRef
from sluicegate.observe.kafka import config
from sluicegate.redrive.run import RedriveProcess
from tests.support.broker import Broker
from tests.support.dead_letters import Letters, last

SASL = 9095


def access(broker: Broker, *, password: str = "sluice-secret") -> ClientConfig:
    spec = ConnectionSpec(
        bootstrap_servers=f"{broker.bootstrap.rpartition(':')[0]}:{SASL}",
        sasl=Sasl(mechanism=Mechanism.PLAIN, credentials_secret_ref=SecretRef(name="login")),
    )
    return config.resolve(spec, secrets={"login": {"username": b"sluice", "password": password.encode()}})


@contextmanager
def only(broker: Broker, resource: ResourceType, name: str, *allowed: AclOperation) -> Iterator[None]:
    """The bed's user may do only so much with ``name`` meanwhile: with one ACL, all that none allows is denied."""
    who = (resource, name, ResourcePatternType.LITERAL, "User:sluice", "*")
    rules = [(*who, operation, AclPermissionType.ALLOW) for operation in allowed]
    for future in broker.admin.create_acls([AclBinding(*rule) for rule in rules]).values():
        future.result(10)
    try:
        yield
    finally:
        for future in broker.admin.delete_acls([AclBindingFilter(*rule) for rule in rules]).values():
            future.result(10)


async def test_credentials_open_the_door(letters: Letters) -> None:
    letters.topics()
    letters.die(20)
    told = await last(replace(letters.order(), config=access(letters.broker)))
    assert (told.phase, told.redriven) == (Phase.SUCCEEDED, 20), told.message


async def test_a_wrong_password_is_told_in_the_brokers_words_and_never_shown(
    letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    letters.topics()
    process = await RedriveProcess.start(
        replace(letters.order(), config=access(letters.broker, password="canary-wrong"))
    )
    said = []
    async for told in process.progress():
        assert told.phase is Phase.RUNNING
        said.append(told.message)
        if "uthentication failed" in told.message:
            break
    await process.close()
    assert "canary-wrong" not in "".join(said) + caplog.text


@pytest.mark.parametrize(
    ("resource", "which", "allowed", "words"),
    [
        (ResourceType.TOPIC, "source", AclOperation.DESCRIBE, "grant Write on topic"),
        (ResourceType.TOPIC, "dead", AclOperation.DESCRIBE, "grant Read on"),
        (ResourceType.TOPIC, "dead", AclOperation.WRITE, "grant Read on"),
        (ResourceType.GROUP, "settled", AclOperation.DESCRIBE, "grant Read on this group"),
        (ResourceType.GROUP, "group", AclOperation.DELETE, "grant Read on this group"),
    ],
)
async def test_what_an_acl_denies_fails_the_run_with_the_remedy(
    letters: Letters, resource: ResourceType, which: str, allowed: AclOperation, words: str
) -> None:
    letters.topics()
    letters.die(20)
    order = replace(letters.order(), config=access(letters.broker))
    name = {"source": letters.source, "dead": letters.dead, "settled": letters.settled, "group": order.group}[which]
    with only(letters.broker, resource, name, allowed):
        told = await last(order)
    assert told.phase is Phase.FAILED, told
    assert words in told.message
    rest = await last(letters.order())
    assert rest.phase is Phase.SUCCEEDED
    assert {int(one.value or b"-1") for one in letters.read(letters.source)} == set(range(20))


async def test_where_limits_may_not_be_read_a_record_that_is_too_large_is_parked_alone(letters: Letters) -> None:
    letters.topic(letters.dead, partitions=1)
    letters.topic(letters.parking, partitions=1)
    letters.topic(letters.source, partitions=1, config={"max.message.bytes": "10000"})
    for number in range(40):
        letters.put(letters.dead, key=b"k", value=b"x" * (20_000 if number == 7 else 1_000))
    letters.flush()
    order = replace(letters.order(), config=access(letters.broker))
    with only(letters.broker, ResourceType.TOPIC, letters.source, AclOperation.DESCRIBE, AclOperation.WRITE):
        told = await last(order)
    assert (told.phase, told.redriven, told.parked) == (Phase.SUCCEEDED, 39, 1), told.message
    assert len(letters.read(letters.source)) == 39
    assert [len(one.value or b"") for one in letters.read(letters.parking)] == [20_000]
