"""Secrets never leave the process in words: every value read from a Secret is remembered here and blotted out.

The first step of the logging chain, of every status message and of every Event.
"""

from __future__ import annotations

import base64
import json
import re
from collections import OrderedDict
from urllib.parse import quote

BLOT = "[redacted]"
SHORTEST = 4
"""Characters below which a value is too common a word to blot out; no broker takes such a password seriously."""
MOST = 8192
"""Values remembered; rotation makes new ones for ever, the oldest are let go."""


class Memory:
    """Values to blot out, the longest first, in the forms in which they could appear."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, None] = OrderedDict()
        self._pattern: re.Pattern[str] | None = None
        self._stale = False

    def remember(self, value: str | bytes) -> None:
        """Blot out ``value`` from now on, in every form in which it could be written."""
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for form in _forms(text):
            if form in self._values:
                self._values.move_to_end(form)
                continue
            self._values[form] = None
            self._stale = True
        while len(self._values) > MOST:
            self._values.popitem(last=False)
            self._stale = True

    def redact(self, text: str) -> str:
        """``text`` without any remembered value."""
        if self._stale:
            ordered = sorted(self._values, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
            self._stale = False
        return self._pattern.sub(BLOT, text) if self._pattern else text


def _forms(text: str) -> set[str]:
    """Each line, as it is and as Python, JSON and URLs would quote it; and all of it in base64."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if len(line) >= SHORTEST and not line.startswith("-----")]
    quoted = {form for line in lines for form in (line, repr(line)[1:-1], json.dumps(line)[1:-1], quote(line, safe=""))}
    return quoted | ({base64.b64encode(text.encode()).decode()} if lines else set())


_memory = Memory()
remember = _memory.remember
redact = _memory.redact
