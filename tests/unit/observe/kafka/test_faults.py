"""Broker errors become the kinds that conditions show, and sentences that users can act on."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.observe.kafka import faults

CODES = [
    (KafkaError._TRANSPORT, FaultKind.UNREACHABLE),
    (KafkaError._RESOLVE, FaultKind.UNREACHABLE),
    (KafkaError._ALL_BROKERS_DOWN, FaultKind.UNREACHABLE),
    (KafkaError._TIMED_OUT, FaultKind.TIMED_OUT),
    (KafkaError._AUTHENTICATION, FaultKind.AUTHENTICATION),
    (KafkaError.SASL_AUTHENTICATION_FAILED, FaultKind.AUTHENTICATION),
    (KafkaError._SSL, FaultKind.TLS),
    (KafkaError.GROUP_AUTHORIZATION_FAILED, FaultKind.DENIED),
    (KafkaError.TOPIC_AUTHORIZATION_FAILED, FaultKind.DENIED),
    (KafkaError.UNKNOWN_TOPIC_OR_PART, FaultKind.UNKNOWN_TOPIC),
    (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, FaultKind.COORDINATOR),
    (KafkaError.NOT_COORDINATOR, FaultKind.COORDINATOR),
    (KafkaError.LEADER_NOT_AVAILABLE, FaultKind.LEADER),
    (KafkaError.NOT_LEADER_FOR_PARTITION, FaultKind.LEADER),
    (KafkaError._INVALID_ARG, FaultKind.CONFIGURATION),
    (KafkaError.INVALID_RECORD, FaultKind.OTHER),
]


def access(*heard: KafkaError, closed: str = "") -> Fault:
    timed_out = KafkaError(KafkaError._TIMED_OUT, "Failed while waiting for controller: Local: Timed out")
    return faults.of_access(timed_out, bootstrap="kafka:9092", protocol="PLAINTEXT", heard=heard, closed=closed)


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_each_code_has_its_kind(code: int, kind: FaultKind) -> None:
    assert faults.kind_of(KafkaError(code)) is kind


def test_a_failed_handshake_is_a_fault_of_tls_whatever_its_code() -> None:
    error = KafkaError(KafkaError._TRANSPORT, "SSL handshake failed: Disconnected: connecting to a PLAINTEXT listener?")

    assert faults.kind_of(error) is FaultKind.TLS


@pytest.mark.parametrize(
    ("code", "retriable"),
    [
        (KafkaError._TRANSPORT, True),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, True),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, False),
        (KafkaError._AUTHENTICATION, False),
        (KafkaError._SSL, False),
    ],
)
def test_what_a_person_must_mend_is_not_retriable(code: int, retriable: bool) -> None:
    assert faults.fault(KafkaError(code), "told").retriable is retriable


def test_milliseconds_and_counters_are_left_out() -> None:
    error = KafkaError(
        KafkaError._TRANSPORT,
        "kafka:9092/1: Connection refused (after 3ms in state CONNECT, 4 identical error(s) suppressed)",
    )

    assert faults.words(error) == "kafka:9092/1: Connection refused"


def test_the_newest_reason_that_tells_something_is_given() -> None:
    fault = access(
        KafkaError(KafkaError._TRANSPORT, "Connection refused"),
        KafkaError(KafkaError._AUTHENTICATION, "SASL authentication error: Invalid username or password"),
        KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 brokers are down"),
        closed="kafka:9092: Disconnected: connection closed by peer",
    )

    assert fault.kind is FaultKind.AUTHENTICATION
    assert fault.message == (
        "kafka:9092 did not accept the credentials: SASL authentication error: Invalid username or password"
    )


def test_a_listener_that_hangs_up_is_suspected_of_another_protocol() -> None:
    fault = access(
        KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 brokers are down"),
        closed="kafka:9092/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN",
    )

    assert fault.kind is FaultKind.UNREACHABLE
    assert "another protocol than PLAINTEXT: check spec.tls and spec.sasl" in fault.message


def test_without_any_reason_the_time_out_is_told() -> None:
    assert access().message.startswith("no broker of kafka:9092 answered in time: ")


def test_a_group_that_timed_out_carries_the_connection_error_heard() -> None:
    fault = faults.of_group(
        KafkaError(KafkaError._TIMED_OUT, "Local: Timed out"),
        group="billing",
        what="committed offsets",
        heard="kafka/2: Connection refused",
    )

    assert fault.message == (
        "the committed offsets of group 'billing' could not be read: Local: Timed out (kafka/2: Connection refused)"
    )


def test_a_denied_group_is_not_explained_by_connection_errors() -> None:
    fault = faults.of_group(
        KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED), group="billing", what="members", heard="Connection refused"
    )

    assert "Connection refused" not in fault.message
    assert fault.message.endswith("grant Describe on this group to the operator's user")


@pytest.mark.parametrize(
    ("code", "kind", "retriable"),
    [
        (KafkaError.POLICY_VIOLATION, FaultKind.OTHER, False),
        (KafkaError.INVALID_CONFIG, FaultKind.OTHER, False),
        (KafkaError.INVALID_REPLICATION_FACTOR, FaultKind.OTHER, False),
        (KafkaError.TOPIC_EXCEPTION, FaultKind.UNKNOWN_TOPIC, False),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, FaultKind.DENIED, False),
        (KafkaError.CLUSTER_AUTHORIZATION_FAILED, FaultKind.DENIED, False),
        (KafkaError.NOT_CONTROLLER, FaultKind.OTHER, True),
        (KafkaError.TOPIC_ALREADY_EXISTS, FaultKind.OTHER, True),
        (KafkaError._TIMED_OUT, FaultKind.TIMED_OUT, True),
    ],
)
def test_a_change_is_refused_in_the_brokers_words_for_good_or_for_now(
    code: int, kind: FaultKind, *, retriable: bool
) -> None:
    found = faults.of_change(KafkaError(code, "As the broker says."))

    assert (found.kind, found.message, found.retriable) == (kind, "As the broker says.", retriable)


def test_a_change_that_nobody_answered_names_the_last_connection_error() -> None:
    found = faults.of_change(KafkaError(KafkaError._TIMED_OUT, "no answer came"), heard="b:1: Connection refused")

    assert found.message == "no answer came (b:1: Connection refused)"
