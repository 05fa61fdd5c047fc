"""From a source to a Kafka client's settings: Secrets are read anew each time, so that a rotation counts at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluicegate.act.ports import Secrets
from sluicegate.control.records import Source
from sluicegate.control.shelf import Shelf
from sluicegate.errors import Denied, Gone, Invalid, SluicegateError
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.observe.kafka import config as kafka

DEFAULT_POLL = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach Kafka for one source. Exactly one of ``config`` and ``fault`` is set; ``poll`` in seconds."""

    config: ClientConfig | None = None
    fault: Fault | None = None
    poll: float = DEFAULT_POLL


async def access(
    source: Source, *, connections: Shelf[ConnectionSpec], secrets: Secrets, last: Access | None
) -> Access:
    """The access for ``source`` now. While the API server cannot be asked for Secrets, the last good one stands."""
    if source.connection is None:
        try:
            return Access(config=kafka.plaintext(source.bootstrap))
        except Invalid as error:
            return Access(fault=_misconfigured(str(error)))
    record = connections.get(source.connection)
    if record is None:
        return Access(
            fault=_misconfigured(
                f"spec.kafka.connectionRef.name: there is no KafkaConnection {source.connection.name!r} in namespace "
                f"{source.connection.namespace!r}; create it or correct the name"
            )
        )
    if record.spec is None:
        return Access(fault=_misconfigured(f"KafkaConnection {source.connection.name!r}: {record.refusal}"))
    try:
        found = await _read_secrets(record.spec, namespace=source.connection.namespace, secrets=secrets)
        return Access(config=kafka.resolve(record.spec, secrets=found), poll=record.spec.poll_interval)
    except (Invalid, Denied) as error:
        words = f"KafkaConnection {source.connection.name!r}: {error}"
        return Access(fault=_misconfigured(words), poll=record.spec.poll_interval)
    except SluicegateError as error:
        if last and last.config:
            return last
        return Access(fault=_misconfigured(f"its Secrets could not be read: {error}"), poll=record.spec.poll_interval)


async def _read_secrets(spec: ConnectionSpec, *, namespace: str, secrets: Secrets) -> Mapping[str, Mapping[str, bytes]]:
    found = {}
    for name in kafka.secret_names(spec):
        try:
            found[name] = await secrets.get_secret(namespace=namespace, name=name)
        except Gone:
            continue
    return found


def _misconfigured(message: str) -> Fault:
    return Fault(FaultKind.CONFIGURATION, message, retriable=False)
