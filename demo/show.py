"""What a person sees while the demo runs: a live table on a terminal, a line every five seconds elsewhere."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

EVERY_S = 5.0
LINES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One line: ``second`` since the start; rates in messages a second; ``age_s`` of the oldest message waiting."""

    second: float
    arriving: float
    handled: float
    lag: int
    age_s: float
    replicas: int
    ready: int
    members: int | None
    wanted: int | None
    cap: int | None
    limited_by: str


COLUMNS = ("time", "arriving/s", "handled/s", "lag", "oldest", "replicas", "ready", "members", "wanted", "cap", "limit")


class Show:
    """Chapters as they begin, and a glance now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._glances: deque[Glance] = deque(maxlen=LINES)
        self._current: Glance | None = None
        self._shown_at = -EVERY_S
        self._chapter = ""
        self._live = Live(console=console, refresh_per_second=2, transient=True) if console.is_terminal else None

    def __enter__(self) -> Show:
        if self._live is not None:
            self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.__exit__(None, None, None)
            self._console.print(self._table())

    def chapter(self, text: str) -> None:
        """What happens now, in a sentence."""
        self._chapter = text
        self._console.print(Text(text, style="bold"))
        self._refresh()

    def glance(self, glance: Glance) -> None:
        self._current = glance
        if glance.second - self._shown_at >= EVERY_S:
            self._shown_at = glance.second
            self._glances.append(glance)
            if self._live is None:
                self._console.print(plain(glance), highlight=False)
        self._refresh()

    def _refresh(self) -> None:
        if self._live is not None:
            self._live.update(Group(self._table(), Text(self._chapter, style="italic")))

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for number, name in enumerate(COLUMNS):
            table.add_column(name, justify="left" if number == len(COLUMNS) - 1 else "right", min_width=7)
        for glance in self._glances:
            table.add_row(*cells(glance))
        if self._current is not None and self._live is not None:
            table.add_row(*cells(self._current), style="bold")
        return table


def cells(glance: Glance) -> tuple[str, ...]:
    """The columns as texts; a dash where something is not known."""
    minutes, seconds = divmod(round(glance.second), 60)
    return (
        f"{minutes}:{seconds:02d}",
        f"{glance.arriving:,.0f}",
        f"{glance.handled:,.0f}",
        f"{glance.lag:,}",
        f"{glance.age_s:.0f} s",
        str(glance.replicas),
        str(glance.ready),
        "-" if glance.members is None else str(glance.members),
        "-" if glance.wanted is None else str(glance.wanted),
        "-" if glance.cap is None else str(glance.cap),
        glance.limited_by or "-",
    )


def plain(glance: Glance) -> str:
    """The same as one line for logs."""
    return "  ".join(f"{name} {cell}" for name, cell in zip(COLUMNS, cells(glance), strict=True))
