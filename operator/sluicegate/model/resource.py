"""What every resource model shares: frozen, camelCase in YAML, and a name by which it is found."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

GROUP = "sluicegate.dev"
VERSION = "v1alpha1"
CATEGORY = "sluicegate"


class Part(BaseModel):
    """A part of a spec. Unknown fields are dropped here: the API server prunes or refuses them first."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        use_attribute_docstrings=True,
    )


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where a namespaced object lives."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """The part of an object's metadata that decisions and writes need.

    ``created`` is unix seconds: the older of two rivals keeps what both claim.
    """

    key: Key
    uid: str
    generation: int
    resource_version: str
    created: float
