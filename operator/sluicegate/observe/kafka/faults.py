"""From a Kafka error code to the kind of fault that a condition shows; the broker's own words are kept."""

from __future__ import annotations

from collections.abc import Iterable

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
_SAYS_LITTLE = (KafkaError._ALL_BROKERS_DOWN, KafkaError._TIMED_OUT, KafkaError._TRANSPORT)


def kind_of(code: int) -> FaultKind:
    return KINDS.get(code, FaultKind.OTHER)


def fault(code: int, message: str) -> Fault:
    kind = kind_of(code)
    return Fault(kind, message, retriable=kind not in NEEDS_A_PERSON)


def of_topic(error: KafkaError, *, topic: str, bootstrap: str) -> Fault:
    """Why nothing about ``topic`` can be read."""
    match kind_of(error.code()):
        case FaultKind.UNKNOWN_TOPIC:
            told = (
                f"topic {topic!r} is not on {bootstrap} ({error.str()}): create it, or correct its name in spec.topics"
            )
        case FaultKind.DENIED:
            told = f"topic {topic!r} may not be read ({error.str()}): grant Describe on it to the operator's user"
        case _:
            told = f"topic {topic!r} could not be read: {error.str()}"
    return fault(error.code(), told)


def of_partition(error: KafkaError, *, topic: str, partition: int, what: str, heard: str = "") -> Fault:
    """Why one offset of a partition could not be had; ``heard`` the client's last connection error."""
    because = f" ({heard})" if heard and kind_of(error.code()) in (FaultKind.TIMED_OUT, FaultKind.UNREACHABLE) else ""
    return fault(error.code(), f"the {what} of {topic}-{partition} could not be read: {error.str()}{because}")


def of_group(error: KafkaError, *, group: str, what: str, heard: str = "") -> Fault:
    """Why the ``what`` (committed offsets, members) of a group could not be had."""
    told = f"the {what} of group {group!r} could not be read: {error.str()}"
    if kind_of(error.code()) is FaultKind.DENIED:
        told += ": grant Describe on this group to the operator's user"
    elif heard and kind_of(error.code()) in (FaultKind.TIMED_OUT, FaultKind.UNREACHABLE):
        told += f" ({heard})"
    return fault(error.code(), told)


def of_access(error: KafkaError, *, bootstrap: str, heard: Iterable[KafkaError]) -> Fault:
    """Why no broker answered at all.

    An admin call only says that it timed out. The reason is in what the client's error callback ``heard`` meanwhile,
    newest last; of those the newest that says something wins.
    """
    reasons = [one for one in heard if one.code() not in _SAYS_LITTLE]
    reasons = reasons or [one for one in heard if one.code() == KafkaError._TRANSPORT]
    reason = reasons[-1] if reasons else error
    match kind_of(reason.code()):
        case FaultKind.AUTHENTICATION:
            told = f"{bootstrap} did not accept the credentials: {reason.str()}"
        case FaultKind.TLS:
            told = f"TLS with {bootstrap} failed: {reason.str()}"
        case FaultKind.UNREACHABLE:
            told = f"no broker of {bootstrap} can be reached: {reason.str()}"
        case FaultKind.TIMED_OUT:
            told = f"no broker of {bootstrap} answered in time: {reason.str()}"
        case _:
            told = f"{bootstrap}: {reason.str()}"
    return fault(reason.code(), told)
