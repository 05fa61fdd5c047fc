"""The field reference in docs/reference, from the same schema that the API server gets."""

from __future__ import annotations

from collections.abc import Iterator

from sluicegate.model.resource import GROUP, VERSION
from sluicegate.model.rule import VALIDATIONS
from sluicegate.model.schema.kinds import Kind
from sluicegate.model.schema.structural import Schema, structural

_BOUNDS = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {}"),
    ("maxItems", "at most {}"),
    ("maxProperties", "at most {}"),
)


def reference(kind: Kind) -> str:
    """One Markdown page about ``kind``: an example, every field of spec and status, every rule."""
    spec, status = structural(kind.spec), structural(kind.status)
    lines = [
        f"# {kind.kind}",
        "",
        "<!-- Made by `make crds` from operator/sluicegate/model; changes here are lost. -->",
        "",
        kind.about,
        "",
        f"`kubectl get {kind.short}`, `kubectl explain {kind.short}.spec`",
        "",
        "```yaml",
        f"apiVersion: {GROUP}/{VERSION}",
        f"kind: {kind.kind}",
        kind.example.rstrip(),
        "```",
        "",
        "## spec",
        "",
        "| field | type | default | meaning |",
        "| --- | --- | --- | --- |",
        *(_row(*cells) for cells in _fields(spec, "")),
        "",
        "### What is refused",
        "",
        "| field | what to write |",
        "| --- | --- |",
        *_rules(spec, "spec"),
        "",
        "## status",
        "",
        "| field | type | meaning |",
        "| --- | --- | --- |",
        *(_row(field, form, meaning) for field, form, _, meaning in _fields(status, "")),
    ]
    return "\n".join(lines) + "\n"


def _fields(schema: Schema, path: str) -> Iterator[tuple[str, str, str, str]]:
    """Field, type, default and meaning of each field below ``path``, depth first."""
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        here = f"{path}{name}"
        default = "required" if name in required else _code(inner["default"]) if "default" in inner else ""
        yield f"`{here}`", _type(inner), default, inner.get("description", "")
        yield from _fields(inner, f"{here}.")
        if "items" in inner:
            yield from _fields(inner["items"], f"{here}[].")


def _rules(schema: Schema, path: str) -> Iterator[str]:
    for rule in schema.get(VALIDATIONS, ()):
        yield _row(f"`{path}{rule.get('fieldPath', '')}`", rule["message"])
    for name, inner in schema.get("properties", {}).items():
        yield from _rules(inner, f"{path}.{name}")
    if "items" in schema:
        yield from _rules(schema["items"], f"{path}[]")


def _type(schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(_code(choice) for choice in schema["enum"])
    name = "whole number or text" if schema.get("x-kubernetes-int-or-string") else _NAMES[schema["type"]]
    if schema.get("format") == "date-time":
        return "time (RFC 3339)"
    bounds = [text.format(f"{schema[key]:,}") for key, text in _BOUNDS if key in schema]
    return ", ".join([name, *bounds])


_NAMES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "object": "map",
    "array": "list",
}


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
