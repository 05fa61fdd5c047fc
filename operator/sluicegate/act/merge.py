"""The smallest JSON merge patch (RFC 7386) from one status to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merge_patch(previous: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What to send so that ``previous`` becomes ``new``: changed fields, and null for those that are gone."""
    patch: dict[str, Any] = {name: None for name in previous if name not in new}
    for name, value in new.items():
        before = previous.get(name)
        if name not in previous or not isinstance(before, Mapping) or not isinstance(value, Mapping):
            if name not in previous or before != value:
                patch[name] = value
        elif inner := merge_patch(before, value):
            patch[name] = inner
    return patch
