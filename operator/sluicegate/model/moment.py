"""Points in time as users write them: RFC 3339 with a zone, never a bare number or a local time."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
LONGEST = 40


def _check(value: object) -> object:
    if isinstance(value, str) and not (len(value) <= LONGEST and _FORM.fullmatch(value)):
        raise ValueError("write a time with its zone, such as 2030-01-31T08:00:00Z")
    return value


Moment = Annotated[AwareDatetime, Field(json_schema_extra={"maxLength": LONGEST}), BeforeValidator(_check)]
