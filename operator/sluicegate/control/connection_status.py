"""What a KafkaConnection's status says: whether it is reached, and since when."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sluicegate.act import status
from sluicegate.act.ports import Statuses
from sluicegate.control.clock import Clock
from sluicegate.control.records import Source
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.kafka import Fault, Sweep
from sluicegate.model.resource import Key

log = logging.getLogger(__name__)
PLURAL = "kafkaconnections"


class ConnectionStatuses:
    """Writes the status of connections, as quietly as that of apps.

    Where an API server with older CRDs keeps only a part of one, what was asked for is compared with the next.
    """

    def __init__(self, *, store: Store, roster: Roster, statuses: Statuses, clock: Clock) -> None:
        self._store = store
        self._roster = roster
        self._statuses = statuses
        self._clock = clock
        self._written: dict[Key, float] = {}
        self._pruned: dict[Key, Mapping[str, Any]] = {}

    def forget(self, source: Source) -> None:
        """Let go of a connection that is no more."""
        if source.connection:
            self._written.pop(source.connection, None)
            self._pruned.pop(source.connection, None)

    async def publish(
        self, source: Source, *, stamp: tuple[str, int] | None, sweep: Sweep | None, fault: Fault | None
    ) -> None:
        """Write what the last poll of ``source`` showed, where a person would notice the difference.

        Nothing about a connection that has another ``stamp`` by now: it has not been looked at.
        """
        record = self._store.connections.get(source.connection) if source.connection else None
        if record is None or record.stamp != stamp:
            return
        now = self._clock.now()
        wanted = status.render_connection(
            generation=record.meta.generation,
            sweep=sweep,
            fault=fault,
            apps=len(self._roster.apps_of(source)),
            previous=record.status,
            now=now,
        )
        last = self._written.get(record.meta.key, float("-inf"))
        shown = self._pruned.get(record.meta.key, record.status)
        if not status.worth_writing(shown, wanted, last_written=last, now=now):
            return
        try:
            version, written = await self._statuses.patch_status(
                plural=PLURAL,
                key=record.meta.key,
                resource_version=record.meta.resource_version,
                patch=status.merge_patch(record.status, wanted),
            )
        except (Conflict, Gone):
            return
        except SluicegateError as error:
            log.warning("status of a connection not written", extra={"connection": str(source), "why": str(error)})
            return
        self._written[record.meta.key] = self._clock.now()
        self._pruned.pop(record.meta.key, None)
        if written != wanted:
            self._pruned[record.meta.key] = wanted
        self._store.connections.wrote_status(record, resource_version=version, status=written)
