"""Signals from a real PostgreSQL: figures, and every way in which it can fail to give one."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator

import pytest

from sluicegate.observe.dependencies.guard import Guard
from sluicegate.telemetry.redact import redact
from tests.support.certificates import Certificates, certificates
from tests.support.postgres import Postgres, postgres
from tests.support.signals import HERE, capacity, look, lost, made, usage, value

SOURCE = {"connectionSecretRef": {"name": "db", "key": "url"}, "timeout": "2s"}
CHECK = {"postgres": SOURCE}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(max_connections=12) as server:
        yield server


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"), names="DNS:localhost")


@pytest.fixture(scope="module")
def tls_server(tls: Certificates) -> Iterator[Postgres]:
    with postgres(tls=tls) as server:
        yield server


async def test_capacity_is_the_setting_and_a_lower_setting_is_seen_after_a_restart(server: Postgres) -> None:
    assert value(await capacity({"postgres": SOURCE}, db={"url": server.dsn()})) == 12
    server.max_connections = 10
    server.restart()
    assert value(await capacity({"postgres": SOURCE}, db={"url": server.dsn()})) == 10


async def test_usage_counts_connections_of_others_and_not_the_operators_own(server: Postgres) -> None:
    others = [await server.connect() for _ in range(3)]
    ours = await server.connect(server_settings={"application_name": "sluicegate"})
    try:
        assert value(await usage({"postgres": SOURCE}, db={"url": server.dsn()})) == 3
    finally:
        for one in (*others, ours):
            await one.close()


async def test_usage_is_counted_for_a_user_without_rights_too(server: Postgres) -> None:
    await server.ask("CREATE ROLE plain LOGIN PASSWORD 'plain-words'")
    other = await server.connect()
    try:
        url = server.dsn(user="plain", password="plain-words")
        assert value(await usage({"postgres": SOURCE}, db={"url": url})) == 1
    finally:
        await other.close()


async def test_a_query_of_ones_own_gives_the_usage_and_cannot_write(server: Postgres) -> None:
    assert value(await usage({"postgres": {**SOURCE, "query": "SELECT 2.5::numeric"}}, db={"url": server.dsn()})) == 2.5
    wrote = lost(await usage({"postgres": {**SOURCE, "query": "CREATE TABLE t ()"}}, db={"url": server.dsn()}))
    assert "read-only transaction" in wrote.message


@pytest.mark.parametrize(
    ("query", "reason", "says"),
    [
        ("SELECT 1 WHERE false", "NotOneValue", "0 rows"),
        ("SELECT generate_series(1, 3)", "NotOneValue", "3 rows"),
        ("SELECT 1, 2", "NotOneValue", "2 columns"),
        ("SELECT NULL::int", "NotANumber", "NULL"),
        ("SELECT 'many'", "NotANumber", "str"),
        ("SELECT 'NaN'::float", "NotANumber", "nan"),
        ("SELECT 'Infinity'::float", "NotANumber", "inf"),
        ("SELECT -1", "NegativeFigure", "-1"),
        ("SELEC 1", "QueryFailed", "syntax error"),
        ("SELECT count(*) FROM nowhere", "QueryFailed", "nowhere"),
        ("SELECT pg_sleep(30)", "TimedOut", "0.5 s"),
    ],
)
async def test_a_query_that_gives_no_amount_is_a_lost_signal(
    server: Postgres, query: str, reason: str, says: str
) -> None:
    source = {"postgres": {**SOURCE, "query": query, "timeout": "500ms"}}
    found = lost(await usage(source, db={"url": server.dsn()}))
    assert found.reason in (reason, "DatabaseIll" if reason == "TimedOut" else reason)
    assert found.message.startswith("spec.usage.postgres: ")
    assert says in found.message or "statement timeout" in found.message


@pytest.mark.parametrize(("setting", "reason"), [("no_such_thing", "NoSuchSetting"), ("log_directory", "NotANumber")])
async def test_a_setting_that_is_no_number_is_a_lost_signal(server: Postgres, setting: str, reason: str) -> None:
    found = lost(await capacity({"postgres": {**SOURCE, "setting": setting}}, db={"url": server.dsn()}))
    assert (found.reason, setting in found.message) == (reason, True)


async def test_a_wrong_password_is_a_check_that_failed_itself_and_is_never_shown(server: Postgres) -> None:
    url = server.dsn(password="not-the-word")
    found = lost(await capacity({"postgres": SOURCE}, db={"url": url}))
    assert found.reason == "AccessDenied"
    assert "correct user and password in the Secret" in found.message
    assert (await look(CHECK, db={"url": url})).passed is None
    assert "not-the-word" not in redact(f"connecting as not-the-word with {url}")


async def test_no_room_for_a_connection_is_a_failure_of_the_database(server: Postgres) -> None:
    await server.ask("CREATE ROLE guest LOGIN PASSWORD 'guest-words'")
    guest = server.dsn(user="guest", password="guest-words")
    held = [await server.connect() for _ in range(server.max_connections - 2)]
    try:
        result = await look(CHECK, db={"url": guest})
        assert result.passed is False
        assert "remaining connection slots" in result.why
        assert lost(await usage({"postgres": SOURCE}, db={"url": guest})).reason == "TooManyClients"
    finally:
        for one in held:
            await one.close()


async def test_sessions_that_wait_for_locks_fail_the_check(server: Postgres) -> None:
    holder, waiter = await server.connect(), await server.connect()
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT pg_advisory_xact_lock(7)")
    waiting = asyncio.create_task(waiter.execute("SELECT pg_advisory_lock(7)"))
    await asyncio.sleep(0.3)
    try:
        check = {"postgres": {**SOURCE, "maxWaitingSessions": 0}}
        result = await look(check, db={"url": server.dsn()})
        assert (result.passed, result.why) == (False, "1 sessions wait for locks; maxWaitingSessions is 0")
        check = {"postgres": {**SOURCE, "maxWaitingSessions": 1}}
        assert (await look(check, db={"url": server.dsn()})).passed is True
    finally:
        await transaction.rollback()
        await waiting
        await holder.close()
        await waiter.close()


async def test_a_server_that_hangs_is_given_up_in_time_and_leaves_nothing_open(server: Postgres) -> None:
    files, tasks = len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())
    server.hang()
    try:
        began = time.monotonic()
        result = await look({"postgres": {**SOURCE, "timeout": "500ms"}}, db={"url": server.dsn()})
        assert time.monotonic() - began < 2
        assert (result.passed, "did not answer within 0.5 s" in result.why) == (False, True)
        assert lost(await capacity({"postgres": SOURCE}, db={"url": server.dsn()})).reason == "TimedOut"
    finally:
        server.go_on()
    await asyncio.sleep(0.1)
    assert len(asyncio.all_tasks()) == tasks
    assert len(os.listdir("/proc/self/fd")) <= files
    assert (await look(CHECK, db={"url": server.dsn()})).passed is True


async def test_a_stopped_server_fails_the_check_and_is_a_lost_capacity_until_it_is_back(server: Postgres) -> None:
    server.kill9()
    try:
        assert (await look(CHECK, db={"url": server.dsn()})).passed is False
        assert lost(await capacity({"postgres": SOURCE}, db={"url": server.dsn()})).reason == "Unreachable"
    finally:
        server.start()
    assert (await look(CHECK, db={"url": server.dsn()})).passed is True


async def test_all_signals_of_one_secret_together_hold_one_connection_at_most(server: Postgres) -> None:
    slow = {**SOURCE, "query": "SELECT 1 FROM pg_sleep(0.3)"}
    spec = {
        "capacity": {"postgres": SOURCE},
        "usage": {"postgres": slow},
        "health": [{"name": f"c{number}", "postgres": SOURCE} for number in range(6)],
    }
    found = made(spec, secrets={"db": {"url": server.dsn()}})
    assert found.capacity is not None
    assert found.usage is not None
    looks = asyncio.gather(found.usage.read(), found.capacity.read(), *(check.look() for check in found.checks))
    witness = await server.connect()
    most = 0
    while not looks.done():
        counted = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluicegate'"
        most = max(most, await witness.fetchval(counted))
        await asyncio.sleep(0.005)
    await witness.close()
    assert most == 1
    assert all(result.passed for result in (await looks)[2:])


async def test_the_name_in_the_certificate_counts_though_an_address_is_connected_to(
    tls_server: Postgres, tls: Certificates
) -> None:
    ca = {"ca.crt": tls.authority.read_text()}
    source = {"postgres": {**SOURCE, "caSecretRef": {"name": "ca"}}}
    named = tls_server.dsn(rest="?sslmode=verify-full").replace("127.0.0.1", "localhost")
    assert value(await capacity(source, db={"url": named}, ca=ca)) == 20
    wrong = lost(await capacity(source, db={"url": tls_server.dsn(rest="?sslmode=verify-full")}, ca=ca))
    assert (wrong.reason, "127.0.0.1" in wrong.message) == ("TlsFailed", True)
    by_authority = tls_server.dsn(rest="?sslmode=verify-ca")
    assert value(await capacity(source, db={"url": by_authority}, ca=ca)) == 20


async def test_a_certificate_of_an_unknown_authority_is_a_check_that_failed_itself(tls_server: Postgres) -> None:
    url = tls_server.dsn(rest="?sslmode=verify-full").replace("127.0.0.1", "localhost")
    result = await look(CHECK, db={"url": url})
    assert (result.passed, "caSecretRef" in result.why) == (None, True)


@pytest.mark.parametrize("mode", ["", "?sslmode=prefer", "?sslmode=require"])
async def test_without_an_authority_tls_is_spoken_unverified(tls_server: Postgres, mode: str) -> None:
    assert value(await capacity({"postgres": SOURCE}, db={"url": tls_server.dsn(rest=mode)})) == 20


async def test_a_server_that_wants_tls_and_is_asked_without_says_so(tls_server: Postgres) -> None:
    found = lost(await capacity({"postgres": SOURCE}, db={"url": tls_server.dsn(rest="?sslmode=disable")}))
    assert (found.reason, "no encryption" in found.message) == ("AccessDenied", True)


async def test_a_server_without_tls_is_spoken_to_where_the_mode_lets_it(server: Postgres) -> None:
    assert value(await capacity({"postgres": SOURCE}, db={"url": server.dsn(rest="?sslmode=prefer")})) == 10
    found = lost(await capacity({"postgres": SOURCE}, db={"url": server.dsn(rest="?sslmode=require")}))
    assert (found.reason, "speaks no TLS" in found.message) == ("TlsFailed", True)


async def test_an_authority_that_the_mode_would_not_use_is_refused(server: Postgres, tls: Certificates) -> None:
    source = {"postgres": {**SOURCE, "caSecretRef": {"name": "ca"}}}
    ca = {"ca.crt": tls.authority.read_text()}
    found = lost(await capacity(source, db={"url": server.dsn(rest="?sslmode=prefer")}, ca=ca))
    assert (found.reason, "sslmode=verify-full" in found.message) == ("AuthorityUnused", True)


@pytest.mark.parametrize("guard", [Guard(), Guard.of(allow=["127.0.0.1"], deny=["127.0.0.0/8"])])
async def test_a_denied_address_is_never_connected_to(server: Postgres, guard: Guard) -> None:
    before = server.log.stat().st_size
    result = await look(CHECK, guard=guard, db={"url": server.dsn().replace("127.0.0.1", "localhost")})
    assert (result.passed, "may not be asked" in result.why) == (None, True)
    assert server.log.stat().st_size == before


async def test_the_drivers_environment_does_not_decide_where_a_look_goes(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {"PGHOST": "192.0.2.1", "PGPORT": "1", "PGSSLMODE": "verify-full", "PGUSER": "x"}.items():
        monkeypatch.setenv(name, text)
    assert value(await capacity({"postgres": SOURCE}, guard=HERE, db={"url": server.dsn()})) == 10
