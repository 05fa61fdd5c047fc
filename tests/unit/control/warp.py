"""An event loop in which waiting takes no time: when nothing can be done now, it is later."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Selector(selectors.DefaultSelector):
    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.skipped += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._warp = _Selector()
        super().__init__(self._warp)

    def time(self) -> float:
        return super().time() + self._warp.skipped


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run ``main`` to its end, its sleeps in no time."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(main)
