"""From a Kafka error code to the kind of fault that a condition shows; the broker's own words are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from confluent_kafka import KafkaError

from sluicegate.model.kafka import Fault, FaultKind

KINDS: dict[int, FaultKind] = {
    code: kind
    for kind, codes in {
        FaultKind.UNREACHABLE: (
            KafkaError._TRANSPORT,
            KafkaError._ALL_BROKERS_DOWN,
            KafkaError._RESOLVE,
            KafkaError._UNKNOWN_BROKER,
            KafkaError._DESTROY_BROKER,
            KafkaError.BROKER_NOT_AVAILABLE,
            KafkaError.NETWORK_EXCEPTION,
        ),
        FaultKind.TIMED_OUT: (
            KafkaError._TIMED_OUT,
            KafkaError._TIMED_OUT_QUEUE,
            KafkaError.REQUEST_TIMED_OUT,
            KafkaError._WAIT_CACHE,
        ),
        FaultKind.DENIED: (
            KafkaError.TOPIC_AUTHORIZATION_FAILED,
            KafkaError.GROUP_AUTHORIZATION_FAILED,
            KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        ),
        FaultKind.AUTHENTICATION: (
            KafkaError._AUTHENTICATION,
            KafkaError.SASL_AUTHENTICATION_FAILED,
            KafkaError.UNSUPPORTED_SASL_MECHANISM,
            KafkaError.ILLEGAL_SASL_STATE,
        ),
        FaultKind.TLS: (KafkaError._SSL,),
        FaultKind.UNKNOWN_TOPIC: (
            KafkaError.UNKNOWN_TOPIC_OR_PART,
            KafkaError.UNKNOWN_TOPIC_ID,
            KafkaError.TOPIC_EXCEPTION,
            KafkaError._UNKNOWN_TOPIC,
            KafkaError._UNKNOWN_PARTITION,
        ),
        FaultKind.COORDINATOR: (
            KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
            KafkaError.COORDINATOR_NOT_AVAILABLE,
            KafkaError.NOT_COORDINATOR,
            KafkaError._WAIT_COORD,
        ),
        FaultKind.LEADER: (
            KafkaError.LEADER_NOT_AVAILABLE,
            KafkaError.NOT_LEADER_FOR_PARTITION,
            KafkaError.FENCED_LEADER_EPOCH,
            KafkaError.UNKNOWN_LEADER_EPOCH,
            KafkaError.REPLICA_NOT_AVAILABLE,
            KafkaError.OFFSET_NOT_AVAILABLE,
            KafkaError.KAFKA_STORAGE_ERROR,
            KafkaError.LISTENER_NOT_FOUND,
        ),
        FaultKind.CONFIGURATION: (KafkaError._INVALID_ARG, KafkaError._NOT_CONFIGURED),
    }.items()
    for code in codes
}
"""Every other code is OTHER."""
NEEDS_A_PERSON = frozenset({FaultKind.DENIED, FaultKind.AUTHENTICATION, FaultKind.TLS, FaultKind.CONFIGURATION})
REFUSED = frozenset(
    {
        KafkaError.POLICY_VIOLATION,
        KafkaError.INVALID_CONFIG,
        KafkaError.INVALID_REPLICATION_FACTOR,
        KafkaError.INVALID_PARTITIONS,
        KafkaError.INVALID_REQUEST,
        KafkaError.TOPIC_EXCEPTION,
    }
)
"""What brokers will say of the same change again."""
_CIRCUMSTANCES = re.compile(r" \(after \d+ms in state \w+(, \d+ identical error\(s\) suppressed)?\)")
_BY_WHOM = re.compile(r"^\w+ worker failed to parse response: \w+ response failure: ")
_HANDSHAKE = "SSL handshake failed"
HANGS_UP = "Disconnected: connection closed by peer"
"""What librdkafka says of a listener that wants another protocol, among others."""


def kind_of(error: KafkaError) -> FaultKind:
    if error.code() == KafkaError._TRANSPORT and _HANDSHAKE in str(error.str()):
        return FaultKind.TLS
    return KINDS.get(error.code(), FaultKind.OTHER)


def words(error: KafkaError) -> str:
    """The error's text without librdkafka's inner life: a status that repeats it must not change at each poll."""
    return plain(str(error.str()))


def plain(text: str) -> str:
    """``text`` as `words` gives it."""
    return _BY_WHOM.sub("", _CIRCUMSTANCES.sub("", text))


def fault(error: KafkaError, message: str) -> Fault:
    kind = kind_of(error)
    return Fault(kind, message, retriable=kind not in NEEDS_A_PERSON)


def of_topic(error: KafkaError, *, topic: str, bootstrap: str) -> Fault:
    """Why nothing about ``topic`` can be read."""
    match kind_of(error):
        case FaultKind.UNKNOWN_TOPIC:
            told = (
                f"topic {topic!r} is not on {bootstrap} ({words(error)}): create it, or correct its name in spec.topics"
            )
        case FaultKind.DENIED:
            told = f"topic {topic!r} may not be read ({words(error)}): grant Describe on it to the operator's user"
        case _:
            told = f"topic {topic!r} could not be read: {words(error)}"
    return fault(error, told)


def of_settings(error: KafkaError, *, topic: str) -> Fault:
    """Why the settings of ``topic``, which is there, cannot be read."""
    told = f"the settings of topic {topic!r} could not be read: {words(error)}"
    if kind_of(error) is FaultKind.DENIED:
        told += ": grant DescribeConfigs on it to the operator's user"
    return fault(error, told)


def of_change(error: KafkaError, *, heard: str = "") -> Fault:
    """Why a topic was not created, grown, configured or deleted: the broker's words, no more. ``heard`` the client's
    last connection error."""
    because = f" ({heard})" if heard and kind_of(error) in (FaultKind.TIMED_OUT, FaultKind.UNREACHABLE) else ""
    found = fault(error, f"{words(error)}{because}")
    return replace(found, retriable=found.retriable and error.code() not in REFUSED)


def of_partition(error: KafkaError, *, topic: str, partition: int, what: str, heard: str = "") -> Fault:
    """Why one offset of a partition could not be had; ``heard`` the client's last connection error."""
    because = f" ({heard})" if heard and kind_of(error) in (FaultKind.TIMED_OUT, FaultKind.UNREACHABLE) else ""
    return fault(error, f"the {what} of {topic}-{partition} could not be read: {words(error)}{because}")


