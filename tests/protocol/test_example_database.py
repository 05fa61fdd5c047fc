"""The example consumer beside a real PostgreSQL: never more connections than said, each message written once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from examples.consumer.consumer import Settings, Worker
from tests.protocol.mock_cluster import MockCluster, mock_cluster
from tests.support.postgres import Postgres, postgres
from tests.support.wait import always, eventually

SCHEMA = Path(__file__).resolve().parents[2] / "examples" / "consumer" / "schema.sql"
SIZE = 4
"""Connections of one replica: two of them do not fit into the server."""
HELD = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'"
WRITTEN = "SELECT count(*) FROM handled"


@pytest.fixture
def server() -> Iterator[Postgres]:
    with postgres(max_connections=8) as found:
        found.query(SCHEMA.read_text(encoding="utf-8").split("\n", 1)[1])
        found.query("CREATE ROLE shop LOGIN PASSWORD 'word'")
        found.query("GRANT SELECT, INSERT ON handled TO shop")
        yield found


def consumer(cluster: MockCluster, server: Postgres, *, name: str = "one") -> Worker:
    url = server.dsn(user="shop", password="word")
    env = {"BOOTSTRAP": cluster.bootstrap, "GROUP": "g", "TOPICS": "orders", "WORK_MS": "1", "COMMIT_MS": "100"}
    more = {"HOSTNAME": name, "DATABASE_URL": url, "CONNECTIONS_PER_REPLICA": str(SIZE)}
    return Worker(Settings.read(env | more))


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(timeout=15)


def one(server: Postgres, sql: str) -> int:
    return int(server.query(sql)[0][0])


def test_it_holds_its_connections_writes_each_message_once_and_gives_all_back_at_the_end(server: Postgres) -> None:
    with mock_cluster() as cluster:
        cluster.create("orders", partitions=1)
        cluster.produce("orders", 0, 30)
        worker = consumer(cluster, server)
        with running(worker) as thread:
            eventually(lambda: one(server, WRITTEN) == 30, within=15, what="all messages are written")
            assert one(server, HELD) == SIZE
            assert worker.ready
            worker.stop()
            eventually(lambda: one(server, HELD) == 0, within=2, what="the connections are back", every=0.05)
            thread.join(timeout=15)
        again = consumer(cluster, server)
        again._database = again._made_database()
        assert again._database.write(topic="orders", partition=0, offset=3), "handed out a second time"
        again._database.close()
        assert one(server, WRITTEN) == 30


def test_whoever_finds_the_server_full_takes_nothing_counts_it_and_gets_in_later(server: Postgres) -> None:
    with mock_cluster() as cluster:
        cluster.create("orders", partitions=1)
        first, second = consumer(cluster, server), consumer(cluster, server, name="two")
        with running(first):
            eventually(lambda: one(server, HELD) == SIZE, within=10, what="the first one is in")
            with running(second):
                eventually(lambda: second.refused >= 2, within=10, what="the second one is turned away again and again")
                assert not second.ready
                always(lambda: second.joined is False, during=1, what="it holds no partitions meanwhile")
                first.stop()
                in_use = f"{HELD} AND application_name = 'two'"
                eventually(lambda: one(server, in_use) == SIZE, within=20, what="the second one gets in")


def test_a_server_that_restarts_loses_no_message(server: Postgres) -> None:
    with mock_cluster() as cluster:
        cluster.create("orders", partitions=1)
        with running(consumer(cluster, server)):
            cluster.produce("orders", 0, 20)
            eventually(lambda: one(server, WRITTEN) > 0, within=15, what="it has begun")
            server.restart()
            cluster.produce("orders", 0, 20)
            eventually(lambda: one(server, WRITTEN) == 40, within=15, what="all messages are written")
