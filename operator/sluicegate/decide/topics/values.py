"""Topic settings are texts: which of them mean the same, and which are numbers."""

from __future__ import annotations

import re

_NUMBER = re.compile("[+-]?[0-9]+")


def number(text: str | None) -> int | None:
    """None: no whole number."""
    return int(text) if text is not None and _NUMBER.fullmatch(text.strip()) else None


def same(one: str | None, other: str | None) -> bool:
    """Whether brokers would take both for one value: they tell `02` as `2` and `True` as `true`."""
    return _plain(one) == _plain(other)


def _plain(text: str | None) -> str | int | None:
    if text is None:
        return None
    found = number(text)
    word = text.strip()
    return found if found is not None else word.lower() if word.lower() in ("true", "false") else word
