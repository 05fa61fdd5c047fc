"""Resources for commands, read with the user's own credentials."""

from __future__ import annotations

import asyncio
from typing import Any

from sluicegate.errors import Gone
from sluicegate.model.resource import Key

APP = "KafkaConsumerApp"


def fetch_apps(*, namespace: str, name: str | None) -> list[dict[str, Any]]:
    """One app, or all of ``namespace`` (all of the cluster when empty), by namespace and name.

    Errors are those of errors.py: Gone when there is no such app, Denied without the right to read.
    """
    return asyncio.run(_fetch(namespace=namespace, name=name))


async def _fetch(*, namespace: str, name: str | None) -> list[dict[str, Any]]:
    from sluicegate.kube.client import Cluster

    async with await Cluster.connect() as cluster:
        if name is not None:
            try:
                return [await cluster.get_body(APP, Key(namespace, name))]
            except Gone as error:
                words = f"there is no {APP} {name!r} in namespace {namespace!r}; `status -A` lists all"
                raise Gone(words if repr(name)[1:-1] in str(error).rsplit(":", 1)[-1] else str(error)) from error
        bodies = await cluster.list_in(APP, namespace=namespace)
        return sorted(bodies, key=lambda body: (body["metadata"]["namespace"], body["metadata"]["name"]))
