"""KafkaConnections that users get wrong, each with the field to blame and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.specs import NAME, SERVERS, BadSpec


def _bad(why: str, changes: Mapping[str, Any], field: str, words: str, api_words: str = "") -> BadSpec:
    return BadSpec(
        why=why, changes=changes, field=f"spec.{field}", words=words, api_words=api_words, kind="KafkaConnection"
    )


BAD_CONNECTIONS = (
    _bad("no address", {"bootstrapServers": ...}, "bootstrapServers", "is missing: add it", "Required value"),
    _bad("an address without a port", {"bootstrapServers": "kafka"}, "bootstrapServers", SERVERS),
    _bad("a semicolon between addresses", {"bootstrapServers": "a:1;b:1"}, "bootstrapServers", SERVERS),
    _bad("a poll too often", {"pollInterval": "1s"}, "pollInterval", "write a duration from 2s to 5m"),
    _bad("a poll too seldom", {"pollInterval": "5m1s"}, "pollInterval", "write a duration from 2s to 5m"),
    _bad("a negative poll", {"pollInterval": "-2s"}, "pollInterval", "with a unit", "from 2s to 5m"),
    _bad(
        "a property that loads code",
        {"properties": {"plugin.library.paths": "evil"}},
        "properties",
        "use only these settings: api.version.request.timeout.ms",
    ),
    _bad(
        "a property that reads a file",
        {"properties": {"ssl.ca.location": "/etc/passwd"}},
        "properties",
        "use only these settings",
    ),
    _bad(
        "a property that is not a text",
        {"properties": {"socket.timeout.ms": 1000}},
        "properties.socket.timeout.ms",
        "write a text",
        "must be of type string",
    ),
    _bad(
        "an unknown mechanism",
        {"sasl": {"mechanism": "GSSAPI", "credentialsSecretRef": {"name": "user"}}},
        "sasl.mechanism",
        "write PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
        'supported values: "PLAIN"',
    ),
    _bad(
        "SASL without credentials",
        {"sasl": {"mechanism": "PLAIN"}},
        "sasl.credentialsSecretRef",
        "is missing: add it",
        "Required value",
    ),
    _bad("a Secret elsewhere", {"tls": {"caSecretRef": {"name": "kafka/ca"}}}, "tls.caSecretRef.name", NAME),
)
