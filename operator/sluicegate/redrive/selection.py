"""Which dead letters a redrive is about: `spec.select` made ready to be asked for each record.

Expressions are users' texts and records are anybody's: an expression that needs exponential time on one record must
not hold up the run, so each record gets a time limit (the `regex` package has one, the standard library has none).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

from sluicegate.model.redrive import Select
from sluicegate.redrive.dialects import SPRING, Origin, as_text, in_binary
from sluicegate.redrive.letter import Letter
from sluicegate.redrive.refusal import Refusal

LIMIT = 0.1
"""Seconds for all expressions on one record."""
LONGEST = 8192
"""Bytes of a key or header that are looked at."""
_BINARY = frozenset((*SPRING.partition, *SPRING.offset, *SPRING.timestamp, "retry_topic-attempts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """``texts`` what of a record must match ``pattern``, any of them."""

    field: str
    pattern: regex.Pattern[str]
    texts: Callable[[Letter, Origin], Iterator[str]]


class Selection:
    """Refusal when an expression is none. ``started`` unix seconds, from which `since` and `until` count back."""

    def __init__(self, select: Select, *, started: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._earliest = None if select.since is None else round((started - select.since) * 1000)
        self._latest = None if select.until is None else round((started - select.until) * 1000)
        self._tests = tuple(_tests(select))
        self._clock = clock

    def matches(self, letter: Letter, origin: Origin) -> bool:
        """Whether ``letter`` is one of those. Refusal when that cannot be said within `LIMIT`."""
        if self._earliest is not None and letter.timestamp < self._earliest:
            return False
        if self._latest is not None and letter.timestamp > self._latest:
            return False
        if not self._tests:
            return True
        deadline = self._clock() + LIMIT
        return all(self._holds(test, letter, origin, deadline=deadline) for test in self._tests)

    def _holds(self, test: _Test, letter: Letter, origin: Origin, *, deadline: float) -> bool:
        try:
            return any(
                test.pattern.search(text, timeout=max(1e-3, deadline - self._clock())) is not None
                for text in test.texts(letter, origin)
            )
        except TimeoutError:
            raise Refusal(
                f"{test.field}: {test.pattern.pattern!r} took longer than {LIMIT} s on {letter.place}: "
                "write an expression without nested repetition"
            ) from None


def check(select: Select) -> None:
    """Refusal, naming the field, when an expression of ``select`` is none."""
    tuple(_tests(select))


def _tests(select: Select) -> Iterator[_Test]:
    if select.error_class is not None:
        field = "spec.select.errorClass"
        yield _Test(field=field, pattern=_compile(select.error_class, field=field), texts=_of_error)
    if select.key is not None:
        field = "spec.select.key"
        yield _Test(field=field, pattern=_compile(select.key, field=field), texts=_of_key)
    for name, expression in select.headers.items():
        field = f"spec.select.headers[{name}]"
        yield _Test(field=field, pattern=_compile(expression, field=field), texts=_of_header(name))


def _compile(expression: str, *, field: str) -> regex.Pattern[str]:
    try:
        return regex.compile(expression)
    except (regex.error, OverflowError, RecursionError) as error:
        raise Refusal(
            f"{field}: {expression!r} is no regular expression: {error}; correct it, or put a backslash before what "
            "is meant as it stands"
        ) from None


def _of_error(letter: Letter, origin: Origin) -> Iterator[str]:
    yield origin.error_class


def _of_key(letter: Letter, origin: Origin) -> Iterator[str]:
    if letter.key is not None:
        yield letter.key[:LONGEST].decode(errors="replace")


def _of_header(name: str) -> Callable[[Letter, Origin], Iterator[str]]:
    def texts(letter: Letter, origin: Origin) -> Iterator[str]:
        for one, value in letter.headers:
            if one != name:
                continue
            number = in_binary(value) if name in _BINARY else None
            yield as_text(None if value is None else value[:LONGEST]) if number is None else str(number)

    return texts
