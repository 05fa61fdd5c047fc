"""A health check of a dependency: by HTTP, by a figure from Prometheus, or by a connection to PostgreSQL."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from sluicegate.model.resource import Part
from sluicegate.model.rule import QUOTED, Rule
from sluicegate.model.signal import HttpCheck, Interval, PostgresCheck, PrometheusCheck

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"


class OnError(StrEnum):
    """What an error of a check itself means for the dependency."""

    IGNORE = "Ignore"
    FAIL = "Fail"


CheckName = Annotated[
    str,
    Field(min_length=1, max_length=63),
    Rule(
        message="write a name of lower-case letters, digits and '-', a letter or digit at both ends",
        cel=f"self.matches('^{_LABEL}$')",
        found=QUOTED,
        holds=lambda name: re.fullmatch(_LABEL, name) is not None,
    ),
]


class HealthCheck(Part):
    """One way to tell whether the dependency is well."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="set exactly one of http, prometheus and postgres",
            cel="[has(self.http), has(self.prometheus), has(self.postgres)].filter(given, given).size() == 1",
            holds=lambda part: [part.http, part.prometheus, part.postgres].count(None) == 2,
        ),
    )

    name: CheckName
    """Name of the check, in events and reasons."""
    http: HttpCheck | None = None
    """A GET request. Exactly one of this, prometheus and postgres."""
    prometheus: PrometheusCheck | None = None
    """A figure from Prometheus."""
    postgres: PostgresCheck | None = None
    """A connection to PostgreSQL."""
    interval: Interval = 15.0
    """How often it is made: 1s to 1h."""
    failure_threshold: int = Field(default=3, ge=1, le=100)
    """The breaker opens after so many failures in a row."""
    success_threshold: int = Field(default=2, ge=1, le=100)
    """The breaker closes after so many good ones in a row."""
    on_error: OnError = OnError.IGNORE
    """What an error of the check itself means (Prometheus not reachable, a Secret missing): nothing, or a failure."""
