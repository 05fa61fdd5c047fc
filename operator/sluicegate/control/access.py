"""From a source to a Kafka client's settings: Secrets are read anew each time, so that a rotation counts at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

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
    """How to reach Kafka for one source. Exactly one of ``config`` and ``fault`` is set; ``poll`` in seconds.

    ``stamp`` of the connection that this was worked out from; None without one.
    """

    config: ClientConfig | None = None
    fault: Fault | None = None
    poll: float = DEFAULT_POLL
    stamp: tuple[str, int] | None = None


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
    made = partial(Access, stamp=record.stamp)
    if record.spec is None:
        return made(fault=_misconfigured(f"KafkaConnection {source.connection.name!r}: {record.refusal}"))
    poll = record.spec.poll_interval
    try:
        found = await _read_secrets(record.spec, namespace=source.connection.namespace, secrets=secrets)
        return made(config=kafka.resolve(record.spec, secrets=found), poll=poll)
    except (Invalid, Denied) as error:
        return made(fault=_misconfigured(f"KafkaConnection {source.connection.name!r}: {error}"), poll=poll)
    except SluicegateError as error:
        if last and last.config and last.stamp == record.stamp:
            return last
        words = f"the Secrets of KafkaConnection {source.connection.name!r} could not be read: {error}"
        return made(fault=Fault(FaultKind.CONFIGURATION, words), poll=poll)


async def _read_secrets(spec: ConnectionSpec, *, namespace: str, secrets: Secrets) -> Mapping[str, Mapping[str, bytes]]:
    async def read(name: str) -> tuple[str, Mapping[str, bytes] | None]:
        try:
            return name, await secrets.get_secret(namespace=namespace, name=name)
        except Gone:
            return name, None

    found = await asyncio.gather(*(read(name) for name in kafka.secret_names(spec)))
    return {name: values for name, values in found if values is not None}


def _misconfigured(message: str) -> Fault:
    return Fault(FaultKind.CONFIGURATION, message, retriable=False)
