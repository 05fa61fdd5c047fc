"""Frozen values to plain JSON values and back, exactly: what a recording needs so that a replay decides the same.

Written over the fields of dataclasses, so that a field added to `Memory` is in every recording from that day on.
Names are camelCase, as everywhere in JSON. Fields that hold their default are left out; what is missing on the way
back is the default, and a name that is not known is passed over: an older reader does not choke on a newer value.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic.alias_generators import to_camel

from sluicegate.errors import Bug, Invalid

T = TypeVar("T")
INFINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
"""JSON has no such numbers; as texts every reader takes them."""


def plain(value: object) -> Any:
    """``value`` as JSON has it: a map of its fields for a dataclass, a list for a tuple. Bug for any other type."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | array):
        return [plain(one) for one in value]
    if is_dataclass(value):
        found = ((one, getattr(value, one.name)) for one in fields(value))
        return {_shown(one.name): plain(held) for one, held in found if _is_told(one, held)}
    raise Bug(f"a {type(value).__name__} cannot be recorded")


def revive(kind: type[T], found: object, *, path: str) -> T:
    """The value of type ``kind`` behind ``found``. Invalid names the ``path`` of what does not fit."""
    value: T = _revive(kind, found, path)
    return value


def _revive(kind: Any, found: object, path: str) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is UnionType:
        if found is None and NoneType in parts:
            return None
        (kind,) = (part for part in parts if part is not NoneType)
        return _revive(kind, found, path)
    if origin is tuple:
        return _tuple(parts, _list(found, path), path)
    if origin is list:
        code = "q" if parts[0] is int else "d"
        return array(code, [_revive(parts[0], one, f"{path}[{index}]") for index, one in enumerate(_list(found, path))])
    if is_dataclass(kind):
        return _fields(kind, found, path)
    if isinstance(kind, type) and issubclass(kind, Enum):
        if found not in [one.value for one in kind]:
            raise _misfit(path, found, f"one of {', '.join(str(one.value) for one in kind)}")
        return kind(found)
    if kind is float and found in INFINITE.values():
        return float(str(found))
    wanted = (int, float) if kind is float else kind
    if not isinstance(found, wanted) or (isinstance(found, bool) and kind is not bool):
        raise _misfit(path, found, {str: "a text", bool: "true or false", int: "a whole number"}.get(kind, "a number"))
    return found


def _tuple(parts: tuple[Any, ...], found: Sequence[object], path: str) -> tuple[Any, ...]:
    if len(parts) == 2 and parts[1] is ...:
        return tuple(_revive(parts[0], one, f"{path}[{index}]") for index, one in enumerate(found))
    if len(parts) != len(found):
        raise _misfit(path, found, f"a list of {len(parts)}")
    return tuple(
        _revive(part, one, f"{path}[{index}]") for index, (part, one) in enumerate(zip(parts, found, strict=True))
    )


def _fields(kind: Any, found: object, path: str) -> Any:
    if not isinstance(found, Mapping):
        raise _misfit(path, found, "a map")
    hints = _hints(kind)
    given = {
        one.name: _revive(hints[one.name], found[_shown(one.name)], f"{path}.{_shown(one.name)}")
        for one in fields(kind)
        if _shown(one.name) in found
    }
    missing = [_shown(one.name) for one in fields(kind) if _is_required(one) and one.name not in given]
    if missing:
        raise Invalid(f"{path}.{missing[0]} is missing: add it", field=f"{path}.{missing[0]}")
    return kind(**given)


def _list(found: object, path: str) -> Sequence[object]:
    if not isinstance(found, list):
        raise _misfit(path, found, "a list")
    return found


def _misfit(path: str, found: object, wanted: str) -> Invalid:
    said = repr(found)
    return Invalid(f"{path} is {said if len(said) <= 60 else said[:60] + '…'}: write {wanted}", field=path)


def _number(value: float) -> float | str:
    if math.isnan(value):
        raise Bug("a number that is none cannot be recorded")
    return INFINITE.get(value, value)


def _is_told(one: Field[Any], held: object) -> bool:
    """An int that equals a default of 0.0 is told all the same: a replay gets the very same value."""
    return one.default is MISSING or type(held) is not type(one.default) or held != one.default


def _is_required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


@cache
def _shown(name: str) -> str:
    return to_camel(name)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, localns={"array": _Numbers})


class _Numbers:
    """Stands for `array` in annotations such as ``array[float]``, which only type checkers can read in Python 3.11."""

    def __class_getitem__(cls, item: type) -> Any:
        return list[item]  # type: ignore[valid-type]
