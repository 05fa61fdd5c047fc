"""YAML as a person would have written it, made without a YAML library: model/ knows the standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

# Letters first and no character that YAML gives a meaning to; words that YAML reads as something else stay quoted.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./ ()=+-]*(?<! )")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def yaml_text(value: Mapping[str, object]) -> str:
    """``value`` as block-style YAML, ending in a newline.

    Maps, lists, printable texts, whole numbers and booleans: what a CRD is made of.
    """
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{indent}{_scalar(str(key))}:", inner, indent + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            if isinstance(inner, Mapping) and inner:
                first, *rest = _lines(inner, indent + "  ")
                yield f"{indent}- {first.lstrip()}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(inner)}"


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        yield head
        yield from _lines(value, indent if isinstance(value, Mapping) else indent[:-2])
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: object) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
