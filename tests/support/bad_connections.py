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
    _bad(
        "a prefix that no topic can have",
        {"topicPolicy": {"allowedPrefixes": ["shop.", "a/b"]}},
        "topicPolicy.allowedPrefixes[1]",
        "write how names of topics begin: letters, digits, '.', '_' and '-'",
    ),
    _bad(
        "no prefix at all",
        {"topicPolicy": {"allowedPrefixes": []}},
        "topicPolicy.allowedPrefixes",
        "give at least 1, or remove the field",
        "should have at least 1 items",
    ),
    _bad(
        "topics without partitions",
        {"topicPolicy": {"maxPartitions": 0}},
        "topicPolicy.maxPartitions",
        "write 1 or more",
        "greater than or equal to 1",
    ),
    _bad(
        "a retention that cannot be",
        {"topicPolicy": {"minRetention": "48h", "maxRetention": "24h"}},
        "topicPolicy.maxRetention",
        "raise maxRetention to minRetention or more, or lower minRetention",
    ),
    _bad(
        "a retention in days",
        {"topicPolicy": {"maxRetention": "30d"}},
        "topicPolicy.maxRetention",
        "with a unit",
        "write a duration from 1s to 8784h",
    ),
    _bad(
        "yes for a permission",
        {"topicPolicy": {"mayDelete": "yes"}},
        "topicPolicy.mayDelete",
        "write true or false",
        "must be of type boolean",
    ),
    _bad(
        "a target that Kafka takes no name like",
        {"redriveTargets": ["orders", "a b"]},
        "redriveTargets[1]",
        "write a topic name as Kafka allows it",
    ),
    _bad("a target of Kafka's own", {"redriveTargets": ["__x"]}, "redriveTargets[0]", "name a topic of your own"),
    _bad("a target twice", {"redriveTargets": ["a", "a"]}, "redriveTargets", "name each topic once", "Duplicate value"),
)
