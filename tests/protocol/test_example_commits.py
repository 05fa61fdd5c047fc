"""A commit that the group refuses in a rebalance: whoever keeps the partition has to commit again, unasked."""

from __future__ import annotations

import threading

from confluent_kafka import Consumer, TopicPartition

from examples.consumer.consumer import Settings, Worker
from tests.protocol.mock_cluster import MockCluster, mock_cluster
from tests.support.wait import eventually

OFFSET_COMMIT = 8
REBALANCE_IN_PROGRESS = 27


def committed(cluster: MockCluster, group: str, topic: str) -> int:
    asking = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": group})
    (found,) = asking.committed([TopicPartition(topic, 0)], timeout=10)
    asking.close()
    return int(found.offset)


def test_a_commit_refused_at_the_end_of_a_burst_is_made_again_without_a_new_message() -> None:
    with mock_cluster() as cluster:
        cluster.create("orders", partitions=1)
        cluster.produce("orders", 0, 20)
        cluster.fail(OFFSET_COMMIT, *[REBALANCE_IN_PROGRESS] * 3)
        env = {"BOOTSTRAP": cluster.bootstrap, "GROUP": "g", "TOPICS": "orders", "WORK_MS": "1", "COMMIT_MS": "100"}
        worker = Worker(Settings.read(env))
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            eventually(lambda: worker.handled == 20, within=15, what="all messages are handled")
            eventually(lambda: committed(cluster, "g", "orders") == 20, within=5, what="all of them are committed")
        finally:
            worker.stop()
            thread.join(timeout=15)
