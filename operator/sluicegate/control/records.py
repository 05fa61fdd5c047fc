"""What the store keeps of each resource: small frozen extracts, never raw bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sluicegate.errors import Invalid
from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.dependency import ClusterDependencySpec, DependencySpec
from sluicegate.model.redrive import RedriveSpec
from sluicegate.model.resource import Key, Meta

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Generic[S]):
    """A resource as last seen. ``refusal`` set: its present spec cannot be used, ``spec`` is then the last good one."""

    meta: Meta
    spec: S | None
    refusal: Invalid | None = None
    status: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stamp(self) -> tuple[str, int]:
        """Differs when the object was made again or its spec changed: what was found out before counts no more."""
        return self.meta.uid, self.meta.generation


AppRecord = Record[AppSpec]
ConnectionRecord = Record[ConnectionSpec]
DependencyRecord = Record[DependencySpec]
ClusterDependencyRecord = Record[ClusterDependencySpec]
RedriveRecord = Record[RedriveSpec]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an app's Kafka access comes from: a KafkaConnection by key, or a plaintext address in the app itself."""

    connection: Key | None = None
    bootstrap: str = ""

    def __str__(self) -> str:
        return str(self.connection) if self.connection else self.bootstrap or "nowhere"


NOWHERE = Source()
"""Of apps that never had a usable spec: nothing can be read for them, but they must be told what is wrong."""


def source_of(record: AppRecord) -> Source:
    """The source that the app names (a connection lives in the app's own namespace)."""
    if record.spec is None:
        return NOWHERE
    ref = record.spec.kafka.connection_ref
    if ref is not None:
        return Source(connection=Key(record.meta.key.namespace, ref.name))
    return Source(bootstrap=record.spec.kafka.bootstrap_servers or "")
