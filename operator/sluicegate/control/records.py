"""What the store keeps of each resource: small frozen extracts, never raw bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sluicegate.errors import Invalid
from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.resource import Key, Meta

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Generic[S]):
    """A resource as last seen. ``refusal`` set: its present spec cannot be used, ``spec`` is then the last good one."""

    meta: Meta
    spec: S | None
    refusal: Invalid | None = None
    status: Mapping[str, Any] = field(default_factory=dict)


AppRecord = Record[AppSpec]
ConnectionRecord = Record[ConnectionSpec]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an app's Kafka access comes from: a KafkaConnection by key, or a plaintext address in the app itself."""

    connection: Key | None = None
    bootstrap: str = ""

    def __str__(self) -> str:
        return str(self.connection) if self.connection else self.bootstrap


def source_of(record: AppRecord) -> Source | None:
    """The source that the app names (a connection lives in the app's own namespace); None without a usable spec."""
    if record.spec is None:
        return None
    ref = record.spec.kafka.connection_ref
    if ref is not None:
        return Source(connection=Key(record.meta.key.namespace, ref.name))
    return Source(bootstrap=record.spec.kafka.bootstrap_servers or "")