def of_group(error: KafkaError, *, group: str, what: str, heard: str = "") -> Fault:
    """Why the ``what`` (committed offsets, members) of a group could not be had."""
    told = f"the {what} of group {group!r} could not be read: {words(error)}"
    if kind_of(error) is FaultKind.DENIED:
        told += ": grant Describe on this group to the operator's user"
    elif heard and kind_of(error) in (FaultKind.TIMED_OUT, FaultKind.UNREACHABLE):
        told += f" ({heard})"
    return fault(error, told)


def of_access(error: KafkaError, *, bootstrap: str, protocol: str, heard: Iterable[KafkaError], closed: str) -> Fault:
    """Why no broker answered at all.

    An admin call only says that it timed out. The reason is in the connection errors ``heard`` meanwhile: the newest
    that tells more than that brokers are down. Failing that, in how the last connection was ``closed``; a listener
    that does not speak ``protocol`` (security.protocol) hangs up without an error.
    """
    telling = [one for one in heard if one.code() != KafkaError._ALL_BROKERS_DOWN]
    if not telling and HANGS_UP in closed:
        return Fault(
            FaultKind.UNREACHABLE,
            f"{closed}: the listener may want another protocol than {protocol}: check spec.tls and spec.sasl",
        )
    reason = telling[-1] if telling else error
    told = words(reason) if telling or not closed else f"{words(reason)} ({closed})"
    match kind_of(reason):
        case FaultKind.AUTHENTICATION:
            message = f"{bootstrap} did not accept the credentials: {told}"
        case FaultKind.TLS:
            message = f"TLS with {bootstrap} failed: {told}"
        case FaultKind.UNREACHABLE:
            message = f"no broker of {bootstrap} can be reached: {told}"
        case FaultKind.TIMED_OUT:
            message = f"no broker of {bootstrap} answered in time: {told}"
        case _:
            message = f"{bootstrap}: {told}"
    return fault(reason, message)
