"""Watches: what they see goes into the store, and nothing else happens here.

Only `on.event` handlers: kopf's others write annotations and finalizers on every object, stop for ever after one
refused patch, or take quadratic time to start. So a deletion never waits for this operator.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import kopf

from sluicegate.control.store import Store
from sluicegate.kube.access import configuration
from sluicegate.kube.kinds import KINDS, Kind
from sluicegate.kube.thrift import NoProgress, Nothing
from sluicegate.model.parse import parse_meta
from sluicegate.telemetry.metrics import watch_seen

Body = Mapping[str, Any]
Take = Callable[[Body], object]
LONGEST_PAUSE = 10.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Backoffs:
    """Pauses between attempts, in seconds: growing, jittered, without an end. kopf gives up when a sequence ends."""

    def __iter__(self) -> Iterator[float]:
        pause = 0.5
        while True:
            yield pause * random.uniform(0.5, 1.5)
            pause = min(pause * 2, LONGEST_PAUSE)


class Everyone(frozenset[Any]):
    """Every task there is. At its end kopf cancels each task of the loop that is not in such a set, ours among them;
    its own end with their parents."""

    def __contains__(self, task: object) -> bool:
        return True


def handlers(store: Store, *, clusterwide: bool = True) -> kopf.OperatorRegistry:
    """A handler for each watched kind; with ``clusterwide`` also for those that live in no namespace."""
    registry = kopf.OperatorRegistry()
    for name, shelf in store.shelves().items():
        if clusterwide or not KINDS[name].clusterwide:
            watched(registry, KINDS[name], seen=shelf.put, gone=_dropped(shelf.drop))
    for kind in ("Deployment", "StatefulSet"):
        drop = _dropped(partial(store.drop_workload, kind=kind))
        watched(registry, KINDS[kind], seen=partial(store.put_workload, kind=kind), gone=drop)
    watched(registry, KINDS["Pod"], seen=store.pods.put, gone=lambda body: store.pods.drop(body["metadata"]["uid"]))

    @kopf.on.login(registry=registry)
    async def login(**_: object) -> kopf.ConnectionInfo:
        return await credentials()

    return registry


def watched(registry: kopf.OperatorRegistry, kind: Kind, *, seen: Take, gone: Take) -> None:
    """Hand each body of ``kind`` to ``seen``, or to ``gone`` when it was deleted."""

    @kopf.on.event(kind.group, kind.version, kind.plural, registry=registry, id=kind.plural)
    async def event(*, event: Mapping[str, Any], **_: object) -> None:
        watch_seen()
        (gone if event["type"] == "DELETED" else seen)(event["object"])


def _dropped(drop: Callable[..., object]) -> Take:
    def gone(body: Body) -> None:
        meta = parse_meta(body, namespace="")
        drop(key=meta.key, uid=meta.uid)

    return gone


async def credentials() -> kopf.ConnectionInfo:
    """The client's own credentials in kopf's form; asked for again whenever the API server refuses the last."""
    settings = await configuration()
    scheme, _, token = (await settings.get_api_key_with_prefix("BearerToken") or "").rpartition(" ")
    return kopf.ConnectionInfo(
        server=settings.host,
        ca_path=settings.ssl_ca_cert or None,
        insecure=not settings.verify_ssl,
        username=settings.username or None,
        password=settings.password or None,
        scheme=scheme.capitalize() or None,
        token=token.strip() or None,
        certificate_path=settings.cert_file or None,
        private_key_path=settings.key_file or None,
        proxy_url=settings.proxy or None,
    )


def operator_settings() -> kopf.OperatorSettings:
    """kopf's settings, each for a reason."""
    settings = kopf.OperatorSettings()
    settings.peering.standalone = True
    settings.scanning.disabled = True
    settings.posting.enabled = False
    settings.networking.error_backoffs = Backoffs()
    settings.networking.request_timeout = 15.0
    settings.watching.connect_timeout = 5.0
    settings.watching.chunk_size = 500
    settings.queueing.idle_timeout = 0.2
    settings.queueing.exit_timeout = 0.2
    settings.process.ultimate_exiting_timeout = None
    settings.persistence.diffbase_storage = Nothing()
    settings.persistence.progress_storage = NoProgress()
    return settings


async def watch(registry: kopf.OperatorRegistry, *, namespaces: tuple[str, ...], stop: asyncio.Event) -> None:
    """Watch until ``stop`` is set. Raises when kopf cannot go on: the process must end then, and start anew.

    kopf takes the process's signals; they are given back here, to set ``stop``.
    """
    os.environ.setdefault("POD_ID", socket.gethostname())
    tasks = await kopf.spawn_tasks(
        registry=registry,
        settings=operator_settings(),
        standalone=True,
        clusterwide=not namespaces,
        namespaces=namespaces,
        stop_flag=stop,
    )
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await kopf.run_tasks(tasks, ignored=Everyone())
