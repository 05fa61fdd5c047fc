"""Reads remembered values out of JSON that anybody may have edited: what has the wrong form is absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

MOST = 64
LONGEST_TEXT = 1024


class Fields:
    """``data`` as found; ``now`` cuts times that lie in the future."""

    def __init__(self, data: Mapping[str, Any], *, now: float) -> None:
        self._data = data
        self._now = now

    def number(self, name: str) -> float | None:
        return _number(self._data.get(name))

    def time(self, name: str) -> float | None:
        value = self.number(name)
        return None if value is None else min(value, self._now)

    def count(self, name: str) -> int | None:
        return _count(self._data.get(name))

    def text(self, name: str) -> str:
        value = self._data.get(name)
        return value[:LONGEST_TEXT] if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        return self._data.get(name) is True

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self._data.get(name)
        return value if isinstance(value, Mapping) else {}

    def numbers(self, name: str) -> Iterator[float]:
        for item in self._list(name):
            value = _number(item)
            if value is not None:
                yield value

    def texts(self, name: str) -> Iterator[str]:
        yield from (item for item in self._list(name) if isinstance(item, str))

    def pairs(self, name: str, *, ahead: float = 0.0) -> Iterator[tuple[float, int]]:
        """(time, count); a time may lie up to ``ahead`` seconds in the future."""
        for item in self._rows(name, width=2):
            at, count = _number(item[0]), _count(item[1])
            if at is not None and count is not None:
                yield min(at, self._now + ahead), count

    def times(self, name: str) -> Iterator[float]:
        yield from (min(at, self._now) for at in self.numbers(name))

    def rates(self, name: str) -> Iterator[tuple[float, float]]:
        """(time, rate or another number)"""
        for item in self._rows(name, width=2):
            at, rate = _number(item[0]), _number(item[1])
            if at is not None and rate is not None:
                yield min(at, self._now), rate

    def named(self, name: str) -> Iterator[tuple[float, str]]:
        for item in self._rows(name, width=2):
            at = _number(item[0])
            if at is not None and isinstance(item[1], str):
                yield min(at, self._now), item[1]

    def ends(self, name: str) -> Iterator[tuple[str, int]]:
        for item in self._rows(name, width=2):
            end = _count(item[1])
            if isinstance(item[0], str) and end is not None:
                yield item[0], end

    def residues(self, name: str) -> Iterator[tuple[str, int, int, int]]:
        for item in self._rows(name, width=4):
            end, lag, sweeps = _count(item[1]), _count(item[2]), _count(item[3])
            if isinstance(item[0], str) and end is not None and lag is not None and sweeps is not None:
                yield item[0], end, lag, sweeps

    def _list(self, name: str) -> list[Any]:
        value = self._data.get(name)
        return value[:MOST] if isinstance(value, list) else []

    def _rows(self, name: str, *, width: int) -> list[list[Any]]:
        return [item for item in self._list(name) if isinstance(item, list) and len(item) == width]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value) if value >= 0 else None


def _count(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == int(number) else None
