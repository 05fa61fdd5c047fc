"""librdkafka's mock cluster: real sockets and the real protocol, without a broker, and it can be told to fail.

The Python binding can make one but has no way to break it, so the library that comes in its wheel is called
directly. The cluster lives in the process that makes it; the code under test reaches it over TCP from its own.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import confluent_kafka
from confluent_kafka import Producer, TopicPartition

PRODUCER = 0
LIMIT = 10.0


class Api(IntEnum):
    """Request keys of the Kafka protocol."""

    LIST_OFFSETS = 2
    METADATA = 3
    OFFSET_FETCH = 9
    FIND_COORDINATOR = 10
    API_VERSIONS = 18


class Code(IntEnum):
    """Error codes of the Kafka protocol; TRANSPORT makes the mock broker close the connection instead, NONE lets one
    request pass."""

    TRANSPORT = -195
    NONE = 0
    UNKNOWN_TOPIC_OR_PART = 3
    LEADER_NOT_AVAILABLE = 5
    NOT_LEADER = 6
    COORDINATOR_LOADING = 14
    COORDINATOR_NOT_AVAILABLE = 15
    NOT_COORDINATOR = 16
    TOPIC_DENIED = 29
    GROUP_DENIED = 30


class MockCluster:
    """``bootstrap`` is where it listens. Brokers are numbered from 1; the first is the controller."""

    def __init__(self, lib: ctypes.CDLL, cluster: ctypes.c_void_p) -> None:
        self._lib = lib
        self._cluster = cluster
        self.bootstrap: str = ctypes.c_char_p(lib.rd_kafka_mock_cluster_bootstraps(cluster)).value.decode()  # type: ignore[union-attr]
        self._producer: Producer | None = None
        lib.rd_kafka_mock_set_controller_id(cluster, 1)

    def create(self, topic: str, *, partitions: int, leader: int | None = None) -> None:
        self._check(self._lib.rd_kafka_mock_topic_create(self._cluster, topic.encode(), partitions, 1))
        if leader is not None:
            for number in range(partitions):
                self.lead(topic, number, by=leader)

    def lead(self, topic: str, partition: int, *, by: int) -> None:
        """Make a broker the leader of a partition; -1 leaves it without one."""
        self._check(self._lib.rd_kafka_mock_partition_set_leader(self._cluster, topic.encode(), partition, by))

    def coordinate(self, group: str, *, by: int) -> None:
        """Make a broker the coordinator of a group."""
        self._check(self._lib.rd_kafka_mock_coordinator_set(self._cluster, b"group", group.encode(), by))

    def fail(self, api: Api, *codes: Code) -> None:
        """Answer the next requests of this kind, on all brokers together, with these errors."""
        array = (ctypes.c_int * len(codes))(*codes)
        self._lib.rd_kafka_mock_push_request_errors_array(self._cluster, int(api), len(codes), array)

    def heal(self, api: Api) -> None:
        self._lib.rd_kafka_mock_clear_request_errors(self._cluster, int(api))

    def down(self, broker: int) -> None:
        self._check(self._lib.rd_kafka_mock_broker_set_down(self._cluster, broker))

    def up(self, broker: int) -> None:
        self._check(self._lib.rd_kafka_mock_broker_set_up(self._cluster, broker))

    def slow(self, broker: int, *, milliseconds: int) -> None:
        """Answer everything only after so long."""
        self._check(self._lib.rd_kafka_mock_broker_set_rtt(self._cluster, broker, milliseconds))

    def without_controller(self) -> None:
        """Tell a controller that is no broker."""
        self._lib.rd_kafka_mock_set_controller_id(self._cluster, -1)

    def with_topic_error(self, topic: str, code: Code) -> None:
        """Answer metadata about the topic with this error."""
        self._lib.rd_kafka_mock_topic_set_error(self._cluster, topic.encode(), int(code))

    @contextmanager
    def counting(self) -> Iterator[Counter[int]]:
        """The requests by API key that arrive meanwhile; complete when the block is left."""
        counts: Counter[int] = Counter()
        self._lib.rd_kafka_mock_start_request_tracking(self._cluster)
        try:
            yield counts
        finally:
            count = ctypes.c_size_t()
            requests = self._lib.rd_kafka_mock_get_requests(self._cluster, ctypes.byref(count))
            for number in range(count.value):
                counts[self._lib.rd_kafka_mock_request_api_key(requests[number])] += 1
            self._lib.rd_kafka_mock_request_destroy_array(requests, count)
            self._lib.rd_kafka_mock_stop_request_tracking(self._cluster)

    def produce(self, topic: str, partition: int, count: int = 1) -> None:
        if self._producer is None:
            self._producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 0, "log_level": 0})
        for _ in range(count):
            self._producer.produce(topic, b"x", partition=partition)
        assert self._producer.flush(LIMIT) == 0, "the mock cluster took no records"

    def commit(self, group: str, topic: str, offsets: dict[int, int]) -> None:
        """By a consumer that has no members beside it: the mock knows no AlterConsumerGroupOffsets."""
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.bootstrap, "group.id": group, "log_level": 0})
        consumer.commit(offsets=[TopicPartition(topic, p, o) for p, o in offsets.items()], asynchronous=False)
        consumer.close()

    def _check(self, code: int) -> None:
        assert code == 0, f"the mock cluster refused: {code}"


@contextmanager
def mock_cluster(*, brokers: int = 1) -> Iterator[MockCluster]:
    lib = _library()
    words = ctypes.create_string_buffer(256)
    conf = lib.rd_kafka_conf_new()
    lib.rd_kafka_conf_set(conf, b"log_level", b"0", words, len(words))
    handle = lib.rd_kafka_new(PRODUCER, conf, words, len(words))
    assert handle, words.value.decode()
    cluster = lib.rd_kafka_mock_cluster_new(handle, brokers)
    assert cluster, "no mock cluster could be made"
    try:
        yield MockCluster(lib, cluster)
    finally:
        lib.rd_kafka_mock_cluster_destroy(cluster)
        lib.rd_kafka_destroy(handle)


def _library() -> ctypes.CDLL:
    beside = Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs"
    (path,) = beside.glob("librdkafka*")
    lib = ctypes.CDLL(str(path))
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("conf_new", pointer, []),
        ("conf_set", number, [pointer, text, text, text, ctypes.c_size_t]),
        ("new", pointer, [number, pointer, text, ctypes.c_size_t]),
        ("destroy", None, [pointer]),
        ("mock_cluster_new", pointer, [pointer, number]),
        ("mock_cluster_destroy", None, [pointer]),
        ("mock_cluster_bootstraps", text, [pointer]),
        ("mock_set_controller_id", number, [pointer, ctypes.c_int32]),
        ("mock_topic_create", number, [pointer, text, number, number]),
        ("mock_topic_set_error", None, [pointer, text, number]),
        ("mock_partition_set_leader", number, [pointer, text, ctypes.c_int32, ctypes.c_int32]),
        ("mock_coordinator_set", number, [pointer, text, text, ctypes.c_int32]),
        ("mock_push_request_errors_array", None, [pointer, ctypes.c_int16, ctypes.c_size_t, pointer]),
        ("mock_clear_request_errors", None, [pointer, ctypes.c_int16]),
        ("mock_broker_set_down", number, [pointer, ctypes.c_int32]),
        ("mock_broker_set_up", number, [pointer, ctypes.c_int32]),
        ("mock_broker_set_rtt", number, [pointer, ctypes.c_int32, number]),
        ("mock_start_request_tracking", None, [pointer]),
        ("mock_stop_request_tracking", None, [pointer]),
        ("mock_get_requests", ctypes.POINTER(pointer), [pointer, ctypes.POINTER(ctypes.c_size_t)]),
        ("mock_request_destroy_array", None, [ctypes.POINTER(pointer), ctypes.c_size_t]),
        ("mock_request_api_key", ctypes.c_int16, [pointer]),
    ):
        function = getattr(lib, f"rd_kafka_{name}")
        function.restype, function.argtypes = result, arguments
    return lib
