"""The API server as the other rooms need it: the ports of act/, and whole lists for the store."""

from __future__ import annotations

import base64
import logging
import socket
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Self
from zlib import crc32

from sluicegate.act.ports import EventNote, ScaleSnapshot
from sluicegate.errors import Gone, Invalid, SluicegateError
from sluicegate.kube.access import configuration
from sluicegate.kube.kinds import BY_PLURAL, KINDS, OWN, Kind
from sluicegate.kube.transport import Transport
from sluicegate.kube.tunnel import tunnel
from sluicegate.model.resource import Key
from sluicegate.telemetry.redact import remember

log = logging.getLogger(__name__)
MANAGER = "sluicegate"
TIMEOUT = 3.0
"""Seconds for one write or one get: a lease must outlive it."""
LIST_TIMEOUT = 15.0
PAGE = 500
OPEN_NAMES = frozenset({"username", "ca.crt", "tls.crt", "client.id", "token.endpoint.url"})
"""Keys of a Secret that hold nothing secret; blotting a user's name out of every line would hide what happened."""


class Cluster:
    """Implements the ports of act/. ``namespaces`` empty: all of the cluster. Without ``clusterwide`` kinds that live
    in no namespace are never asked for: a namespaced account is denied them."""

    def __init__(self, transport: Transport, *, namespaces: tuple[str, ...] = (), clusterwide: bool = True) -> None:
        self._transport = transport
        self._namespaces = namespaces
        self._clusterwide = clusterwide
        self._instance = socket.gethostname()

    @classmethod
    async def connect(cls, *, namespaces: tuple[str, ...] = (), clusterwide: bool = True) -> Self:
        """A client with the credentials of this process. Denied without any."""
        return cls(Transport(await configuration()), namespaces=namespaces, clusterwide=clusterwide)

    async def close(self) -> None:
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def list_bodies(self, kind: str) -> list[dict[str, Any]]:
        """All objects of ``kind`` in the watched namespaces, without the parts that nobody here reads.

        Empty where the cluster does not know the kind and need not (KEDA's, say); Gone for those of our own that must
        be there.
        """
        if KINDS[kind].clusterwide:
            return await self.list_in(kind, namespace="") if self._clusterwide else []
        found: list[dict[str, Any]] = []
        for namespace in self._namespaces or ("",):
            found += await self.list_in(kind, namespace=namespace)
        return found

    async def list_in(self, kind: str, *, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """The same for one namespace; all of the cluster with an empty one. ``selector`` in label-selector form."""
        known = KINDS[kind]
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            query = [("limit", str(PAGE)), *([("continue", token)] if token else [])]
            query += [("labelSelector", selector)] if selector else []
            try:
                page = await self._call("list", known, Key(namespace, ""), query=query, within=LIST_TIMEOUT)
            except Gone as error:
                if known.optional:
                    return []
                raise Gone(f"the API server does not know {known.plural}: install the CRDs ({error})") from error
            found += [known.trimmed(body) for body in page.get("items") or ()]
            token = (page.get("metadata") or {}).get("continue") or ""
            if not token:
                return found

    async def get_body(self, kind: str, key: Key) -> dict[str, Any]:
        """One object, for people, who can wait longer than a lease. Gone when it does not exist."""
        return KINDS[kind].trimmed(await self._call("get", KINDS[kind], key, within=LIST_TIMEOUT))

    async def serves_own_kinds(self) -> bool:
        """Whether the CRDs are installed that must be: without them a watch would see nothing, for ever."""
        for kind in (kind for kind in OWN if not kind.optional):
            try:
                await self._call("list", kind, Key((*self._namespaces, "")[0], ""), query=[("limit", "1")])
            except Gone:
                return False
        return True

    async def get_scale(self, *, kind: str, key: Key) -> ScaleSnapshot:
        body = await self._call("get", KINDS[kind], key, subresource="scale")
        meta = body["metadata"]
        return ScaleSnapshot(
            replicas=int((body.get("spec") or {}).get("replicas") or 0),
            resource_version=meta["resourceVersion"],
            uid=meta.get("uid", ""),
        )

    async def put_scale(self, *, kind: str, key: Key, replicas: int, resource_version: str) -> str:
        body = {
            "apiVersion": "autoscaling/v1",
            "kind": "Scale",
            "metadata": {"namespace": key.namespace, "name": key.name, "resourceVersion": resource_version},
            "spec": {"replicas": replicas},
        }
        query = [("fieldManager", MANAGER)]
        found = await self._call("update", KINDS[kind], key, subresource="scale", body=body, query=query)
        return str(found["metadata"].get("resourceVersion", ""))

    async def patch_status(
        self, *, plural: str, key: Key, resource_version: str, patch: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        body = {"metadata": {"resourceVersion": resource_version}, "status": patch}
        found = await self._call(
            "patch", BY_PLURAL[plural], key, subresource="status", body=body, query=[("fieldManager", MANAGER)]
        )
        return found["metadata"]["resourceVersion"], found.get("status") or {}

    async def create_event(self, note: EventNote, *, plural: str, record_key: Key, uid: str) -> None:
        """The name is made of what is said and the minute: the same words twice in a minute are one Event.

        Of what lives in no namespace it stands in ``default``: the API server takes it nowhere else.
        """
        namespace = record_key.namespace or "default"
        now = datetime.now(UTC)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        said = f"{uid}{note.type}{note.reason}{note.message}{now:%Y%m%d%H%M}"
        kind = BY_PLURAL[plural]
        body = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "namespace": namespace,
                "name": f"{record_key.name[:230]}.{crc32(said.encode()):08x}{int(now.timestamp()) // 60:08x}",
            },
            "involvedObject": {
                "apiVersion": kind.api_version,
                "kind": kind.name,
                **({"namespace": record_key.namespace} if record_key.namespace else {}),
                "name": record_key.name,
                "uid": uid,
            },
            "type": note.type,
            "reason": note.reason,
            "message": note.message,
            "source": {"component": MANAGER},
            "reportingComponent": MANAGER,
            "reportingInstance": self._instance,
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
            "count": 1,
        }
        try:
            await self._call("create", KINDS["Event"], Key(namespace, ""), body=body)
        except SluicegateError as error:
            log.debug("an Event was not taken", extra={"reason": note.reason, "why": str(error)})

    async def get_secret(self, *, namespace: str, name: str) -> Mapping[str, bytes]:
        """The decoded values; those that are secret never appear in a log, status or Event from here on."""
        body = await self._call("get", KINDS["Secret"], Key(namespace, name))
        try:
            values = {key: base64.b64decode(value) for key, value in (body.get("data") or {}).items()}
        except ValueError as error:
            raise Invalid(f"Secret {name!r}: a value is not base64 ({error})") from None
        for key, value in values.items():
            if key not in OPEN_NAMES:
                remember(value)
        return values

    async def get_config_map(self, key: Key) -> Mapping[str, Any]:
        return await self._call("get", KINDS["ConfigMap"], key)

    async def create_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        query = [("fieldManager", MANAGER)]
        await self._call("create", KINDS["ConfigMap"], Key(key.namespace, ""), body=body, query=query)

    async def update_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        await self._call("update", KINDS["ConfigMap"], key, body=body, query=[("fieldManager", MANAGER)])

    async def delete_redrive(self, key: Key, *, uid: str) -> None:
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        await self._call("delete", KINDS["DeadLetterRedrive"], key, body=body)

    async def put_finalizers(self, *, plural: str, key: Key, resource_version: str, finalizers: Sequence[str]) -> str:
        body = {"metadata": {"resourceVersion": resource_version, "finalizers": list(finalizers)}}
        query = [("fieldManager", MANAGER)]
        found = await self._call("patch", BY_PLURAL[plural], key, body=body, query=query)
        return str(found["metadata"]["resourceVersion"])

    async def create(self, kind: str, body: Mapping[str, Any], *, namespace: str = "") -> dict[str, Any]:
        """The object as the API server took it, with what it has to say about it."""
        known = KINDS[kind]
        whole = {"apiVersion": known.api_version, "kind": known.name, **body}
        return await self._call("create", known, Key(namespace, ""), body=whole)

    async def patch(self, kind: str, key: Key, patch: Mapping[str, Any], *, manager: str) -> dict[str, Any]:
        """A merge patch that a person asked for, in the name of ``manager``; the object as it is after that."""
        query = [("fieldManager", manager)]
        return await self._call("patch", KINDS[kind], key, body=patch, query=query, within=LIST_TIMEOUT)

    async def token(self) -> str:
        """The bearer token of this process's own credentials; empty where they are others."""
        return await self._transport.token()

    async def token_of(self, account: Key, *, seconds: int) -> str:
        """A token of a ServiceAccount that lasts so long, at least ten minutes."""
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": max(600, seconds)},
        }
        found = await self._call(
            "create", KINDS["ServiceAccount"], account, subresource="token", body=body, within=LIST_TIMEOUT
        )
        return str(found["status"]["token"])

    def tunnel(self, pod: Key, *, port: int) -> AbstractAsyncContextManager[str]:
        """See `kube.tunnel`."""
        return tunnel(self._transport, pod, port=port, within=LIST_TIMEOUT)

    async def _call(
        self,
        verb: str,
        kind: Kind,
        key: Key,
        *,
        subresource: str = "",
        body: Mapping[str, Any] | None = None,
        query: list[tuple[str, str]] | None = None,
        within: float = TIMEOUT,
    ) -> dict[str, Any]:
        resource = f"{kind.plural}/{subresource}" if subresource else kind.plural
        if kind.group:
            resource = f"{resource.split('/')[0]}.{kind.group}" + (f"/{subresource}" if subresource else "")
        where = f" {key.name!r}" if key.name else ""
        where += f" in namespace {key.namespace!r}" if key.namespace else ""
        return await self._transport.request(
            verb,
            kind.of(key, subresource=subresource),
            resource=resource,
            where=where,
            query=query or (),
            body=body,
            within=within,
        )
