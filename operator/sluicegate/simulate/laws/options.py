"""`NAME:option=value,…`: reading what a person wrote behind a law's name. Invalid names option, value and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from sluicegate.errors import Invalid
from sluicegate.model import duration


class Options:
    """The options of one law as texts. A law asks for each it has; `finish` refuses what it did not ask for."""

    def __init__(self, law: str, values: Mapping[str, str]) -> None:
        self._law, self._values = law, dict(values)
        self._known: list[str] = []

    def seconds(self, name: str, default: float) -> float:
        """A duration: ``15m``, ``30s``, or seconds as a number."""
        text = self._taken(name)
        if text is None:
            return default
        try:
            return duration.parse(_number(text) if _number(text) is not None else text)
        except ValueError as error:
            raise self._invalid(name, text, str(error)) from None

    def number(self, name: str, default: float, *, least: float = 0.0) -> float:
        """A number of at least ``least``."""
        text = self._taken(name)
        if text is None:
            return default
        value = _number(text)
        if value is None or value < least:
            raise self._invalid(name, text, f"write a number of {least:g} or more")
        return value

    def count(self, name: str, default: int, *, least: int = 1) -> int:
        """A whole number of at least ``least``."""
        text = self._taken(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise self._invalid(name, text, f"write a whole number of {least} or more")
        return int(text)

    def flag(self, name: str, *, default: bool) -> bool:
        """``true`` or ``false``."""
        text = self._taken(name)
        if text is None:
            return default
        if text.lower() not in ("true", "false"):
            raise self._invalid(name, text, "write true or false")
        return text.lower() == "true"

    def finish(self) -> None:
        """Invalid when an option was given that the law does not have."""
        for name, text in self._values.items():
            if name not in self._known:
                meant = difflib.get_close_matches(name, self._known, n=1, cutoff=0.5)
                have = f"it has {', '.join(self._known)}" if self._known else "it has no options"
                remedy = f"write {meant[0]} ({have})" if meant else f"remove it; {have}"
                raise Invalid(f"--law {self._law}: {name}={text} is not an option of {self._law}: {remedy}")

    def _taken(self, name: str) -> str | None:
        self._known.append(name)
        return self._values.get(name)

    def _invalid(self, name: str, text: str, remedy: str) -> Invalid:
        return Invalid(f"--law {self._law}: {name} is {text!r}: {remedy}", field=name)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
