"""The ConfigMaps of `spec.clientConfig`: made, kept current, and never taken from a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sluicegate.act import config_map
from sluicegate.act.client_config_status import problem
from sluicegate.act.ports import ConfigMaps
from sluicegate.control.records import AppRecord
from sluicegate.decide.client_config import contents
from sluicegate.decide.topics.names import Named
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.decision import Condition
from sluicegate.model.known import Known, Maybe, Unknown
from sluicegate.model.resource import Key

log = logging.getLogger(__name__)
NOT_LOOKED = Unknown("NotReadYet", "the ConfigMap was not looked at yet")


class ClientConfigs:
    """Of all apps. What is wrong with one is told by the app's own look, which `wakes` brings forward."""

    def __init__(self, *, config_maps: ConfigMaps) -> None:
        self._config_maps = config_maps
        self._found: dict[Key, tuple[str, Condition | None]] = {}
        self._wake: Callable[[Key], None] = lambda key: None

    def wakes(self, wake: Callable[[Key], None]) -> None:
        self._wake = wake

    def found(self, record: AppRecord) -> Maybe[Condition | None]:
        """What is wrong with the app's ConfigMap, None when all is well."""
        uid, condition = self._found.get(record.meta.key, ("", None))
        return Known(condition) if uid == record.meta.uid else NOT_LOOKED

    async def keep(self, record: AppRecord, *, bootstrap: str, named: Named) -> bool:
        """Write the app's ConfigMap where it differs from what it should be; False when that must be tried again.

        Nothing is raised: what goes wrong is in `found` and in the log. While names cannot be made (``named`` has a
        problem) what stands there stands.
        """
        spec = record.spec
        if spec is None or spec.client_config is None:
            self._found.pop(record.meta.key, None)
            return True
        if named.problem:
            return True
        where = Key(record.meta.key.namespace, spec.client_config.config_map_name)
        data = contents(spec, key=record.meta.key, bootstrap=bootstrap, named=named)
        try:
            self._note(record, await self._settle(record, where, data))
        except Conflict:
            return False
        except SluicegateError as error:
            words = f"spec.clientConfig.configMapName: ConfigMap {where.name!r} could not be kept: {error}"
            self._note(record, problem(reason="ConfigMapRefused", message=words))
            return False
        return True

    def forget_unless(self, there: Callable[[Key], bool]) -> None:
        for key in [key for key in self._found if not there(key)]:
            del self._found[key]

    async def _settle(self, record: AppRecord, where: Key, data: Mapping[str, str]) -> Condition | None:
        app, uid = record.meta.key, record.meta.uid
        try:
            body = await self._config_maps.get_config_map(where)
        except Gone:
            body = config_map.made(name=where.name, app=app, uid=uid, data=data)
            await self._config_maps.create_config_map(where, body)
            log.info("client config made", extra={"app": str(app), "config_map": where.name})
            return None
        if not config_map.is_ours(body, app=app):
            words = (
                f"spec.clientConfig.configMapName: ConfigMap {where.name!r} exists and was not made for this app; it "
                "is left as it is: choose another name, or delete it"
            )
            return problem(reason="ConfigMapConflict", message=words)
        renewed = config_map.renewed(body, app=app, uid=uid, data=data)
        if renewed is not None:
            await self._config_maps.update_config_map(where, renewed)
            log.info("client config changed", extra={"app": str(app), "config_map": where.name})
        return None

    def _note(self, record: AppRecord, condition: Condition | None) -> None:
        before = self.found(record)
        self._found[record.meta.key] = (record.meta.uid, condition)
        if before == Known(condition):
            return
        if condition is not None:
            log.warning("client config not kept", extra={"app": str(record.meta.key), "why": condition.message})
        self._wake(record.meta.key)
