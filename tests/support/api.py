"""An API server in memory, for faults that a real one cannot be told to have: a lost answer, a death after a write.

It keeps what the real one promises: one growing resourceVersion, 409 for a stale one, 404 for what is not there, a
generation that only a spec changes, statuses merged as RFC 7386 has it, nothing gone before its last finalizer.
Watchers are told at once unless it is held.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sluicegate.act.ports import EventNote, ScaleSnapshot
from sluicegate.control.store import Store
from sluicegate.errors import Conflict, Gone, SluicegateError
from sluicegate.model.resource import Key
from tests.support.api_faults import Died, Fault

Body = dict[str, Any]
Ref = tuple[str, Key]
APP, CONNECTION, DEPLOYMENT = "KafkaConsumerApp", "KafkaConnection", "Deployment"
CONFIG_MAP, REDRIVE = "ConfigMap", "DeadLetterRedrive"
KIND_OF = {
    "kafkaconsumerapps": APP,
    "kafkaconnections": CONNECTION,
    "downstreamdependencies": "DownstreamDependency",
    "clusterdownstreamdependencies": "ClusterDownstreamDependency",
    "deadletterredrives": REDRIVE,
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """One replica count that took effect, and the spec of the app that was current then."""

    key: Key
    replicas: int
    before: int
    app: Body | None


class Api:
    """Implements the ports of act/, and Lists. ``calls`` counts requests by name;
    ``pruned`` fields of statuses that older CRDs do not know;
    ``died`` says that a fault ended the operator's process."""

    def __init__(self) -> None:
        self.objects: dict[Ref, Body] = {}
        self.secrets: dict[Key, dict[str, bytes]] = {}
        self.events: list[EventNote] = []
        self.writes: list[Written] = []
        self.calls: dict[str, int] = {}
        self.on_call: dict[str, Callable[[], None]] = {}
        self.held = False
        self.pruned: set[str] = set()
        self.died = False
        self._version = 100
        self._faults: dict[str, list[Fault]] = {}
        self._watchers: list[Store] = []
        self._news: list[tuple[str, Body]] = []

    # what tests do

    def watch(self, store: Store) -> None:
        """Tell ``store`` everything from now on, beginning with what there is."""
        self._watchers = [store]
        self._news = [("ADDED", body) for body in self.objects.values()]
        self.deliver()

    def put(self, body: Body) -> Body:
        """Create, or change the spec."""
        ref = (body["kind"], Key(body["metadata"].get("namespace", ""), body["metadata"]["name"]))
        known = self.objects.get(ref)
        new = copy.deepcopy(body)
        meta = new["metadata"]
        if known:
            meta["uid"] = known["metadata"]["uid"]
            meta["generation"] = known["metadata"]["generation"] + (known["spec"] != new["spec"])
            new["status"] = known.get("status", {})
        else:
            meta["generation"] = 1
            meta["uid"] = f"{meta['name']}-{self._version}"
        return self._store(ref, new)

    def delete(self, kind: str, name: str, *, namespace: str = "shop") -> None:
        ref = (kind, Key(namespace, name))
        if self.objects[ref]["metadata"].get("finalizers"):
            body = copy.deepcopy(self.objects[ref])
            body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
            body["metadata"]["generation"] += 1
            self._store(ref, body)
        else:
            self._tell("DELETED", self.objects.pop(ref))

    def fail(self, call: str, fault: Fault, *, times: int = 1) -> None:
        self._faults.setdefault(call, []).extend([fault] * times)

    def forget_faults(self) -> None:
        self._faults.clear()

    def deliver(self) -> None:
        """Let the watch bring what it held back."""
        news, self._news = self._news, []
        for type_, body in news:
            for store in self._watchers:
                _take(store, type_, copy.deepcopy(body))

    def scale_by_hand(self, name: str, replicas: int, *, manager: str = "kubectl") -> None:
        self._set_replicas((DEPLOYMENT, Key("shop", name)), replicas, manager=manager)

    def replicas(self, name: str = "orders", *, namespace: str = "shop") -> int:
        return int(self.objects[(DEPLOYMENT, Key(namespace, name))]["spec"]["replicas"])

    def status(self, name: str = "orders", *, kind: str = APP, namespace: str = "shop") -> Body:
        found: Body = self.objects[(kind, Key(namespace, name))].get("status", {})
        return found

    def condition(self, type_: str, name: str = "orders", *, kind: str = APP) -> Body:
        found = [one for one in self.status(name, kind=kind).get("conditions", ()) if one["type"] == type_]
        return found[0] if found else {}

    @property
    def write_calls(self) -> int:
        return sum(self.calls.get(name, 0) for name in ("put_scale", "patch_status", "create_event"))

    # the ports

    async def get_scale(self, *, kind: str, key: Key) -> ScaleSnapshot:
        def act() -> ScaleSnapshot:
            body = self._get((kind, key))
            meta = body["metadata"]
            return ScaleSnapshot(
                replicas=body["spec"]["replicas"], resource_version=meta["resourceVersion"], uid=meta["uid"]
            )

        return await self._do("get_scale", key, act)

    async def put_scale(self, *, kind: str, key: Key, replicas: int, resource_version: str) -> str:
        def act() -> str:
            body = self._get((kind, key), version=resource_version)
            apps = [
                app for (kind_, where), app in self.objects.items()
                if kind_ == APP and where.namespace == key.namespace
                and app["spec"]["scaleTargetRef"]["name"] == key.name
            ]  # fmt: skip
            app = copy.deepcopy(min(apps, key=lambda app: app["metadata"]["creationTimestamp"])) if apps else None
            self.writes.append(Written(key=key, replicas=replicas, before=body["spec"]["replicas"], app=app))
            self._set_replicas((kind, key), replicas, manager="sluicegate")
            return str(self.objects[(kind, key)]["metadata"]["resourceVersion"])

        return str(await self._do("put_scale", key, act))

    async def patch_status(
        self, *, plural: str, key: Key, resource_version: str, patch: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        def act() -> tuple[str, Mapping[str, Any]]:
            ref = (KIND_OF[plural], key)
            body = copy.deepcopy(self._get(ref, version=resource_version))
            merged = _merged(body.get("status", {}), copy.deepcopy(dict(patch)))
            body["status"] = {name: value for name, value in merged.items() if name not in self.pruned}
            if body["status"] != self.objects[ref].get("status"):
                body = self._store(ref, body)
            return body["metadata"]["resourceVersion"], copy.deepcopy(body["status"])

        return await self._do("patch_status", key, act)

    async def create_event(self, note: EventNote, *, plural: str, record_key: Key, uid: str) -> None:
        try:
            await self._do("create_event", record_key, lambda: self.events.append(note))
        except SluicegateError:
            return

    async def get_secret(self, *, namespace: str, name: str) -> Mapping[str, bytes]:
        def act() -> Mapping[str, bytes]:
            if Key(namespace, name) not in self.secrets:
                raise Gone(f"no Secret {name}")
            return self.secrets[Key(namespace, name)]

        return await self._do("get_secret", Key(namespace, name), act)

    async def get_config_map(self, key: Key) -> Mapping[str, Any]:
        return await self._do("get_config_map", key, lambda: copy.deepcopy(self._get((CONFIG_MAP, key))))

    async def create_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        def act() -> None:
            if (CONFIG_MAP, key) in self.objects:
                raise Conflict(f"ConfigMap {key} exists")
            self._store((CONFIG_MAP, key), copy.deepcopy(dict(body)))

        await self._do("create_config_map", key, act)

    async def update_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        def act() -> None:
            self._get((CONFIG_MAP, key), version=body["metadata"].get("resourceVersion"))
            self._store((CONFIG_MAP, key), copy.deepcopy(dict(body)))

        await self._do("update_config_map", key, act)

    async def put_finalizers(self, *, plural: str, key: Key, resource_version: str, finalizers: Sequence[str]) -> str:
        def act() -> str:
            ref = (KIND_OF[plural], key)
            body = copy.deepcopy(self._get(ref, version=resource_version))
            body["metadata"]["finalizers"] = list(finalizers)
            if body["metadata"].get("deletionTimestamp") and not finalizers:
                self._tell("DELETED", self.objects.pop(ref))
                return resource_version
            return str(self._store(ref, body)["metadata"]["resourceVersion"])

        return str(await self._do("put_finalizers", key, act))

    async def delete_redrive(self, key: Key, *, uid: str) -> None:
        def act() -> None:
            if self._get((REDRIVE, key))["metadata"]["uid"] != uid:
                raise Conflict(f"{key} is another one by now")
            self.delete(REDRIVE, key.name, namespace=key.namespace)

        await self._do("delete_redrive", key, act)

    async def list_bodies(self, kind: str) -> Sequence[Mapping[str, Any]]:
        return await self._do(
            f"list {kind}",
            Key("", ""),
            lambda: [copy.deepcopy(body) for (of, _), body in self.objects.items() if of == kind],
        )

    # inside

    async def _do(self, call: str, key: Key, act: Callable[[], Any]) -> Any:
        self.calls[call] = self.calls.get(call, 0) + 1
        await asyncio.sleep(0)
        waiting = self._faults.get(call, [])
        fault = next((fault for fault in waiting if fault.hits(key)), Fault())
        if fault in waiting:
            waiting.remove(fault)
        if fault.hang:
            await asyncio.sleep(fault.hang)
        self.died |= isinstance(fault.error, Died)
        if fault.error and not fault.after:
            raise fault.error
        result = act()
        if call in self.on_call:
            self.on_call.pop(call)()
        if fault.error:
            raise fault.error
        return result

    def _get(self, ref: Ref, *, version: str | None = None) -> Body:
        if ref not in self.objects:
            raise Gone(f"no {ref}")
        if version is not None and self.objects[ref]["metadata"]["resourceVersion"] != version:
            raise Conflict(f"{ref} has been modified")
        return self.objects[ref]

    def _set_replicas(self, ref: Ref, replicas: int, *, manager: str) -> None:
        """With a controller behind it that has every pod ready at once."""
        body = copy.deepcopy(self.objects[ref])
        body["spec"]["replicas"] = replicas
        body["metadata"]["generation"] += 1
        body["metadata"]["managedFields"] = [{"manager": manager, "fieldsV1": {"f:spec": {"f:replicas": {}}}}]
        body["status"] = {
            "readyReplicas": replicas,
            "updatedReplicas": replicas,
            "observedGeneration": body["metadata"]["generation"],
        }
        self._store(ref, body)

    def _store(self, ref: Ref, body: Body) -> Body:
        self._version += 1
        body["metadata"]["resourceVersion"] = str(self._version)
        type_ = "MODIFIED" if ref in self.objects else "ADDED"
        self.objects[ref] = body
        self._tell(type_, body)
        return body

    def _tell(self, type_: str, body: Body) -> None:
        self._news.append((type_, copy.deepcopy(body)))
        if not self.held:
            self.deliver()


def _take(store: Store, type_: str, body: Body) -> None:
    key, uid = Key(body["metadata"].get("namespace", ""), body["metadata"]["name"]), body["metadata"]["uid"]
    kind, gone = body["kind"], type_ == "DELETED"
    if kind == CONFIG_MAP:
        return
    shelf = store.shelves().get(kind)
    if shelf is not None:
        if gone:
            shelf.drop(key=key, uid=uid)
        else:
            shelf.put(body)
    elif gone:
        store.drop_workload(kind=kind, key=key, uid=uid)
    else:
        store.put_workload(body, kind=kind)


def _merged(old: Body, patch: Body) -> Body:
    new = dict(old)
    for name, value in patch.items():
        if value is None:
            new.pop(name, None)
        elif isinstance(value, dict) and isinstance(new.get(name), dict):
            new[name] = _merged(new[name], value)
        else:
            new[name] = value
    return new
