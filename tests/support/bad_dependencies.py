"""Dependencies that users get wrong, each with the field to blame and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.specs import NAME, BadSpec, Body

_SOURCE = "set exactly one of value, prometheus and postgres"
_CHECK = "set exactly one of http, prometheus and postgres"
_FROM_ZERO = "write 0 or more, such as 100, '2.5', 250m or 1.5k"
_URL = "write an address that starts with http:// or https://, without user, password, spaces or '#'"
_FAIL_WHEN = "write an operator (>, >=, <, <=, ==, !=) and a number, such as '> 0.05'"
_LATER = "raise maxOpenFor to openFor or more, or lower openFor"
_HTTPS = "write a url that starts with https://, or remove caSecretRef"
_POSTGRES: Body = {"connectionSecretRef": {"name": "orders-db", "key": "uri"}}
_PROMETHEUS: Body = {"url": "http://prometheus:9090", "query": "e"}


def _bad(why: str, changes: Mapping[str, Any], field: str, words: str, api_words: str = "") -> BadSpec:
    return BadSpec(
        why=why,
        changes=changes,
        field=f"spec.{field}",
        words=words,
        api_words=api_words,
        kind="DownstreamDependency",
    )


def _offer(why: str, namespaces: object, field: str, words: str, api_words: str = "") -> BadSpec:
    return BadSpec(
        why=why,
        changes={"allowedNamespaces": namespaces},
        field=f"spec.{field}",
        words=words,
        api_words=api_words,
        kind="ClusterDownstreamDependency",
    )


def _prometheus(**more: Any) -> Body:
    return {"prometheus": {**_PROMETHEUS, **more}}


def _check(**check: Any) -> Mapping[str, Any]:
    return {"health": [{"name": "ping", **check}]}


BAD_DEPENDENCIES = (
    _bad("no capacity", {"capacity": ...}, "capacity", "is missing: add it", "Required value"),
    _bad("a capacity from nowhere", {"capacity": {"reserved": 1}}, "capacity", _SOURCE),
    _bad("a capacity from two places", {"capacity.postgres": _POSTGRES}, "capacity", _SOURCE),
    _bad("a negative capacity", {"capacity.value": -1}, "capacity.value", _FROM_ZERO),
    _bad("a capacity in words", {"capacity.value": "many"}, "capacity.value", _FROM_ZERO),
    _bad("a capacity finer than thousandths", {"capacity.value": "0.0001"}, "capacity.value", _FROM_ZERO),
    _bad("a capacity in Ki", {"capacity.value": "1Ki"}, "capacity.value", _FROM_ZERO),
    _bad("more digits than there are", {"capacity.value": 10**9}, "capacity.value", _FROM_ZERO),
    _bad("a negative reserve", {"capacity.reserved": -40}, "capacity.reserved", _FROM_ZERO),
    _bad(
        "a target above all there is",
        {"capacity.targetUtilizationPercent": 101},
        "capacity.targetUtilizationPercent",
        "write 100 or less",
        "less than or equal to 100",
    ),
    _bad(
        "a setting that is SQL",
        {"capacity": {"postgres": {**_POSTGRES, "setting": "max_connections; drop"}}},
        "capacity.postgres.setting",
        "write the name of a PostgreSQL setting, such as max_connections",
    ),
    _bad(
        "a key that is a path",
        {"usage.postgres.connectionSecretRef.key": "db/uri"},
        "usage.postgres.connectionSecretRef.key",
        "write a key of a Secret: letters, digits, '-', '_' and '.'",
    ),
    _bad(
        "a Secret elsewhere",
        {"usage.postgres.connectionSecretRef.name": "db/uri"},
        "usage.postgres.connectionSecretRef.name",
        NAME,
    ),
    _bad(
        "no Secret",
        {"usage": {"postgres": {}}},
        "usage.postgres.connectionSecretRef",
        "is missing: add it",
        "Required value",
    ),
    _bad(
        "an empty query",
        {"usage.postgres.query": ""},
        "usage.postgres.query",
        "not empty",
        "at least 1 chars long",
    ),
    _bad(
        "usage from two places",
        {"usage.prometheus": _PROMETHEUS},
        "usage",
        "set exactly one of prometheus and postgres",
    ),
    _bad("usage from nowhere", {"usage": {}}, "usage", "set exactly one of prometheus and postgres"),
    _bad(
        "usage that counts something else",
        {"usage.counts": "Ours"},
        "usage.counts",
        "write Total or Others",
        'supported values: "Total", "Others"',
    ),
    _bad("an address without http", {"capacity": _prometheus(url="prometheus:9090")}, "capacity.prometheus.url", _URL),
    _bad("a file", {"capacity": _prometheus(url="file:///etc/passwd")}, "capacity.prometheus.url", _URL),
    _bad("a password in a url", {"capacity": _prometheus(url="http://u:p@db")}, "capacity.prometheus.url", _URL),
    _bad(
        "two ways to say who is asking",
        {
            "capacity": _prometheus(
                bearerTokenSecretRef={"name": "t", "key": "token"},
                basicAuthSecretRef={"name": "b"},
            )
        },
        "capacity.prometheus",
        "set at most one of bearerTokenSecretRef and basicAuthSecretRef",
    ),
    _bad(
        "an authority without TLS",
        {"capacity": _prometheus(caSecretRef={"name": "ca"})},
        "capacity.prometheus.caSecretRef",
        _HTTPS,
    ),
    _bad(
        "asking without a pause",
        {"capacity": _prometheus(interval="0s")},
        "capacity.prometheus.interval",
        "write a duration from 1s to 1h",
    ),
    _bad(
        "waiting for minutes",
        {"capacity": _prometheus(timeout="1m")},
        "capacity.prometheus.timeout",
        "write a duration from 100ms to 30s",
    ),
    _bad("a check of nothing", _check(), "health[0]", _CHECK),
    _bad("a check of two things", _check(http={"url": "http://a"}, postgres=_POSTGRES), "health[0]", _CHECK),
    _bad(
        "a check without a name",
        {"health": [{"http": {"url": "http://a"}}]},
        "health[0].name",
        "is missing: add it",
        "Required value",
    ),
    _bad(
        "a check whose name is a sentence",
        {"health": [{"name": "Is it well?", "http": {"url": "http://a"}}]},
        "health[0].name",
        "write a name of lower-case letters, digits and '-'",
    ),
    _bad(
        "two checks of one name",
        {"health": [{"name": "ping", "http": {"url": "http://a"}}] * 2},
        "health",
        "give each check a name of its own",
        "Duplicate value",
    ),
    _bad(
        "too many checks",
        {"health": [{"name": f"c{n}", "http": {"url": "http://a"}} for n in range(9)]},
        "health",
        "give at most 8",
        "must have at most 8 items",
    ),
    _bad(
        "a limit without an operator",
        _check(prometheus={**_PROMETHEUS, "failWhen": "0.05"}),
        "health[0].prometheus.failWhen",
        _FAIL_WHEN,
    ),
    _bad(
        "a limit that is no number",
        _check(prometheus={**_PROMETHEUS, "failWhen": "> many"}),
        "health[0].prometheus.failWhen",
        _FAIL_WHEN,
    ),
    _bad("a check at a path", _check(http={"url": "/healthz"}), "health[0].http.url", _URL),
    _bad(
        "an authority for a check without TLS",
        _check(http={"url": "http://a", "caSecretRef": {"name": "ca"}}),
        "health[0].http.caSecretRef",
        _HTTPS,
    ),
    _bad(
        "a status that is none",
        _check(http={"url": "http://a", "expectStatus": 99}),
        "health[0].http.expectStatus",
        "write 100 or more",
        "greater than or equal to 100",
    ),
    _bad(
        "a breaker that is broken",
        {"breaker": {"mode": "Open"}},
        "breaker.mode",
        "write Auto, ForcedOpen, Disabled or MetricsOnly",
        'supported values: "Auto"',
    ),
    _bad("open for longer than the longest", {"breaker": {"openFor": "11m"}}, "breaker.maxOpenFor", _LATER),
    _bad("the longest is shorter", {"breaker": {"maxOpenFor": "59s999ms"}}, "breaker.maxOpenFor", _LATER),
    _bad(
        "steps of nothing",
        {"breaker": {"recovery": {"stepPercent": 0}}},
        "breaker.recovery.stepPercent",
        "write 1 or more",
        "greater than or equal to 1",
    ),
    _bad(
        "UseReserved without a number",
        {"onSignalLoss": {"action": "UseReserved"}},
        "onSignalLoss",
        "say how many units: set value beside action UseReserved",
    ),
    _bad("no unit", {"unit": ""}, "unit", "not empty", "at least 1 chars long"),
    _offer("offered to nobody", ..., "allowedNamespaces", "is missing: add it", "Required value"),
    _offer("an empty offer", [], "allowedNamespaces", "give at least 1", "should have at least 1 items"),
    _offer("a pattern of namespaces", ["team-*"], "allowedNamespaces[0]", "write the name of a namespace, or '*'"),
    _offer("a namespace twice", ["shop", "shop"], "allowedNamespaces", "name each namespace once", "Duplicate value"),
)
