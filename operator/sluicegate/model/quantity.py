"""Kubernetes quantities (`100`, `"1.5k"`, `250m`) for rates such as messages a second."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from sluicegate.model.rule import Rule

PATTERN = "^[0-9]{1,9}([.][0-9]{1,6})?[mkMG]?$"
_PARTS = re.compile("([0-9]{1,9}(?:[.][0-9]{1,6})?)([mkMG]?)")
_FACTORS = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9}
LARGEST = 999_999_999
_REMEDY = "write a number above 0, such as 100, '2.5' or 1.5k (suffixes m, k, M, G; fractions in quotes)"


def parse(text: object) -> float:
    """The number behind ``text``. ValueError says what to write instead."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    match = _PARTS.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(_REMEDY)
    return float(match.group(1)) * _FACTORS[match.group(2)]


def show(value: float) -> str:
    """Plain text of ``value`` without an exponent."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _from_resource(value: object, info: ValidationInfo) -> float:
    """As `parse`; in a resource (JSON) a bare fraction or a huge number is refused, as the API server does."""
    if info.mode == "json" and not isinstance(value, str) and not (isinstance(value, int) and value <= LARGEST):
        raise ValueError(_REMEDY)
    return parse(value)


_POSITIVE = Rule(
    message=_REMEDY,
    cel=(
        f"type(self) == string ? self.matches('{PATTERN}') && !self.matches('^[0.]+[mkMG]?$')"
        f" : type(self) == int && self > 0 && self <= {LARGEST}"
    ),
    holds=lambda value: 0 < value <= LARGEST * _FACTORS["G"],
)

Quantity = Annotated[
    float,
    BeforeValidator(_from_resource),
    PlainSerializer(show, return_type=str),
    WithJsonSchema(
        {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}], "maxLength": 20}
    ),
    _POSITIVE,
]
