"""What the API server says about whoever knocks at the read API: whose token it is, and whether they may look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sluicegate.control.gate import Visitor
from sluicegate.errors import Denied, Transient
from sluicegate.model.resource import GROUP, Key

RESOURCE, SUBRESOURCE = "kafkaconsumerapps", "observations"


class Creates(Protocol):
    """Sends an object and gives what the API server made of it."""

    async def create(self, kind: str, body: Mapping[str, Any], *, namespace: str = "") -> dict[str, Any]: ...


class ClusterReviews:
    """Implements `control.gate.Reviews`. Tokens go into a body, never into an address or a log."""

    def __init__(self, cluster: Creates) -> None:
        self._cluster = cluster

    async def visitor(self, token: str) -> Visitor | None:
        found = await self._ask("TokenReview", {"token": token})
        status = found.get("status") or {}
        user = status.get("user") or {}
        if not status.get("authenticated") or not user.get("username"):
            return None
        extra = {name: tuple(values or ()) for name, values in (user.get("extra") or {}).items()}
        return Visitor(
            name=user["username"],
            uid=user.get("uid", ""),
            groups=tuple(user.get("groups") or ()),
            extra=tuple(sorted(extra.items())),
        )

    async def may_observe(self, visitor: Visitor, key: Key) -> bool:
        spec = {
            "user": visitor.name,
            "uid": visitor.uid,
            "groups": list(visitor.groups),
            "extra": {name: list(values) for name, values in visitor.extra},
            "resourceAttributes": {
                "verb": "get",
                "group": GROUP,
                "resource": RESOURCE,
                "subresource": SUBRESOURCE,
                "namespace": key.namespace,
                "name": key.name,
            },
        }
        found = await self._ask("SubjectAccessReview", spec)
        return bool((found.get("status") or {}).get("allowed"))

    async def _ask(self, kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Transient when the operator may not ask: that is no fault of whoever knocks."""
        try:
            return await self._cluster.create(kind, {"spec": spec})
        except Denied as error:
            raise Transient(f"the operator cannot find out who may look: {error}") from error
