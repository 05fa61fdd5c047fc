"""What a plan is made against: the cluster as the user may see it, and the last look of the operator at each app."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from sluicegate.cli.documents import Document
from sluicegate.cli.live import WITHIN
from sluicegate.cli.plan_app import Seen
from sluicegate.cli.planning import AUTOSCALERS, CLUSTERWIDE, Shown
from sluicegate.errors import Denied, Gone, SluicegateError
from sluicegate.model.app import TargetKind
from sluicegate.model.known import Known, Maybe, Unknown
from sluicegate.model.recording import read_header, read_look
from sluicegate.model.resource import Key

if TYPE_CHECKING:
    from sluicegate.cli.reach import Way
    from sluicegate.kube.client import Cluster

Bodies = list[dict[str, Any]]
OWN = ("KafkaConsumerApp", "KafkaConnection", "DownstreamDependency", CLUSTERWIDE)
NO_TARGET = Key("", "")


def fetch(documents: Iterable[Document], way: Way) -> Shown:
    """What the cluster shows. Denied without the right to read what the documents are about; what else may not be
    read is left out, and the notes say so."""
    return asyncio.run(_fetch(tuple(documents), way))


async def _fetch(documents: tuple[Document, ...], way: Way) -> Shown:
    from sluicegate.kube.client import Cluster

    spaces = sorted({one.key.namespace for one in documents if one.key.namespace})
    notes: list[str] = []
    async with await Cluster.connect() as cluster:
        found = {kind: await _listed(cluster, kind, spaces, notes=notes) for kind in OWN}
        for kind in AUTOSCALERS:
            found[kind] = [body for one in spaces for body in await cluster.list_in(kind, namespace=one)]
        found |= await _targets(cluster, documents, found["KafkaConsumerApp"], spaces=spaces)
    there = {Key(body["metadata"]["namespace"], body["metadata"]["name"]) for body in found["KafkaConsumerApp"]}
    keys = [one.key for one in documents if one.kind == "KafkaConsumerApp" and one.key in there]
    looks = await asyncio.gather(*(_look(key, way) for key in keys))
    return Shown(bodies=found, seen=dict(zip(keys, looks, strict=True)), notes=tuple(notes))


async def _listed(cluster: Cluster, kind: str, spaces: list[str], *, notes: list[str]) -> Bodies:
    """Of all namespaces, for others may share a group or a dependency; else of those that the documents are in."""
    try:
        return await cluster.list_in(kind, namespace="")
    except Denied as error:
        if kind == CLUSTERWIDE:
            notes.append(f"{kind}s are not seen: {error}")
            return []
        if not spaces:
            raise
        notes.append(f"{kind}s of other namespaces are not seen: {error}")
    return [body for one in spaces for body in await cluster.list_in(kind, namespace=one)]


async def _targets(
    cluster: Cluster, documents: tuple[Document, ...], apps: Bodies, *, spaces: list[str]
) -> dict[str, Bodies]:
    """Workloads of the planned apps, and of all apps that name a dependency: their rolling updates take of it."""
    wanted: set[tuple[str, Key]] = set()
    for one in documents:
        if one.kind == "KafkaConsumerApp":
            wanted.add(_target(one.key.namespace, one.body))
    wanted |= {_target(b["metadata"]["namespace"], b) for b in apps if (b.get("spec") or {}).get("dependencies")}
    found: dict[str, Bodies] = {kind.value: [] for kind in TargetKind}
    for kind, key in sorted(wanted):
        if kind not in found or key == NO_TARGET:
            continue
        try:
            found[kind].append(await cluster.get_body(kind, key))
        except Gone:
            continue
        except Denied:
            if key.namespace in spaces:
                raise
    return found


def _target(namespace: str, body: Any) -> tuple[str, Key]:
    ref = (body.get("spec") or {}).get("scaleTargetRef") or {}
    name = ref.get("name")
    return str(ref.get("kind") or "Deployment"), Key(namespace, str(name)) if name else NO_TARGET


async def _look(key: Key, way: Way) -> Maybe[Seen]:
    """The operator's last look at ``key``, which begins its stream; why it cannot be had is no error."""
    from sluicegate.cli.reach import reached

    try:
        async with asyncio.timeout(WITHIN), reached(key, way) as (api, _), aclosing(api.observations()) as lines:  # type: ignore[type-var]
            header = read_header(await anext(lines))
            look = read_look(await anext(lines), number=2, header=header, before=None)
            return Known(Seen(header=header, look=look))
    except TimeoutError:
        return Unknown("Slow", f"the operator told of no look at this app within {WITHIN:.0f} s")
    except StopAsyncIteration:
        return Unknown("NotLooked", "the operator has not looked at this app yet")
    except SluicegateError as error:
        return Unknown("NotReached", str(error))
