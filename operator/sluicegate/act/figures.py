"""How figures and times look in a status: two significant digits, RFC 3339, and nothing at all where unknown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sluicegate.model import duration

NEAR = 0.1
"""Figures that differ by less than this share are the same to a person."""


def rounded(value: float) -> int | float:
    """``value`` to two significant digits; whole numbers stay whole."""
    if value == 0 or not math.isfinite(value):
        return 0
    digits = 1 - math.floor(math.log10(abs(value)))
    result = round(value, digits)
    return int(result) if result == int(result) else result


def span(seconds: float) -> str:
    """``seconds`` as users write durations; below two minutes in seconds, as people say it (``90s``, not ``1m30s``)."""
    whole = 1 <= seconds < 120 and seconds == int(seconds)
    return f"{int(seconds)}s" if whole else duration.show(seconds)


def moment(at: float) -> str:
    """Unix seconds as RFC 3339, to the second, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: object) -> float | None:
    """Unix seconds of an RFC 3339 text; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """``fields`` without those that are None: unknown is absent, never 0."""
    return {name: value for name, value in fields.items() if value is not None}


def near(one: object, other: object) -> bool:
    """Whether a person would call these the same: numbers within a tenth, everything else equal, part by part."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < NEAR * max(abs(one), abs(other)) or one == other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(near(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(near(a, b) for a, b in zip(one, other, strict=True))
    return one == other
