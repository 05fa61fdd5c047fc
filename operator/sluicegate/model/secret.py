"""References to Secrets: whole ones, whose keys have fixed names, and single keys that the author chose."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from sluicegate.model.resource import ObjectName, Part
from sluicegate.model.rule import QUOTED, Rule

_KEY = "[-._a-zA-Z0-9]+"

SecretKey = Annotated[
    str,
    Field(min_length=1, max_length=253),
    Rule(
        message="write a key of a Secret: letters, digits, '-', '_' and '.'",
        cel=f"self.matches('^{_KEY}$')",
        found=QUOTED,
        holds=lambda key: re.fullmatch(_KEY, key) is not None,
    ),
]


class SecretRef(Part):
    """A Secret beside this resource."""

    name: ObjectName
    """Name of the Secret, in the namespace of this resource (of a cluster-scoped one: in the operator's)."""


class SecretKeyRef(Part):
    """One key of a Secret beside this resource."""

    name: ObjectName
    """Name of the Secret, in the namespace of this resource (of a cluster-scoped one: in the operator's)."""
    key: SecretKey
    """The key in the Secret."""
