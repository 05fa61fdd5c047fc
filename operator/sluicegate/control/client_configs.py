"""The ConfigMaps of `spec.clientConfig`: made, kept current, and never taken from a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sluicegate.act import config_map
from sluicegate.act.ports import ConfigMaps, EventNote, Events
from sluicegate.control.records import AppRecord
from sluicegate.decide.client_config import contents
from sluicegate.decide.topics.names import Named
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.resource import Key

log = logging.getLogger(__name__)
PLURAL = "kafkaconsumerapps"


class ClientConfigs:
    """``problem`` of an app tells why its ConfigMap is not as it should be."""

    def __init__(self, *, config_maps: ConfigMaps, events: Events) -> None:
        self._config_maps = config_maps
        self._events = events
        self._problems: dict[Key, tuple[str, str]] = {}

    def problem(self, record: AppRecord) -> str:
        """A sentence that names field, value and remedy; empty when all is well or nothing is known yet."""
        uid, words = self._problems.get(record.meta.key, ("", ""))
        return words if uid == record.meta.uid else ""

    async def keep(self, record: AppRecord, *, bootstrap: str, named: Named) -> bool:
        """Write the app's ConfigMap where it differs from what it should be; False when that must be tried again.

        Nothing is raised: what goes wrong is in `problem` and in the log. While names cannot be made (``named`` has a
        problem) what stands there stands.
        """
        spec = record.spec
        if spec is None or spec.client_config is None:
            self._problems.pop(record.meta.key, None)
            return True
        if named.problem:
            return True
        where = Key(record.meta.key.namespace, spec.client_config.config_map_name)
        data = contents(spec, key=record.meta.key, bootstrap=bootstrap, named=named)
        try:
            await self._settle(record, where, data)
        except Conflict:
            return False
        except SluicegateError as error:
            words = f"spec.clientConfig.configMapName: ConfigMap {where.name!r} could not be kept: {error}"
            if self.problem(record) != words:
                log.warning("client config not kept", extra={"app": str(record.meta.key), "why": str(error)})
            self._problems[record.meta.key] = (record.meta.uid, words)
            return False
        return True

    def forget_unless(self, there: Callable[[Key], bool]) -> None:
        for key in [key for key in self._problems if not there(key)]:
            del self._problems[key]

    async def _settle(self, record: AppRecord, where: Key, data: Mapping[str, str]) -> None:
        app, uid = record.meta.key, record.meta.uid
        try:
            body = await self._config_maps.get_config_map(where)
        except Gone:
            body = config_map.made(name=where.name, app=app, uid=uid, data=data)
            await self._config_maps.create_config_map(where, body)
            log.info("client config made", extra={"app": str(app), "config_map": where.name})
            self._problems.pop(app, None)
            return
        if not config_map.is_ours(body, app=app):
            await self._tell_conflict(record, where)
            return
        renewed = config_map.renewed(body, app=app, uid=uid, data=data)
        if renewed is not None:
            await self._config_maps.update_config_map(where, renewed)
            log.info("client config changed", extra={"app": str(app), "config_map": where.name})
        self._problems.pop(app, None)

    async def _tell_conflict(self, record: AppRecord, where: Key) -> None:
        """Once, not at each look: until it is solved or the process ends."""
        words = (
            f"spec.clientConfig.configMapName: ConfigMap {where.name!r} exists and was not made for this app; it is "
            "left as it is: choose another name, or delete it"
        )
        if self.problem(record) == words:
            return
        self._problems[record.meta.key] = (record.meta.uid, words)
        note = EventNote(type="Warning", reason="ConfigMapConflict", message=words)
        await self._events.create_event(note, plural=PLURAL, record_key=record.meta.key, uid=record.meta.uid)
