"""Makes and copies large frozen values for little more than the storing.

A frozen dataclass sets each of its fields by a call. Here that is done in a class of the same slots that is not frozen,
by plain assignments, which take a nanosecond or two each; then the value gets its own class. A decision makes a dozen
values of ten to sixty fields and is taken a thousand times a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quick(kind: type[T]) -> type[T]:
    """``kind``, a frozen dataclass with slots and keywords only, with an ``__init__`` that does the same in half the
    time. Above `dataclass`, for a class of many fields."""
    members: Sequence[Field[Any]] = [one for one in fields(kind) if one.init]  # type: ignore[arg-type]
    space: dict[str, Any] = {"Draft": _draft(kind), "Kind": kind, "become": object.__setattr__, "MISSING": MISSING}
    space |= {f"_{one.name}": one.default for one in members if one.default is not MISSING}
    space |= {f"_{one.name}": MISSING for one in members if one.default_factory is not MISSING}
    space |= {f"make_{one.name}": one.default_factory for one in members}
    given = [f"{one.name}=_{one.name}" if f"_{one.name}" in space else one.name for one in members]
    made = [one.name for one in members if one.default_factory is not MISSING]
    lines = [
        f"def __init__(self, *, {', '.join(given)}):",
        *[f"{name} = make_{name}() if {name} is MISSING else {name}" for name in made],
        "become(self, '__class__', Draft)",
        *[f"self.{one.name} = {one.name}" for one in members],
        "self.__class__ = Kind",
        *(["self.__post_init__()"] if hasattr(kind, "__post_init__") else []),
    ]
    written = _written("__init__", lines, space)
    written.__annotations__ = kind.__init__.__annotations__
    type.__setattr__(kind, "__init__", written)
    return kind


def evolver(kind: type[T]) -> Callable[..., T]:
    """What does for ``kind``, a frozen dataclass with slots, what `dataclasses.replace` does; AttributeError names a
    field that it has not. ``__post_init__`` is not run."""
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    lines = ["def copy(old):", "new = Draft()", *[f"new.{name} = old.{name}" for name in names], "return new"]
    copy = _written("copy", lines, {"Draft": _draft(kind)})

    def evolve(old: T, /, **changes: Any) -> T:
        new = copy(old)
        for name, value in changes.items():
            setattr(new, name, value)
        new.__class__ = kind
        found: T = new
        return found

    return evolve


def _draft(kind: type) -> type:
    """A class whose values are laid out as those of ``kind`` are."""
    return type(f"{kind.__name__}Draft", (), {"__slots__": tuple([one.name for one in fields(kind)])})


def _written(name: str, lines: Sequence[str], space: dict[str, Any]) -> Any:
    """A function from its text, as dataclasses make theirs: a loop over names takes six times as long."""
    exec("\n    ".join(lines), space)
    return space[name]
