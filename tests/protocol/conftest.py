"""The real pool with real child processes, against brokers that do as they are told."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from sluicegate.observe.kafka.pool import SweepPool
from tests.protocol.asking import Asker
from tests.protocol.mock_cluster import MockCluster, mock_cluster


@pytest.fixture
async def pool() -> AsyncIterator[SweepPool]:
    pool = SweepPool(children=2, now=time.time)
    yield pool
    await pool.close()
    assert pool.pids() == (), "a child outlived its pool"


@pytest.fixture
def cluster() -> Iterator[MockCluster]:
    """Three brokers; topic `orders` with three partitions, one led by each; group `billing` coordinated by broker 2.

    Ten records in each partition; committed 4 in the first, 10 in the second, nothing in the third.
    """
    with mock_cluster(brokers=3) as cluster:
        cluster.create("orders", partitions=3)
        for number in range(3):
            cluster.lead("orders", number, by=number + 1)
            cluster.produce("orders", number, 10)
        cluster.coordinate("billing", by=2)
        cluster.commit("billing", "orders", {0: 4, 1: 10})
        yield cluster


@pytest.fixture
def ask(pool: SweepPool, cluster: MockCluster) -> Asker:
    return Asker(pool, cluster.bootstrap)
