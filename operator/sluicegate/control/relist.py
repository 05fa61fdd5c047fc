"""Whole lists now and then: they start the store, and put right what a watch has missed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sluicegate.control.store import Store
from sluicegate.errors import SluicegateError
from sluicegate.model.app import TargetKind
from sluicegate.telemetry import metrics

log = logging.getLogger(__name__)
EVERY = 60.0
AUTOSCALERS_EVERY = 10.0
"""Autoscalers are listed, not watched: they are few, and one that appears must be seen within a poll."""
AUTOSCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


class Lists(Protocol):
    """Whole lists of raw bodies over the watched namespaces; empty where the API server does not know the kind."""

    async def list_bodies(self, kind: str) -> Sequence[Mapping[str, Any]]: ...


class Relist:
    """Keeps the store true to the API server. ``ready`` is set after the first whole round."""

    def __init__(self, *, store: Store, lists: Lists) -> None:
        self._store = store
        self._lists = lists
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Objects every minute, autoscalers every ten seconds, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._objects())
            tasks.create_task(self._autoscalers())

    async def _objects(self) -> None:
        wait = 0.5
        while True:
            try:
                await self.once()
            except SluicegateError as error:
                log.warning("a list failed; what the watches say still counts", extra={"why": str(error)})
                wait = min(wait * 2, EVERY)
            else:
                wait = EVERY * random.uniform(0.9, 1.1)
            await asyncio.sleep(wait)

    async def once(self) -> None:
        """One round over all kinds; raises the first error met."""
        store, lists = self._store, self._lists
        await self._list_autoscalers()
        for kind in (kind.value for kind in TargetKind):
            mark = store.workload_mark(kind)
            store.replace_workloads(await lists.list_bodies(kind), kind=kind, mark=mark)
        mark = store.pods.mark()
        store.pods.replace_all(await lists.list_bodies("Pod"), mark=mark)
        mark = store.connections.mark()
        store.connections.replace_all(await lists.list_bodies("KafkaConnection"), mark=mark)
        mark = store.apps.mark()
        store.apps.replace_all(await lists.list_bodies("KafkaConsumerApp"), mark=mark)
        metrics.watch_seen()
        self.ready.set()

    async def _autoscalers(self) -> None:
        while True:
            await asyncio.sleep(AUTOSCALERS_EVERY)
            try:
                await self._list_autoscalers()
            except SluicegateError as error:
                log.warning("autoscalers could not be listed; those last seen count", extra={"why": str(error)})

    async def _list_autoscalers(self) -> None:
        for kind in AUTOSCALERS:
            self._store.replace_autoscalers(await self._lists.list_bodies(kind), kind=kind)
