"""What every resource model shares: frozen, camelCase in YAML, rules of its own, and a name by which it is found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sluicegate.model.rule import QUOTED, Rule, add_to

GROUP = "sluicegate.dev"
VERSION = "v1alpha1"
CATEGORY = "sluicegate"
TOPICS_FINALIZER = f"{GROUP}/topics"
"""On apps whose topics are to be deleted with them."""


class Part(BaseModel):
    """A part of a resource. Unknown fields are dropped here: the API server prunes or refuses them first.

    ``rules`` hold between fields. Building a part does not check them; `model.parse` does, for what users wrote.
    """

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        use_attribute_docstrings=True,
    )
    rules: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        add_to(handler.resolve_ref_schema(schema), cls.rules)
        return schema


_NAME = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?"

ObjectName = Annotated[
    str,
    Field(min_length=1, max_length=253),
    Rule(
        message="write the name of an object: lower-case letters, digits, '-' and '.', a letter or digit at both ends",
        cel=f"self.matches('^{_NAME}$')",
        found=QUOTED,
        holds=lambda name: re.fullmatch(_NAME, name) is not None,
    ),
]


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

    ``created`` is unix seconds: the older of two rivals keeps what both claim. ``finalizers``: who must agree before
    it is deleted.
    """

    key: Key
    uid: str
    generation: int
    resource_version: str
    created: float
    finalizers: tuple[str, ...] = ()
