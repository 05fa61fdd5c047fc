"""Amounts of what a dependency has (connections, requests a second), in whole thousandths.

Thousandths, since shares are added up as integers: "never over the capacity" must hold exactly. What is finer than
that is refused instead of rounded, or a cost could become nothing.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from sluicegate.model.quantity import LARGEST, parse, show
from sluicegate.model.rule import Rule

_FORM = "([0-9]{1,9}([.][0-9]{1,3})?[kMG]?|[0-9]{1,9}m)"
_ZERO = "[0.]+[mkMG]?"
_WEIGHT = "(1000([.]0{1,3})?|[0-9]{1,3}([.][0-9]{1,3})?)"
_WORDS = "such as 100, '2.5', 250m or 1.5k (suffixes m, k, M, G; whole thousandths; fractions in quotes)"
_SUFFIXES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
_SCHEMA = WithJsonSchema(
    {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}], "maxLength": 20}
)


def _reader(form: str, *, most: int, remedy: str) -> BeforeValidator:
    """In a resource (JSON) a bare fraction or a huge number is refused, as the API server does."""

    def read(value: object, info: ValidationInfo) -> float:
        if info.mode != "json" and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str) and re.fullmatch(form, value):
            return parse(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return float(value)
        raise ValueError(remedy)

    return BeforeValidator(read)


def _rule(form: str, *, most: int, remedy: str, zero: bool) -> Rule:
    text = f"self.matches('^{form}$')" + ("" if zero else f" && !self.matches('^{_ZERO}$')")
    least = 0 if zero else 1
    return Rule(
        message=remedy,
        cel=f"type(self) == string ? {text} : type(self) == int && self >= {least} && self <= {most}",
        holds=lambda value: value >= 0 if zero else value > 0,
    )


def written(amount: float) -> str:
    """``amount`` in the form that is read: the smallest suffix with which nine digits and thousandths tell it whole."""
    for suffix, factor in _SUFFIXES.items():
        text = f"{amount / factor:.3f}".rstrip("0").rstrip(".")
        if re.fullmatch(_FORM, text) and float(text) * factor == amount:
            return text + suffix
    return show(amount)


def _shown() -> PlainSerializer:
    return PlainSerializer(written, return_type=str)


_ABOVE = f"write a number above 0, {_WORDS}"
_FROM = f"write 0 or more, {_WORDS}"
_HEAVY = "write a weight from 0 to 1000, such as 2 or '0.5' (fractions in quotes)"

Units = Annotated[
    float,
    _reader(_FORM, most=LARGEST, remedy=_ABOVE),
    _shown(),
    _SCHEMA,
    _rule(_FORM, most=LARGEST, remedy=_ABOVE, zero=False),
]
"""More than nothing."""

UnitsFromZero = Annotated[
    float,
    _reader(_FORM, most=LARGEST, remedy=_FROM),
    _shown(),
    _SCHEMA,
    _rule(_FORM, most=LARGEST, remedy=_FROM, zero=True),
]
"""Nothing, too."""

Weight = Annotated[
    float,
    _reader(_WEIGHT, most=1000, remedy=_HEAVY),
    _shown(),
    _SCHEMA,
    _rule(_WEIGHT, most=1000, remedy=_HEAVY, zero=True),
]
"""0 to 1000, in thousandths."""


def thousandths(amount: float) -> int:
    """``amount`` of units as the whole thousandths in which shares are added up."""
    return round(amount * 1000)
