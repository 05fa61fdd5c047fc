"""Kubernetes quantities (`100`, `1.5k`, `250m`) for rates such as messages a second."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

PATTERN = r"^[0-9]+(\.[0-9]{1,6})?(m|k|M|G)?$"
_PARTS = re.compile(r"^(\d+(?:\.\d{1,6})?)(m|k|M|G)?$")
_FACTORS = {None: 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9}


def parse(text: object) -> float:
    """The number behind ``text``. ValueError says what to write instead."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    match = _PARTS.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is not a quantity: write a number, as 100, 2.5 or 1.5k")
    return float(match.group(1)) * _FACTORS[match.group(2)]


def show(value: float) -> str:
    """Plain text of ``value`` without an exponent."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


Quantity = Annotated[
    float,
    BeforeValidator(parse),
    PlainSerializer(show, return_type=str),
    WithJsonSchema(
        {
            "x-kubernetes-int-or-string": True,
            "anyOf": [{"type": "integer"}, {"type": "string"}],
            "pattern": PATTERN,
            "maxLength": 20,
        }
    ),
]
