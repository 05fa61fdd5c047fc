"""Each framework's headers, as it writes them."""

from __future__ import annotations

import struct

import pytest

from sluicegate.redrive.dialects import LONGEST, Origin, read
from sluicegate.redrive.letter import Headers

SPRING: Headers = [
    ("kafka_dlt-original-topic", b"orders"),
    ("kafka_dlt-original-partition", struct.pack(">i", 3)),
    ("kafka_dlt-original-offset", struct.pack(">q", 42)),
    ("kafka_dlt-original-timestamp", struct.pack(">q", 1_699_999_000_000)),
    ("kafka_dlt-original-timestamp-type", b"CREATE_TIME"),
    ("kafka_dlt-original-consumer-group", b"billing"),
    ("kafka_dlt-exception-fqcn", b"org.springframework.kafka.listener.ListenerExecutionFailedException"),
    ("kafka_dlt-exception-cause-fqcn", b"java.lang.IllegalStateException"),
    ("kafka_dlt-exception-message", b"Listener failed; no such customer"),
    ("kafka_dlt-exception-stacktrace", b"at com.example"),
]
CONNECT: Headers = [
    ("__connect.errors.topic", b"orders"),
    ("__connect.errors.partition", b"3"),
    ("__connect.errors.offset", b"42"),
    ("__connect.errors.connector.name", b"sink"),
    ("__connect.errors.task.id", b"0"),
    ("__connect.errors.stage", b"VALUE_CONVERTER"),
    ("__connect.errors.class.name", b"org.apache.kafka.connect.json.JsonConverter"),
    ("__connect.errors.exception.class.name", b"org.apache.kafka.connect.errors.DataException"),
    ("__connect.errors.exception.message", b"no JSON"),
    ("__connect.errors.exception.stacktrace", b"at org.apache"),
]
STREAMS: Headers = [
    ("__streams.errors.exception", b"org.apache.kafka.common.errors.SerializationException"),
    ("__streams.errors.message", b"no JSON"),
    ("__streams.errors.stacktrace", b"at org.apache"),
    ("__streams.errors.topic", b"orders"),
    ("__streams.errors.partition", b"3"),
    ("__streams.errors.offset", b"42"),
]
SHARE_GROUP: Headers = [
    ("__dlq.errors.topic", b"orders"),
    ("__dlq.errors.partition", b"3"),
    ("__dlq.errors.offset", b"42"),
    ("__dlq.errors.group", b"billing"),
    ("__dlq.errors.delivery.count", b"5"),
    ("__dlq.errors.message", b"Offset rejected by client."),
]
SMALLRYE: Headers = [
    ("dead-letter-exception-class-name", b"java.lang.IllegalStateException"),
    ("dead-letter-reason", b"no such customer"),
    ("dead-letter-cause-class-name", b"java.io.IOException"),
    ("dead-letter-cause", b"closed"),
    ("dead-letter-topic", b"orders"),
    ("dead-letter-partition", b"3"),
    ("dead-letter-offset", b"42"),
]
OURS: Headers = [
    ("sluicegate.original.topic", b"orders"),
    ("sluicegate.original.partition", b"3"),
    ("sluicegate.original.offset", b"42"),
    ("sluicegate.original.timestamp", b"1699999000000"),
    ("sluicegate.group", b"billing"),
    ("sluicegate.error.class", b"IllegalStateException"),
    ("sluicegate.error.message", b"no such customer"),
]


