"""Durations as users write them (`60s`, `10m`, `1h30m`): parsed to seconds, printed back the same way."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

PATTERN = r"^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
_PARTS = re.compile(r"^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$")
_UNITS = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
LONGEST = 366 * 86_400.0


def parse(text: object) -> float:
    """Seconds of ``text``. ValueError says what to write instead; more than 366 days is refused."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        seconds = float(text)
    else:
        match = _PARTS.match(text) if isinstance(text, str) and text else None
        if match is None:
            raise ValueError(f"{text!r} is not a duration: write a number with a unit, as 60s, 10m or 1h30m")
        seconds = sum(int(part) * unit for part, unit in zip(match.groups(), _UNITS, strict=True) if part)
    if not 0 <= seconds <= LONGEST:
        raise ValueError(f"{text!r} is outside 0s..366d")
    return seconds


def show(seconds: float) -> str:
    """The shortest such text for ``seconds`` (``90`` is ``1m30s``, ``0`` is ``0s``), rounded to milliseconds."""
    left = round(seconds * 1000)
    if left <= 0:
        return "0s"
    out = ""
    for size, name in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")):
        count, left = divmod(left, size)
        if count:
            out += f"{count}{name}"
    return out


Duration = Annotated[
    float,
    BeforeValidator(parse),
    PlainSerializer(show, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "minLength": 2, "maxLength": 24}),
]
