"""The sweep's process seen from the operator: start it, give it orders, hear its answers, notice its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka import wire
from sluicegate.observe.kafka.offspring import Offspring, how
from sluicegate.observe.kafka.redact import secrets_of

MODULE = "sluicegate.observe.kafka.child"


class Died(Exception):
    """The process ended while it was asked; its text says how (``by signal 11 (SIGSEGV)``).

    ``begun``: it had taken the order up, which may be the reason then. ``by_us``: it was killed, for the sake of
    another order that hung.
    """

    def __init__(self, how: str, *, begun: bool, by_us: bool) -> None:
        super().__init__(how)
        self.begun = begun
        self.by_us = by_us


class Process:
    """A running child."""

    def __init__(self, child: Offspring, *, ended: Callable[[], None]) -> None:
        self._child = child
        self._ended = ended
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self._begun: set[int] = set()
        self._killed = False
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def start(cls, name: str, *, ended: Callable[[], None]) -> Process:
        """OSError when no process can be started. ``ended`` is called once, before any asker hears of the end."""
        return cls(await Offspring.start(name, module=MODULE, what="sweep process"), ended=ended)

    @property
    def name(self) -> str:
        return self._child.name

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        return not self._killed and self._child.alive and not self._hearing.done()

    async def ask(self, number: int, body: bytes, *, config: ClientConfig) -> bytes:
        """The answer to the order ``body``, which bears ``number``. Died when the process ends first."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._child.hide(secrets_of(config))
        try:
            await self._child.write(body)
            return await answer
        finally:
            self._answers.pop(number, None)
            self._begun.discard(number)

    def kill(self) -> None:
        """End it at once, by SIGKILL."""
        self._killed = True
        self._child.kill()

    async def close(self) -> None:
        """Let it end by closing its pipe; by SIGKILL when it does not."""
        await self._child.close()
        await asyncio.gather(self._hearing, return_exceptions=True)

    async def _hear(self) -> None:
        async for body in self._child.frames():
            number = wire.number_of(body)
            answer = self._answers.get(number)
            if answer is None or answer.done():
                continue
            if wire.is_begun(body):
                self._begun.add(number)
            else:
                answer.set_result(body)
        # A child that closed its end without ending is of no more use.
        code = await self._child.ended()
        self._ended()
        for number, answer in self._answers.items():
            if not answer.done():
                answer.set_exception(Died(how(code), begun=number in self._begun, by_us=self._killed))
