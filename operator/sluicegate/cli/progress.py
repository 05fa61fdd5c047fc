"""How far something is that takes longer than two seconds: a bar on standard error, and only on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

PATIENCE = 2.0
"""Seconds of silence before a bar is worth looking at."""


class Told(Protocol):
    def __call__(self, index: int, part: float) -> None:
        """``part`` (0 to 1) of the thing at ``index`` is done."""


@contextmanager
def progress(names: Sequence[str], *, console: Console | None = None) -> Iterator[Told]:
    """One bar for each of ``names``, once `PATIENCE` is over; nothing where nobody looks."""
    console = console or Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks: list[TaskID] = []
    parts = dict.fromkeys(range(len(names)), 0.0)
    begun = monotonic()

    def told(index: int, part: float) -> None:
        parts[index] = part
        if not console.is_terminal or (not tasks and monotonic() - begun < PATIENCE):
            return
        if not tasks:
            tasks.extend(bars.add_task(name, total=1.0) for name in names)
            bars.start()
        for task, done in zip(tasks, parts.values(), strict=True):
            bars.update(task, completed=done)

    try:
        yield told
    finally:
        if tasks:
            bars.stop()
