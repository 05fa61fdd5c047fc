"""Whole lists now and then: they start the store, and put right what a watch has missed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
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


Body = Mapping[str, Any]


class Take(Protocol):
    """Takes in a whole list that was asked for at ``mark``."""

    def __call__(self, bodies: Sequence[Body], *, mark: int) -> None: ...


class Lists(Protocol):
    """Whole lists of raw bodies over the watched namespaces; empty where the API server does not know the kind."""

    async def list_bodies(self, kind: str) -> Sequence[Body]: ...


class Relist:
    """Keeps the store true to the API server. ``ready`` is set once every kind has come in."""

    def __init__(self, *, store: Store, lists: Lists) -> None:
        self._lists = lists
        self._takers = _takers(store)
        self._lacking = set(self._takers)
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Objects every minute, autoscalers every ten seconds, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._objects())
            tasks.create_task(self._autoscalers())

    async def _objects(self) -> None:
        wait = 0.5
        while True:
            wait = EVERY * random.uniform(0.9, 1.1) if await self.once() else min(wait * 2, EVERY)
            await asyncio.sleep(wait)

    async def once(self) -> bool:
        """One round; whether all lists came in. A kind that cannot be listed keeps no other from being put right."""
        failed = [kind for kind in self._takers if not await self._list(kind)]
        self._lacking.intersection_update(failed)
        if not failed:
            metrics.watch_seen()
        if not self._lacking:
            self.ready.set()
        return not failed

    async def _autoscalers(self) -> None:
        while True:
            await asyncio.sleep(AUTOSCALERS_EVERY)
            for kind in AUTOSCALERS:
                await self._list(kind)

    async def _list(self, kind: str) -> bool:
        mark, take = self._takers[kind]
        began = mark()
        try:
            take(await self._lists.list_bodies(kind), mark=began)
        except SluicegateError as error:
            log.warning("a list failed; what is known already counts", extra={"listed": kind, "why": str(error)})
            return False
        except Exception:
            log.exception("a bug: a list could not be taken in", extra={"listed": kind})
            return False
        return True


def _takers(store: Store) -> dict[str, tuple[Callable[[], int], Take]]:
    """How each kind is taken in; apps last, so that what they name is known when they come."""

    def autoscalers(kind: str) -> Take:
        return lambda bodies, *, mark: store.replace_autoscalers(bodies, kind=kind)

    return {
        **{kind: (lambda: 0, autoscalers(kind)) for kind in AUTOSCALERS},
        **{
            kind.value: (partial(store.workload_mark, kind.value), partial(store.replace_workloads, kind=kind.value))
            for kind in TargetKind
        },
        "Pod": (store.pods.mark, store.pods.replace_all),
        **{kind: (shelf.mark, shelf.replace_all) for kind, shelf in store.shelves().items()},
    }
