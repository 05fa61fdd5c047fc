"""Failures on purpose, so that retries and dead letters can be watched: which messages fail is settled by their keys.

FAULTS says how many: ``poison=2,transient=5`` (percent). A poison message fails whenever it is tried, until FIXED is
set to true, as a bug would until it is mended; a transient one fails at its first attempt only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

_FAULTS = re.compile(r"(poison|transient)=(\d+(?:\.\d+)?)")
PARTS = 10_000


class Poison(ValueError):
    """The message itself is wrong: no retry helps."""


class Unavailable(ConnectionError):
    """What the work needs is not there just now: a retry may help."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Percent of the messages."""

    poison: float = 0.0
    transient: float = 0.0
    fixed: bool = False

    def check(self, key: str, *, attempt: int) -> None:
        """Poison or Unavailable when the message with this key is to fail now."""
        share = crc32(key.encode()) % PARTS * 100 / PARTS
        if share < self.poison:
            if not self.fixed:
                raise Poison(f"message {key} cannot be read")
        elif share < self.poison + self.transient and attempt == 1:
            raise Unavailable(f"what message {key} needs is away")


def parse(text: str, *, fixed: bool) -> Faults:
    """ValueError says what to write instead."""
    found = {}
    for entry in (part.strip() for part in text.split(",") if part.strip()):
        match = _FAULTS.fullmatch(entry)
        if match is None:
            raise ValueError(f"FAULTS: {entry!r} is no fault: write poison=2,transient=5 (percent)")
        found[match[1]] = float(match[2])
    return Faults(fixed=fixed, **found)
