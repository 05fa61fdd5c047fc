"""What apps say wrongly of their dependencies, each with the field to blame and the remedy."""

from __future__ import annotations

from tests.support.specs import NAME, BadSpec, Body

_ABOVE_ZERO = "write a number above 0, such as 100, '2.5', 250m or 1.5k"
_WEIGHT = "write a weight from 0 to 1000, such as 2 or '0.5'"
_REF: Body = {"name": "orders-db", "costPerReplica": 10}


def _of_app(why: str, refs: object, field: str, words: str, api_words: str = "") -> BadSpec:
    changes = {"dependencies": refs}
    return BadSpec(why=why, changes=changes, field=f"spec.{field}", words=words, api_words=api_words)


BAD_REFERENCES = (
    _of_app(
        "a dependency without a cost",
        [{"name": "orders-db"}],
        "dependencies[0].costPerReplica",
        "is missing: add it",
        "Required value",
    ),
    _of_app("a cost of nothing", [{**_REF, "costPerReplica": 0}], "dependencies[0].costPerReplica", _ABOVE_ZERO),
    _of_app(
        "a cost of next to nothing",
        [{**_REF, "costPerReplica": "0.0004"}],
        "dependencies[0].costPerReplica",
        _ABOVE_ZERO,
    ),
    _of_app(
        "a zero with a suffix", [{**_REF, "costPerReplica": "0.0k"}], "dependencies[0].costPerReplica", _ABOVE_ZERO
    ),
    _of_app("a negative weight", [{**_REF, "weight": -1}], "dependencies[0].weight", _WEIGHT),
    _of_app("a weight beyond all", [{**_REF, "weight": "1000.001"}], "dependencies[0].weight", _WEIGHT),
    _of_app("a dependency elsewhere", [{**_REF, "name": "billing/db"}], "dependencies[0].name", NAME),
    _of_app(
        "another kind of dependency",
        [{**_REF, "kind": "Database"}],
        "dependencies[0].kind",
        "write DownstreamDependency or ClusterDownstreamDependency",
        'supported values: "DownstreamDependency", "ClusterDownstreamDependency"',
    ),
    _of_app(
        "more guaranteed than ever run",
        [{**_REF, "guaranteedReplicas": 41}],
        "dependencies",
        "lower guaranteedReplicas to scaling.maxReplicas or less, or raise maxReplicas",
    ),
    _of_app(
        "a dependency twice",
        [_REF, {**_REF, "kind": "ClusterDownstreamDependency"}],
        "dependencies",
        "name each dependency once",
        "Duplicate value",
    ),
    _of_app(
        "too many dependencies",
        [{**_REF, "name": f"db-{n}"} for n in range(17)],
        "dependencies",
        "give at most 16",
        "must have at most 16 items",
    ),
)
