"""`Known | Unknown`: a figure that could not be had is a type of its own, never 0 and never None."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A figure that was really read."""

    value: T


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a figure could not be had.

    ``reason`` is CamelCase and ends in a condition (``NeverCommitted``, ``OffsetBeyondEnd``,
    ``BrokerUnreachable``); ``message`` is the sentence behind it, with the broker's own words.
    """

    reason: str
    message: str


Maybe = Known[T] | Unknown


def total(parts: Iterable[Maybe[int]]) -> Maybe[int]:
    """Sum of parts: Known only when every part is; otherwise the first Unknown met."""
    sum_ = 0
    for part in parts:
        if isinstance(part, Unknown):
            return part
        sum_ += part.value
    return Known(sum_)
