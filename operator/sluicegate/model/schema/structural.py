"""From a model to the structural schema that Kubernetes wants: no references, no unions with null, no titles."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sluicegate.model.resource import Part

Schema = dict[str, Any]
_DROPPED = frozenset({"title", "$defs"})
_FIRST = ("description", "type", "default", "enum", "format", "required")


class _WrittenDefaults(GenerateJsonSchema):
    """Shows defaults the way users write them (`10m`, not 600.0)."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        out = super().default_schema(schema)
        written = schema["schema"].get("serialization")
        if "default" in out and written is not None and written["type"] == "function-plain":
            out["default"] = written["function"](schema["default"])
        return out


def structural(model: type[Part]) -> Schema:
    """The schema of ``model`` as it may stand below openAPIV3Schema.

    Parts carry no default of their own (only their fields do): a part that is not written must be told from one
    that is, or rules about its presence could not be stated.
    """
    schema = model.model_json_schema(by_alias=True, schema_generator=_WrittenDefaults)
    return _inline(schema, schema.get("$defs", {}))


def _inline(schema: Schema, definitions: Schema) -> Schema:
    if "$ref" in schema:
        definition = definitions[schema["$ref"].rpartition("/")[2]]
        return _inline({**definition, **{key: value for key, value in schema.items() if key != "$ref"}}, definitions)
    choices = schema.get("anyOf")
    if choices and not schema.get("x-kubernetes-int-or-string"):
        (choice,) = (choice for choice in choices if choice != {"type": "null"})
        outer = {key: value for key, value in schema.items() if key != "anyOf"}
        return _inline({**choice, **outer}, definitions)
    out = {key: schema[key] for key in sorted(schema, key=_place) if key not in _DROPPED}
    if out.get("default", ...) in (None, "", []) or out.get("type") == "object":
        out.pop("default", None)
    if "description" in out:
        out["description"] = " ".join(str(out["description"]).split())
    if "properties" in out:
        out["properties"] = {name: _inline(inner, definitions) for name, inner in out["properties"].items()}
    for holder in ("items", "additionalProperties"):
        if isinstance(out.get(holder), dict):
            out[holder] = _inline(out[holder], definitions)
        else:
            out.pop(holder, None)
    return out


def _place(key: str) -> tuple[int, str]:
    """What a reader wants first stands first; the order is fixed, so that a regenerated file is the same file."""
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST), key)
