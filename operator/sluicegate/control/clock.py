"""One clock for decisions: unix seconds that people can read and that never run backwards within a process."""

from __future__ import annotations

import time


class Clock:
    """Wall time at the start plus monotonic time since: a wall clock that jumps moves no window and no back-off."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Unix seconds."""
        return self._offset + time.monotonic()
