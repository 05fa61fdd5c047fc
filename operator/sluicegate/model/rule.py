"""A rule stated once: the API server checks it as CEL, the operator checks it again, both say the same words.

The second check is for clusters that still carry older CRDs, and for files that never met an API server.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

VALIDATIONS = "x-kubernetes-validations"
QUOTED = "'\"' + self + '\"'"
"""For ``found``: a text, in quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What must hold for one value (as `Annotated` metadata) or for the fields of a `Part` (in its ``rules``).

    ``message`` says what to write instead. ``cel`` None: the API server sees to it by other means.
    ``holds`` None: only the API server can check it (a rule about the previous object).
    ``field`` the field of the part that is to blame, in YAML spelling; empty blames the whole part.
    ``found`` a CEL expression for the text of the value at fault, which the API server does not print by itself.
    A rule in CEL must not fail to evaluate, whatever the value is: `false && error` is false, so the test for
    the form of a value stands before the test for its size.
    """

    message: str
    cel: str | None = None
    holds: Callable[[Any], bool] | None = None
    field: str = ""
    found: str | None = None

    def check(self, value: Any) -> Any:
        """``value`` itself; ValueError with the message when the rule does not hold."""
        if self.holds is not None and not self.holds(value):
            raise ValueError(self.message)
        return value

    def validation(self) -> dict[str, str]:
        """This rule as an entry of x-kubernetes-validations."""
        entry = {"rule": self.cel or "true", "message": self.message}
        if self.found is not None:
            words = json.dumps(f": {self.message}")
            entry["messageExpression"] = f"'found ' + {self.found} + {words}"
        if self.field:
            entry["fieldPath"] = f".{self.field}"
        return entry

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        return core_schema.no_info_after_validator_function(self.check, inner, serialization=inner.get("serialization"))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        add_to(schema, (self,))
        return schema


def add_to(schema: dict[str, Any], rules: tuple[Rule, ...]) -> None:
    """Append those of ``rules`` that the API server can check to ``schema``, in place."""
    entries = [rule.validation() for rule in rules if rule.cel is not None]
    if entries:
        schema[VALIDATIONS] = [*schema.get(VALIDATIONS, ()), *entries]
