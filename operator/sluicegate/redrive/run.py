"""A redrive as the operator sees it: start its process, hear its progress, tell it things, end it.

The process may die at any time (kill -9 included): another one with the same order goes on from what was committed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from sluicegate.observe.kafka.offspring import Offspring, how
from sluicegate.observe.kafka.redact import secrets_of
from sluicegate.redrive import command, order, progress
from sluicegate.redrive.command import Command
from sluicegate.redrive.order import RedriveOrder
from sluicegate.redrive.progress import Progress

MODULE = "sluicegate.redrive.child"
CLOSING = 15.0
"""Seconds that it has to have its last writes acknowledged and committed."""


class Died(Exception):
    """The process ended without having said so; its text says how (``by signal 9 (SIGKILL)``). Start it again."""


class RedriveProcess:
    """One running process."""

    def __init__(self, child: Offspring) -> None:
        self._child = child

    @classmethod
    async def start(cls, given: RedriveOrder) -> RedriveProcess:
        """OSError when no process can be started."""
        child = await Offspring.start(f"{given.namespace}/{given.name}", module=MODULE, what="redrive process")
        child.hide(secrets_of(given.config))
        await child.write(order.encode(given))
        return cls(child)

    @property
    def pid(self) -> int:
        return self._child.pid

    async def progress(self) -> AsyncIterator[Progress]:
        """Reports, at most two a second, to the last; for one listener. It ends after a report that is `over`, or when
        the process was told to stop. Died when the process ends otherwise."""
        async for body in self._child.frames():
            yield progress.decode(body)
        code = await self._child.ended()
        if code != 0:
            raise Died(how(code))

    async def tell(self, told: Command) -> None:
        """No error when the process is gone: `progress` says so."""
        await self._child.write(command.encode(told))

    async def close(self) -> None:
        """End it, with what was acknowledged committed; by SIGKILL when that takes more than `CLOSING` seconds."""
        await self._child.close(within=CLOSING)
