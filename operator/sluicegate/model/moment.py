"""Points in time as users write them: RFC 3339 with a zone, never a bare number or a local time."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, WithJsonSchema

from sluicegate.model.rule import QUOTED, Rule

LONGEST = 40
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?"
_FORM = f"{_DAY}T{_CLOCK}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_REMEDY = "write a time with its zone, such as 2030-01-31T08:00:00Z"


def _read(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) > LONGEST or re.fullmatch(_FORM, value) is None:
        raise ValueError(_REMEDY)
    try:
        return datetime.fromisoformat(value)
    except ValueError:  # a day that the month does not have
        raise ValueError(_REMEDY) from None


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": LONGEST}),
]
"""A time that the operator writes."""

GivenMoment = Annotated[
    AwareDatetime,
    BeforeValidator(_read),
    # Not `format: date-time`: the API server then says only that the type is wrong, and checks nothing else.
    WithJsonSchema({"type": "string", "maxLength": LONGEST}),
    Rule(message=_REMEDY, cel=f"self.matches('^{_FORM}$')", found=QUOTED),
]
"""A time that a user writes."""
