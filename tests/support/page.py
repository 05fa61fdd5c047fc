"""A page of the docs whose console blocks are run: each `$ command` with the output that stands below it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

_BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)
Run = Callable[[str], str]


def commands(page: Path) -> list[tuple[str, str]]:
    """Each command and its output, in the order of the page."""
    return [(found["command"], found["output"]) for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))]


def rewrite(page: Path, *, run: Run) -> None:
    """The page with the outputs that the commands have now."""

    def renewed(found: re.Match[str]) -> str:
        return f"```console\n$ {found['command']}\n{run(found['command'])}```"

    page.write_text(_BLOCK.sub(renewed, page.read_text(encoding="utf-8")), encoding="utf-8")
