"""Reads the signals of every dependency, each at its own interval and in a task of its own: one that hangs holds up
neither the others nor any decision."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from sluicegate.act.ports import Secrets
from sluicegate.control.downstream.offers import Found, all_of
from sluicegate.control.downstream.readings import Readings
from sluicegate.control.store import Store
from sluicegate.decide.downstream.breaker import Result
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.resource import Key
from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.dependencies.make import Signals, signals
from sluicegate.observe.dependencies.signal import Answer, Check, Signal

log = logging.getLogger(__name__)
BUG_PAUSE = 15.0


@dataclass(slots=True, kw_only=True)
class _Probed:
    stamp: tuple[str, int]
    readings: Readings = field(default_factory=Readings)
    tasks: tuple[asyncio.Task[None], ...] = ()


class Probes:
    """``own_namespace`` holds the Secrets of cluster-scoped dependencies."""

    def __init__(self, *, store: Store, secrets: Secrets, guard: Guard, own_namespace: str) -> None:
        self._store = store
        self._secrets = secrets
        self._guard = guard
        self._own_namespace = own_namespace
        self._probed: dict[Key, _Probed] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def readings(self, key: Key) -> Readings:
        """Of one dependency; empty ones while it is not probed."""
        probed = self._probed.get(key)
        return probed.readings if probed else Readings()

    def refresh(self) -> None:
        """Begin with dependencies that are new or changed, end with those that are gone."""
        found = all_of(self._store)
        for key in [key for key in self._probed if key not in found or found[key].stamp != self._probed[key].stamp]:
            self._end(self._probed.pop(key))
        for key, record in found.items():
            if key not in self._probed and record.spec is not None:
                self._probed[key] = self._begin(record, record.spec)

    async def close(self) -> None:
        """End all."""
        for key in list(self._probed):
            self._end(self._probed.pop(key))
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _begin(self, record: Found, spec: DependencySpec) -> _Probed:
        namespace = record.meta.key.namespace or self._own_namespace

        async def secret(name: str) -> Mapping[str, bytes]:
            return await self._secrets.get_secret(namespace=namespace, name=name)

        found = signals(spec, secret=secret, guard=self._guard)
        probed = _Probed(stamp=record.stamp)
        probed.tasks = tuple(
            asyncio.create_task(_keep(look, every=every), name=f"{name} of {record.meta.key}")
            for name, every, look in _looks(found, probed.readings)
        )
        return probed

    def _end(self, probed: _Probed) -> None:
        for task in probed.tasks:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


def _looks(found: Signals, readings: Readings) -> Iterator[tuple[str, float, Callable[[], Awaitable[None]]]]:
    """(name, seconds between two looks, one look)"""
    if found.capacity is not None:
        yield "capacity", found.capacity.interval, partial(_read, found.capacity, readings.take_capacity)
    if found.usage is not None:
        yield "usage", found.usage.interval, partial(_read, found.usage, readings.take_usage)
    for check in found.checks:
        yield f"health check {check.name}", check.interval, partial(_check, check, readings.take_result)


async def _read(signal: Signal, take: Callable[[Answer], None]) -> None:
    take(await signal.read())


async def _check(check: Check, take: Callable[[Result], None]) -> None:
    take(await check.look())


async def _keep(look: Callable[[], Awaitable[None]], *, every: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await look()
        except Exception:
            log.exception("a bug: this look at a dependency was lost")
            await asyncio.sleep(BUG_PAUSE)
        await asyncio.sleep(max(0.0, began + every - loop.time()))
