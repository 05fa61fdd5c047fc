"""In which fields two specs differ, by the values that hold: a default that somebody wrote out is no difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluicegate.model.resource import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``field`` as in YAML (``spec.dependencies[orders-db].weight``); None where the field has no value."""

    field: str
    before: Any
    after: Any


def differences(before: Part, after: Part) -> tuple[Difference, ...]:
    """By field, in the order in which the specs have them."""
    old, new = _leaves(_values(before), "spec"), _leaves(_values(after), "spec")
    fields = list(dict.fromkeys((*old, *new)))
    return tuple(
        Difference(field=field, before=old.get(field), after=new.get(field))
        for field in fields
        if old.get(field) != new.get(field)
    )


def _values(spec: Part) -> dict[str, Any]:
    found: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def _leaves(value: Any, path: str) -> dict[str, Any]:
    """Values by path. Entries of a list that have names go by these, so that another order is no difference."""
    if isinstance(value, Mapping):
        parts = [(f"{path}.{name}", part) for name, part in value.items()]
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) and "name" in one for one in value):
        parts = [(f"{path}[{one['name']}]", {n: p for n, p in one.items() if n != "name"}) for one in value]
    else:
        return {} if value == [] else {path: value}
    return {field: leaf for at, part in parts for field, leaf in _leaves(part, at).items()}
