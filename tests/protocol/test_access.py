"""Clusters that cannot be reached: the sentence users read, and what it costs others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from sluicegate.model.connection import ConnectionSpec, Mechanism, Sasl
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind, GroupQuestion
from sluicegate.model.secret import SecretRef
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.protocol.asking import Asker
from tests.protocol.mock_cluster import MockCluster, mock_cluster
from tests.protocol.proxy import Proxy, proxy

QUESTION = GroupQuestion(group="billing", topics=("orders",))


@pytest.fixture
async def between() -> AsyncIterator[Proxy]:
    """A proxy whose target accepts and says nothing: a half-open broker."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with proxy(f"127.0.0.1:{server.sockets[0].getsockname()[1]}") as one:
        yield one
    server.close()


async def fault_of(pool: SweepPool, access: ClientConfig) -> Fault:
    sweep = await pool.sweep(access, [QUESTION], timeout=20)
    assert sweep.fault is not None
    assert sweep.answers == ()
    return sweep.fault


async def test_a_host_that_does_not_resolve_is_named(pool: SweepPool) -> None:
    fault = await fault_of(pool, config.plaintext("kafka.invalid:9092"))

    assert fault.kind is FaultKind.UNREACHABLE
    assert fault.message.startswith("no broker of kafka.invalid:9092 can be reached: ")
    assert "Failed to resolve 'kafka.invalid:9092'" in fault.message


async def test_a_refused_connection_is_told_with_the_address(pool: SweepPool) -> None:
    async with proxy("127.0.0.1:9") as gone:
        await gone.stop()
        fault = await fault_of(pool, config.plaintext(gone.address))

    assert fault.kind is FaultKind.UNREACHABLE
    assert f"no broker of {gone.address} can be reached" in fault.message
    assert "Connection refused" in fault.message


async def test_the_sentence_is_the_same_at_each_poll(pool: SweepPool) -> None:
    """A status that repeats it would be written at every poll otherwise."""
    access = config.plaintext("kafka.invalid:9092")

    assert await fault_of(pool, access) == await fault_of(pool, access)


async def test_a_broker_that_is_away_is_told_within_three_seconds(pool: SweepPool) -> None:
    began = time.monotonic()
    await fault_of(pool, config.plaintext("kafka.invalid:9092"))

    assert time.monotonic() - began < 4.0


async def test_a_half_open_broker_ends_by_time_out(pool: SweepPool, between: Proxy) -> None:
    fault = await fault_of(pool, config.plaintext(between.address))

    assert fault.kind is FaultKind.TIMED_OUT
    assert f"no broker of {between.address} answered in time" in fault.message


async def test_a_half_open_broker_delays_no_other_connection_in_its_child(between: Proxy, cluster: MockCluster) -> None:
    pool = SweepPool(children=1, now=time.time)
    hanging = asyncio.create_task(pool.sweep(config.plaintext(between.address), [QUESTION], timeout=20))
    good = Asker(pool, cluster.bootstrap)
    await good.answer("billing", "orders")

    began = time.monotonic()
    for _ in range(3):
        await good.answer("billing", "orders")

    assert time.monotonic() - began < 1.0
    assert len(pool.pids()) == 1
    assert (await hanging).fault is not None
    await pool.close()


async def test_a_cluster_that_comes_back_is_read_at_the_next_poll() -> None:
    with mock_cluster() as cluster:
        cluster.create("orders", partitions=1)
        pool = SweepPool(children=1, now=time.time)
        ask = Asker(pool, cluster.bootstrap)
        assert (await ask.sweep(QUESTION)).fault is None

        cluster.down(1)
        gone = await ask.sweep(QUESTION)
        cluster.up(1)
        await asyncio.sleep(1.0)
        back = await ask.sweep(QUESTION)

        assert gone.fault is not None
        assert gone.fault.kind is FaultKind.UNREACHABLE
        assert back.fault is None
        await pool.close()


async def test_a_slow_broker_is_read_all_the_same(ask: Asker, cluster: MockCluster) -> None:
    for broker in (1, 2, 3):
        cluster.slow(broker, milliseconds=300)

    answer = await ask.answer("billing", "orders")

    assert [p.fault for p in answer.partitions] == [None, None, None]


async def test_a_setting_that_the_client_refuses_is_a_configuration_fault(pool: SweepPool) -> None:
    spec = ConnectionSpec(bootstrap_servers="kafka:9092", properties={"socket.timeout.ms": "soon"})

    fault = await fault_of(pool, config.resolve(spec, secrets={}))

    assert (fault.kind, fault.retriable) == (FaultKind.CONFIGURATION, False)
    assert "socket.timeout.ms" in fault.message


async def test_tokens_come_from_the_endpoint_and_its_words_reach_no_one_with_the_secret_in_them(
    pool: SweepPool,
) -> None:
    """The endpoint repeats the client's secret in its refusal, as careless ones do."""
    heard: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        body = b'{"error":"invalid_client","error_description":"canary-s3cret is wrong"}'
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    secret = {
        "client.id": b"sluicegate",
        "client.secret": b"canary-s3cret",
        "token.endpoint.url": b"http://127.0.0.1:%d/token" % port,
    }
    sasl = Sasl(mechanism=Mechanism.OAUTHBEARER, credentials_secret_ref=SecretRef(name="login"))
    spec = ConnectionSpec(bootstrap_servers=f"127.0.0.1:{port}", sasl=sasl)

    fault = await fault_of(pool, config.resolve(spec, secrets={"login": secret}))
    server.close()

    assert any(request.startswith(b"POST /token") for request in heard)
    assert fault.kind is FaultKind.AUTHENTICATION
    assert "canary-s3cret" not in fault.message
    assert "[redacted] is wrong" in fault.message
