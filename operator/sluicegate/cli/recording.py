"""Takes down a recording, also across a restart of the operator: the lines go on, and stay exact."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

from sluicegate.cli.reach import Way, reached
from sluicegate.errors import Denied, SluicegateError, Transient
from sluicegate.model.resource import Key

AGAIN = 2.0
"""Seconds between two tries to reach the operator."""
GIVE_UP = 60.0
"""Seconds without an operator after which a recording that has begun ends."""
CARRIED = ("app", "memory")
"""What the header of a further stream says of its first line."""
Told = Callable[[str], None]


async def lines(key: Key, way: Way, *, told: Told) -> AsyncGenerator[str, None]:
    """Lines of one recording, until the app is gone. ``told`` hears of what goes on meanwhile.

    The first try raises whatever is wrong; later ones are repeated until `GIVE_UP`, but for a right that is missing.
    """
    joint = Joint()
    lost: float | None = None
    clock = asyncio.get_running_loop().time
    while True:
        try:
            async with reached(key, way) as (api, _):
                joint.begin()
                async for line in api.observations():
                    lost = None
                    for one in joint.take(line):
                        yield one
            raise Transient("the operator ended the stream")
        except SluicegateError as error:
            if not joint.begun or isinstance(error, Denied) or (lost is not None and clock() - lost > GIVE_UP):
                raise
            if lost is None:
                lost = clock()
                told(f"{error}; trying to go on")
        await asyncio.sleep(AGAIN)


class Joint:
    """Joins streams: the header of a further one is told in its first line, and no look is told twice."""

    def __init__(self) -> None:
        self.begun = False
        self._header: dict[str, Any] | None = None
        self._first = True
        self._last: float | None = None

    def begin(self) -> None:
        """A further stream comes."""
        self._first = True

    def take(self, line: str) -> list[str]:
        """What of ``line`` belongs into the recording."""
        if self._first:
            self._first = False
            if not self.begun:
                self.begun = True
                return [line]
            self._header = json.loads(line)
            return []
        found = json.loads(line)
        last = self._last
        if last is not None and found["now"] < last:
            raise Transient("another operator, whose clock is behind, has taken over")
        self._last = found["now"]
        if self._last == last:
            self._header = None
            return []
        if self._header is None:
            return [line]
        header, self._header = self._header, None
        params = {name: header["params"][name] for name in ("generation", "poll")}
        carried = {name: header[name] for name in CARRIED}
        return [json.dumps({**found, **carried, **params}, ensure_ascii=False, separators=(",", ":")) + "\n"]
