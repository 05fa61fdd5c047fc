"""Label selectors: from an object's spec to the text kubectl takes, and whether a pod's labels match that text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_SET = re.compile(r"^(?P<key>\S+) (?P<word>in|notin) \((?P<values>[^)]*)\)$")


def selector_text(selector: Mapping[str, Any]) -> str:
    """``matchLabels`` and ``matchExpressions`` as one text (``app=orders,tier in (a,b),!old``)."""
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for expression in selector.get("matchExpressions") or ():
        key, values = expression["key"], ",".join(sorted(expression.get("values") or ()))
        parts.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[expression["operator"]]
        )
    return ",".join(parts)


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether ``labels`` satisfy every part of ``selector``; an empty selector selects nothing."""
    terms = _terms(selector)
    return bool(terms) and all(_holds(term, labels) for term in terms)


@lru_cache(maxsize=4096)
def _terms(selector: str) -> tuple[tuple[str, str, frozenset[str]], ...]:
    terms = []
    for part in re.split(r",(?![^(]*\))", selector):
        found = _SET.match(part)
        if found:
            terms.append((found["word"], found["key"], frozenset(found["values"].split(","))))
        elif part.startswith("!"):
            terms.append(("absent", part[1:], frozenset()))
        elif "=" in part:
            key, value = part.split("=", 1)
            terms.append(("in", key, frozenset({value})))
        elif part:
            terms.append(("present", part, frozenset()))
    return tuple(terms)


def _holds(term: tuple[str, str, frozenset[str]], labels: Mapping[str, str]) -> bool:
    word, key, values = term
    if word == "in":
        return labels.get(key) in values
    if word == "notin":
        return labels.get(key) not in values
    return (key in labels) == (word == "present")
