"""Where tables are drawn: in colour on a terminal; plain and as wide as they like in a pipe, so that nothing is cut."""

from __future__ import annotations

from rich.console import Console

PIPE_WIDTH = 4096


def console_for_people() -> Console:
    """Standard output. `NO_COLOR` is heeded."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_WIDTH)
