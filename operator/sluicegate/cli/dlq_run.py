"""A DeadLetterRedrive made by a command: created with the user's own credentials, followed to its end."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sluicegate.errors import Gone, SluicegateError, Transient
from sluicegate.model.parse import parse_redrive
from sluicegate.model.resource import GROUP, VERSION, Key

KIND = "DeadLetterRedrive"
EVERY = 0.5
SILENCE = 10.0
"""Seconds after which a redrive that nobody has taken up is worth a word."""
OVER = ("Succeeded", "Failed")
Body = Mapping[str, Any]
Look = Callable[[Body], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A redrive to create. ``spec`` in YAML's spelling; ``purpose`` goes into the name where none is given."""

    app: Key
    spec: Body
    purpose: str
    name: str = ""

    def body(self) -> dict[str, Any]:
        """Invalid when the spec cannot be used; the API server would say the same."""
        name = self.name or f"{self.app.name[:220]}-{self.purpose}-{secrets.token_hex(3)}"
        made: dict[str, Any] = {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": KIND,
            "metadata": {"name": name, "namespace": self.app.namespace},
            "spec": {"appRef": {"name": self.app.name}, **self.spec},
        }
        parse_redrive(made)
        return made


def create(wish: Wish) -> Body:
    """The redrive as the API server took it."""
    return asyncio.run(_create(wish))


def follow(wish: Wish, *, look: Look, forget: bool) -> Body:
    """Create a redrive and wait for its end; ``look`` is shown each state on the way. ``forget``: it is deleted then,
    also when the wait is interrupted."""
    return asyncio.run(_follow(wish, look=look, forget=forget))


async def _create(wish: Wish) -> Body:
    from sluicegate.kube.client import Cluster

    async with await Cluster.connect() as cluster:
        await _app(cluster, wish.app)
        return await cluster.create(KIND, wish.body(), namespace=wish.app.namespace)


async def _follow(wish: Wish, *, look: Look, forget: bool) -> Body:
    from sluicegate.kube.client import Cluster

    async with await Cluster.connect() as cluster:
        await _app(cluster, wish.app)
        body: Body = await cluster.create(KIND, wish.body(), namespace=wish.app.namespace)
        key = Key(wish.app.namespace, body["metadata"]["name"])
        try:
            while phase_of(body) not in OVER:
                await asyncio.sleep(EVERY)
                with suppress(Transient):
                    body = await cluster.get_body(KIND, key)
                look(body)
        finally:
            if forget:
                # It goes by itself a minute later where this fails.
                with suppress(SluicegateError):
                    await cluster.delete_redrive(key, uid=body["metadata"]["uid"])
        return body


async def _app(cluster: Any, key: Key) -> None:
    """Gone, with a remedy, when there is no such app: a redrive of nothing would only wait."""
    try:
        await cluster.get_body("KafkaConsumerApp", key)
    except Gone as error:
        words = f"there is no KafkaConsumerApp {key.name!r} in namespace {key.namespace!r}; `dlq ls` lists those with"
        raise Gone(f"{words} dead letters") from error


def phase_of(body: Body) -> str:
    """Empty while no operator has taken it up."""
    return str((body.get("status") or {}).get("phase") or "")


def part_of(body: Body) -> float:
    """How much of it is done, 0 to 1."""
    status = body.get("status") or {}
    total = status.get("total") or 0
    return min(1.0, (status.get("scanned") or 0) / total) if total else 0.0


def fetch(namespace: str, app: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Apps (one, or all of a namespace; of the cluster when empty) and the redrives there, by namespace and name."""
    return asyncio.run(_fetch(namespace, app))


async def _fetch(namespace: str, app: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from sluicegate.kube.client import Cluster

    async with await Cluster.connect() as cluster:
        if app is not None:
            await _app(cluster, Key(namespace, app))
        bodies = await cluster.list_in("KafkaConsumerApp", namespace=namespace)
        redrives = await cluster.list_in(KIND, namespace=namespace)
    chosen = [body for body in bodies if app is None or body["metadata"]["name"] == app]
    return sorted(chosen, key=_place), sorted(redrives, key=_place)


def _place(body: Body) -> tuple[str, str]:
    return body["metadata"]["namespace"], body["metadata"]["name"]
