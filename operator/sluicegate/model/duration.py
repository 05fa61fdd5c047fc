"""Durations as users write them (`60s`, `10m`, `1h30m`): parsed to seconds, printed back the same way.

The form is the part of Go's that Kubernetes' CEL reads, largest unit first; there is no `d`, since `duration('1d')`
fails there. The digits are bounded so that no sum of them overflows.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from sluicegate.model.rule import QUOTED, Rule

PATTERN = "^([0-9]{1,4}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?([0-9]{1,10}ms)?$"
_PARTS = re.compile("(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,8})s)?(?:([0-9]{1,10})ms)?")
_MILLISECONDS = (3_600_000, 60_000, 1_000, 1)
_UNITS = ("h", "m", "s", "ms")
LONGEST = 366 * 86_400.0


def parse(text: object) -> float:
    """Seconds of ``text``; a number stands for seconds. ValueError says what to write instead; at most 8784h."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        seconds = float(text)
    else:
        match = _PARTS.fullmatch(text) if isinstance(text, str) and text else None
        if match is None:
            raise ValueError("write a number with a unit (h, m, s or ms), such as 60s, 10m or 1h30m")
        parts = zip(match.groups(), _MILLISECONDS, strict=True)
        seconds = sum(int(part) * size for part, size in parts if part) / 1000
    if not 0 <= seconds <= LONGEST:
        raise ValueError(f"write a duration from 0s to {show(LONGEST)}")
    return seconds


def show(seconds: float) -> str:
    """The shortest such text for ``seconds`` (``90`` is ``1m30s``, ``0`` is ``0s``), rounded to milliseconds."""
    left = round(seconds * 1000)
    if left <= 0:
        return "0s"
    out = ""
    for size, name in zip(_MILLISECONDS, _UNITS, strict=True):
        count, left = divmod(left, size)
        if count:
            out += f"{count}{name}"
    return out


def _from_resource(value: object, info: ValidationInfo) -> float:
    """As `parse`; in a resource (JSON) a bare number is refused, as the API server does."""
    if info.mode == "json" and not isinstance(value, str):
        raise ValueError("write a text with a unit (h, m, s or ms), such as 60s, 10m or 1h30m")
    return parse(value)


def between(least: str, most: str) -> Rule:
    """A duration from ``least`` to ``most``, both included."""
    low, high = parse(least), parse(most)
    return Rule(
        message=f"write a duration from {least} to {most}, each number with its unit (h, m, s or ms)",
        cel=(
            f"self.size() > 1 && self.matches('{PATTERN}')"
            f" && duration(self) >= duration('{least}') && duration(self) <= duration('{most}')"
        ),
        found=QUOTED,
        holds=lambda seconds: low <= seconds <= high,
    )


Duration = Annotated[
    float,
    BeforeValidator(_from_resource),
    PlainSerializer(show, return_type=str),
    WithJsonSchema({"type": "string", "maxLength": 24}),
]
