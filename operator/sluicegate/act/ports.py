"""What the hands need of the API server, and no more; kube/ answers these. Errors are those of errors.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sluicegate.model.resource import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleSnapshot:
    """A workload's scale at one moment. ``uid`` of the workload itself."""

    replicas: int
    resource_version: str
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNote:
    """What an Event says. ``type`` Normal or Warning; ``reason`` CamelCase; ``message`` a sentence."""

    type: str
    reason: str
    message: str


class Scales(Protocol):
    """The scale subresource of Deployments and StatefulSets. ``kind`` is one of the two."""

    async def get_scale(self, *, kind: str, key: Key) -> ScaleSnapshot:
        """The scale as it is in the API server now. Gone when the workload does not exist."""

    async def put_scale(self, *, kind: str, key: Key, replicas: int, resource_version: str) -> str:
        """Write ``replicas``; returns the workload's new resourceVersion. Conflict when it has another by now."""


class Statuses(Protocol):
    """The status subresource of our own kinds."""

    async def patch_status(
        self, *, plural: str, key: Key, resource_version: str, patch: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        """Merge ``patch`` into the status; returns the new resourceVersion and the whole status as it is now.

        Conflict when the object has another resourceVersion by now.
        """


class Events(Protocol):
    """Events beside our own kinds."""

    async def create_event(self, note: EventNote, *, plural: str, record_key: Key, uid: str) -> None:
        """Tell people. Best effort: whatever fails is logged, nothing is raised."""


class Secrets(Protocol):
    """Secrets by name; never listed, never watched."""

    async def get_secret(self, *, namespace: str, name: str) -> Mapping[str, bytes]:
        """The decoded values. Gone when there is none of this name."""


class ConfigMaps(Protocol):
    """ConfigMaps by name; never listed, never watched."""

    async def get_config_map(self, key: Key) -> Mapping[str, Any]:
        """The whole body. Gone when there is none of this name."""

    async def create_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        """Conflict when there is one by now."""

    async def update_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        """Conflict when it has another resourceVersion than ``body`` by now."""


class Redrives(Protocol):
    """DeadLetterRedrives that are over."""

    async def delete_redrive(self, key: Key, *, uid: str) -> None:
        """Gone when there is none of this name; Conflict when another one has taken its place."""


class Finalizers(Protocol):
    """Who must agree before one of our own objects is deleted."""

    async def put_finalizers(self, *, plural: str, key: Key, resource_version: str, finalizers: Sequence[str]) -> str:
        """Set the whole list; returns the new resourceVersion. Conflict when it has another one by now."""
