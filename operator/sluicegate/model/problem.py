"""What is wrong with a resource, in the words of its author: the field as YAML spells it, the value, the remedy."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sluicegate.errors import Invalid
from sluicegate.model.resource import Part

MOST_PROBLEMS = 5
LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """``path`` as in `spec.scaling.maxReplicas`; ``said`` what stands there (`is 0`); ``remedy`` what to write."""

    path: str
    said: str = ""
    remedy: str

    def __str__(self) -> str:
        return f"{self.path} {self.said}: {self.remedy}" if self.said else f"{self.path}: {self.remedy}"


def invalid(problems: Sequence[Problem]) -> Invalid:
    """One error for all ``problems`` (at least one); it names the first few and counts the rest."""
    told = "; ".join(str(problem) for problem in problems[:MOST_PROBLEMS])
    rest = len(problems) - MOST_PROBLEMS
    return Invalid(told + (f"; and {rest} more" if rest > 0 else ""), field=problems[0].path)


def shown(value: object) -> str:
    """``value`` as YAML's one-line form shows it, cut to a length that fits a sentence."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def of_shape(error: ValidationError) -> list[Problem]:
    """The problems pydantic found, below `spec`."""
    details = error.errors(include_url=False)
    inner = {detail["loc"][:-1] for detail in details}
    # A list whose members are refused counts as too short as well: only the members are the user's mistake.
    return [_of_detail(one) for one in details if not (one["type"] == "too_short" and one["loc"] in inner)]


def of_rules(part: Part, *, path: str) -> Iterator[Problem]:
    """The rules between fields that ``part`` and the parts in it break."""
    for rule in part.rules:
        if rule.holds is None or rule.holds(part):
            continue
        if rule.field:
            yield Problem(path=f"{path}.{rule.field}", said=_said(part, rule.field), remedy=rule.message)
        else:
            yield Problem(path=path, remedy=rule.message)
    for name, field in type(part).model_fields.items():
        value, here = getattr(part, name), f"{path}.{field.alias or name}"
        if isinstance(value, Part):
            yield from of_rules(value, path=here)
        elif isinstance(value, tuple):
            for index, one in enumerate(value):
                if isinstance(one, Part):
                    yield from of_rules(one, path=f"{here}[{index}]")


def of_unknown_fields(model: type[Part], value: object, *, path: str) -> Iterator[Problem]:
    """The fields below ``path`` that ``model`` does not have, each with the one that may have been meant."""
    if not isinstance(value, Mapping):
        return
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for name, inner in value.items():
        field = fields.get(name)
        if field is None:
            meant = difflib.get_close_matches(str(name), fields, n=1)
            remedy = f"write {meant[0]}" if meant else f"remove it, or write one of {', '.join(fields)}"
            yield Problem(path=f"{path}.{name}", said="is not a field", remedy=remedy)
        elif (part := part_of(field)) is not None:
            if isinstance(inner, list):
                for index, one in enumerate(inner):
                    yield from of_unknown_fields(part, one, path=f"{path}.{name}[{index}]")
            else:
                yield from of_unknown_fields(part, inner, path=f"{path}.{name}")


def part_of(field: FieldInfo) -> type[Part] | None:
    """The part that ``field`` holds, optional or not, or a list of which it holds; None for texts, numbers, maps."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Part):
            return candidate
    return None


def _said(part: Part, alias: str) -> str:
    value = part.model_dump(mode="json", by_alias=True).get(alias)
    return "" if isinstance(value, dict | list) else f"is {shown(value)}"


def _of_detail(detail: ErrorDetails) -> Problem:
    path = "spec"
    for step in detail["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    if detail["type"] == "missing":
        return Problem(path=path, said="is missing", remedy="add it, it is required")
    return Problem(path=path, said=f"is {shown(detail['input'])}", remedy=_remedy(detail))


def _remedy(detail: ErrorDetails) -> str:
    ctx: dict[str, Any] = detail.get("ctx") or {}
    match detail["type"]:
        case "value_error":
            return str(ctx["error"])
        case "enum" | "literal_error":
            return "write " + str(ctx["expected"]).replace("'", "")
        case "greater_than_equal":
            return f"write {ctx['ge']} or more"
        case "less_than_equal":
            return f"write {ctx['le']} or less"
        case "int_type" | "int_from_float" | "int_parsing" | "int_parsing_size":
            return "write a whole number, without quotes"
        case "bool_type" | "bool_parsing":
            return "write true or false"
        case "string_type":
            return "write a text"
        case "string_too_long":
            return f"write at most {ctx['max_length']} characters"
        case "string_too_short":
            return "write a text that is not empty"
        case "too_long":
            return f"give at most {ctx['max_length']}"
        case "too_short":
            return f"give at least {ctx['min_length']}, or remove the field"
        case "tuple_type" | "list_type":
            return "write a list"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "write a map of fields"
        case "timezone_aware":
            return "add a time zone, as in 2030-01-31T08:00:00Z"
    return detail["msg"]
