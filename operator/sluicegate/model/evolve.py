"""Copies of a large frozen value with a few of its fields changed, for little more than the copying.

`dataclasses.replace` sets each field by a call, as a frozen value must. Here the copy is made in a class of the same
slots that is not frozen, by plain assignments, which take a nanosecond or two each, and gets its own class at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def evolver(kind: type[T]) -> Callable[..., T]:
    """What does for ``kind``, a frozen dataclass with slots, what `dataclasses.replace` does; AttributeError names a
    field that it has not. ``__post_init__`` is not run."""
    names = tuple([one.name for one in fields(kind)])  # type: ignore[arg-type]
    draft = type(f"{kind.__name__}Draft", (), {"__slots__": names})
    lines = ["new = Draft()", *[f"new.{name} = old.{name}" for name in names], "return new"]
    space: dict[str, Any] = {"Draft": draft}
    # As dataclasses make their own methods: a loop over the names takes six times as long.
    exec("\n    ".join(["def copy(old):", *lines]), space)
    copy = space["copy"]

    def evolve(old: T, /, **changes: Any) -> T:
        new = copy(old)
        for name, value in changes.items():
            setattr(new, name, value)
        new.__class__ = kind
        found: T = new
        return found

    return evolve
