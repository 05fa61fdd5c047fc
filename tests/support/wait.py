"""Waiting for the world to come true, with words when it does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], *, within: float, what: str, every: float = 0.25) -> T:
    """The first truthy answer of ``look`` within so many seconds; AssertionError tells the last one otherwise."""
    deadline = time.monotonic() + within
    answer = look()
    while not answer:
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what}; last seen: {answer!r}")
        time.sleep(every)
        answer = look()
    return answer


def always(look: Callable[[], T], *, during: float, what: str, every: float = 0.25) -> None:
    """``look`` stays truthy for so many seconds; AssertionError tells the first answer that was not."""
    deadline = time.monotonic() + during
    while time.monotonic() < deadline:
        answer = look()
        assert answer, f"did not hold: {what}; seen: {answer!r}"
        time.sleep(every)
