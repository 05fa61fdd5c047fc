"""What a person sees while the bed comes up: each step, how long it has run, how long it took last time.

On a terminal the steps are one live table; elsewhere (CI, a pipe) they are plain lines with elapsed seconds, and a
step that is silent for long says every half minute that it is alive.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from dev.bed.timings import Timings

HEARTBEAT = 30.0
"""Seconds between signs of life of one step when the output is not a terminal."""


@dataclass(slots=True, kw_only=True)
class Step:
    """One piece of work on the board; `note` changes the words behind it while it runs."""

    name: str
    title: str
    began: float
    expected: str
    note: str = ""
    ended: float | None = None
    failed: bool = False
    spoke: float = 0.0


@dataclass(slots=True)
class Progress:
    """A board of steps; steps may run in several threads at once."""

    timings: Timings
    console: Console = field(default_factory=lambda: Console(highlight=False, stderr=True))
    began: float = field(default_factory=time.monotonic)
    _steps: list[Step] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _live: Live | None = None
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live = Live(get_renderable=self._table, console=self.console, refresh_per_second=4)
            self._live.__enter__()
        else:
            threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        if self._live:
            self._live.__exit__(kind, error, at)
            self._live = None

    @contextmanager
    def step(self, name: str, title: str, *, guess: str = "") -> Iterator[Step]:
        """Show a step while the block runs. `guess` is what to expect when it never ran on this machine."""
        now = time.monotonic()
        last = self.timings.last(name)
        expected = f"took {spell(last)} last time" if last is not None else guess
        step = Step(name=name, title=title, began=now, expected=expected, spoke=now)
        with self._lock:
            self._steps.append(step)
        self._line(f"{title}{f' ({expected})' if expected else ''}")
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        else:
            with self._lock:
                self.timings.record(name, seconds=time.monotonic() - now)
            self._line(f"{title}: done in {spell(time.monotonic() - now)}")
        finally:
            step.ended = time.monotonic()

    def say(self, sentence: str) -> None:
        """A sentence above the steps."""
        if self._live:
            self._live.console.print(sentence)
        else:
            self._line(sentence)

    def _line(self, text: str) -> None:
        if not self.console.is_terminal:
            with self._lock:
                self.console.print(f"[{time.monotonic() - self.began:6.1f}s] {text}", markup=False, soft_wrap=True)

    def _beat(self) -> None:
        while not self._over.wait(1.0):
            now = time.monotonic()
            for step in list(self._steps):
                if step.ended is None and now - step.spoke >= HEARTBEAT:
                    step.spoke = now
                    self._line(f"{step.title}: {spell(now - step.began)} so far {step.note}".rstrip())

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 1))
        now = time.monotonic()
        for step in list(self._steps):
            mark, style = ("✗", "red") if step.failed else ("✓", "green") if step.ended else ("·", "yellow")
            told = step.note or step.expected if step.ended is None else ""
            table.add_row(
                Text(mark, style=style),
                Text(spell((step.ended or now) - step.began).rjust(7)),
                Text(step.title),
                Text(
                    told if not step.note or step.ended else f"{step.note}, {step.expected}".rstrip(", "), style="dim"
                ),
            )
        return table


def spell(seconds: float) -> str:
    """Seconds as people write them: 4.2s, 6m31s."""
    if seconds < 60:
        return f"{seconds:.1f}s"
    return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s"
