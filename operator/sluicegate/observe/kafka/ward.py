"""A few child processes that share the orders of all connections, and one for connections that bring them down.

What goes wrong in a child never harms the operator: a crash is one missing answer for the connections under way in
it, a hang ends at the time limit, by SIGKILL.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from zlib import crc32

from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.observe.kafka.process import Died
from sluicegate.observe.kafka.slot import NotYet, Slot
from sluicegate.observe.kafka.suspects import FIRST_WAIT, Suspects, wait

KAFKAS_SHARE = 0.75
"""Part of the time limit that Kafka's own time-outs may use up: the rest is for the child to answer."""
LEAST = 1.0
"""Seconds below which nothing is begun."""

Encode = Callable[[int, float], bytes]
"""The body of an order from its number and the seconds that the child may take."""


class Hung(Exception):
    """No answer within the time limit; the process has been killed."""


class Quarantined(Exception):
    """The connection is suspected of crashing its process, and it is not its turn; the text is for users."""


class Ward:
    """``names`` of the processes that are shared and of the one for ``quarantine``, each started when first needed.
    ``work`` in words, such as ``the sweep``, ``process`` likewise. ``now`` is the operator's clock."""

    def __init__(
        self, *, names: tuple[str, ...], quarantine: str, work: str, process: str, now: Callable[[], float]
    ) -> None:
        self._work = work
        self._process = process
        self._now = now
        self._slots = tuple(Slot(name, wait=wait) for name in names)
        # Each connection in quarantine waits by itself, so the process need not.
        self._quarantine = Slot(quarantine, wait=lambda _: FIRST_WAIT)
        self._alone = asyncio.Lock()
        self._suspects = Suspects()
        self._numbers = itertools.count(1)

    async def ask(
        self,
        config: ClientConfig,
        encode: Encode,
        *,
        timeout: float,  # noqa: ASYNC109 (more than a time-out: the process that breaks it is killed)
    ) -> bytes | Fault:
        """The body of the answer, within ``timeout`` seconds, or why there is none."""
        began = time.monotonic()
        try:
            if self._suspects.is_confined(config):
                return await self._alone_with(config, encode, deadline=began + timeout)
            slot = self._slots[crc32(repr(config.settings).encode()) % len(self._slots)]
            return await self._shared(slot, config, encode, deadline=began + timeout)
        except Died as error:
            words = f"{self._process} ended {error} while this cluster was read; it is started anew"
        except Hung:
            words = f"{self._work} did not end within {timeout:g} s and was stopped; its process is started anew"
            return Fault(FaultKind.TIMED_OUT, words)
        except NotYet as error:
            words = f"{self._process} ended too often lately; it is started anew in {error.seconds:.0f} s"
        except Quarantined as error:
            return Fault(FaultKind.QUARANTINED, str(error))
        except OSError as error:
            words = f"no process for {self._work} can be started: {error}"
        return Fault(FaultKind.CRASHED, words)

    async def close(self) -> None:
        """End all children."""
        await asyncio.gather(*(slot.close() for slot in (*self._slots, self._quarantine)))

    def pids(self) -> tuple[int, ...]:
        """Process ids of the living children."""
        processes = (slot.process for slot in (*self._slots, self._quarantine))
        return tuple(process.pid for process in processes if process is not None and process.alive)

    async def _shared(self, slot: Slot, config: ClientConfig, encode: Encode, *, deadline: float) -> bytes:
        try:
            return await self._ask(slot, config, encode, deadline=deadline)
        except Died as error:
            if not error.by_us:
                self._suspects.ended(config, now=self._now())
            raise
        except Hung:
            self._suspects.ended(config, now=self._now())
            raise

    async def _alone_with(self, config: ClientConfig, encode: Encode, *, deadline: float) -> bytes:
        seconds = self._suspects.must_wait(config, now=self._now())
        if seconds > 0:
            raise Quarantined(
                f"reading this cluster brought {self._process} down again and again; next try in {seconds:.1f} s"
            )
        try:
            await asyncio.wait_for(self._alone.acquire(), deadline - time.monotonic() - LEAST)
        except TimeoutError:
            raise Quarantined(
                f"reading this cluster may bring {self._process} down, so it is read alone; it waits for its turn"
            ) from None
        try:
            body = await self._ask(self._quarantine, config, encode, deadline=deadline)
        except (Died, Hung):
            self._suspects.crashed_alone(config, now=self._now())
            raise
        finally:
            self._alone.release()
        self._suspects.acquitted(config)
        return body

    async def _ask(self, slot: Slot, config: ClientConfig, encode: Encode, *, deadline: float) -> bytes:
        try:
            return await self._try(slot, config, encode, deadline=deadline)
        except Died as error:
            if error.begun:
                raise
        # It had ended before, for another reason, and nobody had noticed yet.
        return await self._try(slot, config, encode, deadline=deadline)

    async def _try(self, slot: Slot, config: ClientConfig, encode: Encode, *, deadline: float) -> bytes:
        process = await slot.ready(within=deadline - time.monotonic() - LEAST)
        left = deadline - time.monotonic()
        number = next(self._numbers)
        try:
            return await asyncio.wait_for(process.ask(number, encode(number, left * KAFKAS_SHARE), config=config), left)
        except TimeoutError:
            process.kill()
            raise Hung from None