@pytest.mark.parametrize(
    ("headers", "dialect", "error", "message", "timestamp"),
    [
        (SPRING, "Spring", "java.lang.IllegalStateException", "Listener failed; no such customer", 1_699_999_000_000),
        (CONNECT, "Connect", "org.apache.kafka.connect.errors.DataException", "no JSON", None),
        (STREAMS, "Streams", "org.apache.kafka.common.errors.SerializationException", "no JSON", None),
        (SHARE_GROUP, "ShareGroup", "Offset rejected by client.", "Offset rejected by client.", None),
        (SMALLRYE, "SmallRye", "java.lang.IllegalStateException", "no such customer", None),
        (OURS, "Sluicegate", "IllegalStateException", "no such customer", 1_699_999_000_000),
    ],
)
def test_each_dialect_tells_source_and_error(
    headers: Headers, dialect: str, error: str, message: str, timestamp: int | None
) -> None:
    assert read(headers) == Origin(
        dialect=dialect,
        topic="orders",
        partition=3,
        offset=42,
        timestamp=timestamp,
        error_class=error,
        error_message=message,
    )


@pytest.mark.parametrize("headers", [[], [("traceparent", b"00-1")], [("dead-letter-office", b"x"), ("x", None)]])
def test_records_without_known_headers_have_no_dialect(headers: Headers) -> None:
    assert read(headers) == Origin(dialect="none")


def test_a_record_that_came_back_through_us_keeps_its_first_source_and_shows_its_last_error() -> None:
    back = [*OURS[:4], ("sluicegate.redrive.count", b"2"), ("sluicegate.redrive.id", b"0b5e")]
    later = [
        ("kafka_dlt-original-topic", b"orders-retry-0"),
        ("kafka_dlt-original-partition", struct.pack(">i", 9)),
        ("kafka_dlt-exception-cause-fqcn", b"java.net.ConnectException"),
    ]
    origin = read([*back, *later])
    assert (origin.dialect, origin.error_class) == ("Spring", "java.net.ConnectException")
    assert (origin.topic, origin.partition, origin.offset) == ("orders", 3, 42)
    assert (origin.redrives, origin.redrive_id) == (2, "0b5e")


def test_of_stacked_headers_the_first_source_and_the_last_error_count() -> None:
    again = [
        ("kafka_dlt-original-topic", b"orders-retry-0"),
        ("kafka_dlt-original-partition", struct.pack(">i", 7)),
        ("kafka_dlt-exception-cause-fqcn", b"Second"),
    ]
    origin = read([*SPRING, *again])
    assert (origin.topic, origin.partition, origin.error_class) == ("orders", 3, "Second")


def test_smallrye_puts_the_newest_headers_first() -> None:
    newer: Headers = [("dead-letter-exception-class-name", b"Second"), ("dead-letter-topic", b"orders-again")]
    origin = read([*newer, *SMALLRYE])
    assert (origin.topic, origin.error_class) == ("orders", "Second")


def test_springs_retry_topics_name_the_first_source() -> None:
    origin = read(
        [
            ("kafka_original-topic", b"orders"),
            ("kafka_original-partition", struct.pack(">i", 3)),
            ("kafka_exception-fqcn", b"java.lang.IllegalStateException"),
            ("retry_topic-original-timestamp", struct.pack(">q", 5)),
            ("retry_topic-attempts", struct.pack(">i", 3)),
        ]
    )
    assert (origin.dialect, origin.topic, origin.partition, origin.timestamp) == ("Spring", "orders", 3, 5)
    assert origin.error_class == "java.lang.IllegalStateException"


@pytest.mark.parametrize("value", [None, b"", b"twelve", b"\xff\xfe", b"9" * 21])
def test_numbers_that_are_none_are_not_known(value: bytes | None) -> None:
    origin = read([("sluicegate.original.topic", b"orders"), ("sluicegate.original.offset", value)])
    assert origin.offset is None


@pytest.mark.parametrize(("value", "times"), [(b"2", 2), (b"-4", 0), (b"many", 0), (None, 0)])
def test_a_count_of_redrives_that_is_none_is_zero(value: bytes | None, times: int) -> None:
    assert read([("sluicegate.redrive.count", value)]).redrives == times


def test_texts_are_cut_and_never_fail_to_decode() -> None:
    origin = read([("sluicegate.error.class", b"\xff" * 10_000), ("sluicegate.original.topic", None)])
    assert len(origin.error_class) == LONGEST
    assert origin.topic == ""
