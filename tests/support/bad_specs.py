"""Specs that users get wrong, each with the field to blame and the words they read: in Python, and at the API server.

One table for both, since the promise is that both say the same.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]

APP_SPEC: Body = {
    "scaleTargetRef": {"kind": "Deployment", "name": "orders"},
    "kafka": {"connectionRef": {"name": "main"}},
    "consumerGroup": "orders-v1",
    "topics": ["orders"],
    "scaling": {"maxReplicas": 40, "lagObjective": "60s"},
}
CONNECTION_SPEC: Body = {"bootstrapServers": "kafka-0.kafka:9092,kafka-1.kafka:9092"}


def resource(kind: str, spec: Mapping[str, Any], *, name: str = "orders") -> Body:
    return {"apiVersion": "sluicegate.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": dict(spec)}


def changed(spec: Mapping[str, Any], changes: Mapping[str, Any]) -> Body:
    """``spec`` with the fields at dotted paths set; ``...`` takes a field away."""
    out = copy.deepcopy(dict(spec))
    for path, value in changes.items():
        *above, last = path.split(".")
        place = out
        for step in above:
            place = place.setdefault(step, {})
        if value is ...:
            place.pop(last)
        else:
            place[last] = value
    return out


@dataclass(frozen=True, kw_only=True)
class BadSpec:
    """``words`` of the remedy; ``api_words`` where the API server has its own."""

    why: str
    changes: Mapping[str, Any]
    field: str
    words: str
    api_words: str = ""
    kind: str = "KafkaConsumerApp"

    def __str__(self) -> str:
        return self.why

    @property
    def body(self) -> Body:
        return resource(
            self.kind, changed(APP_SPEC if self.kind == "KafkaConsumerApp" else CONNECTION_SPEC, self.changes)
        )

    @property
    def said_by_api(self) -> str:
        return self.api_words or self.words


_ONE_OF = "set exactly one of connectionRef and bootstrapServers"
_SERVERS = "write host:port pairs separated by commas, such as kafka-0.kafka:9092,kafka-1.kafka:9092"
_TOPIC = "write a topic name as Kafka allows it"
_NAME = "write the name of an object: lower-case letters"
_QUANTITY = "write a number above 0, such as 100, '2.5' or 1.5k"
_TIME = "write a time with its zone, such as 2030-01-31T08:00:00Z"


def _bad(why: str, changes: Mapping[str, Any], field: str, words: str, api_words: str = "") -> BadSpec:
    return BadSpec(
        why=why, changes=changes, field=f"spec.{field}" if field else "spec", words=words, api_words=api_words
    )


BAD_APPS = (
    _bad("both ways to Kafka", {"kafka.bootstrapServers": "kafka:9092"}, "kafka", _ONE_OF),
    _bad("no way to Kafka", {"kafka": {}}, "kafka", _ONE_OF),
    _bad("kafka missing", {"kafka": ...}, "kafka", "is missing: add it", "Required value"),
    _bad("an address without a port", {"kafka": {"bootstrapServers": "kafka"}}, "kafka.bootstrapServers", _SERVERS),
    _bad("a port too high", {"kafka": {"bootstrapServers": "kafka:65536"}}, "kafka.bootstrapServers", _SERVERS),
    _bad("a URL", {"kafka": {"bootstrapServers": "http://kafka:9092"}}, "kafka.bootstrapServers", _SERVERS),
    _bad("a comma at the end", {"kafka": {"bootstrapServers": "kafka:9092,"}}, "kafka.bootstrapServers", _SERVERS),
    _bad("a line break in an address", {"kafka": {"bootstrapServers": "a:9092\n"}}, "kafka.bootstrapServers", _SERVERS),
    _bad(
        "an unknown kind of connection",
        {"kafka.connectionRef.kind": "Kafka"},
        "kafka.connectionRef.kind",
        "write KafkaConnection",
        'supported values: "KafkaConnection"',
    ),
    _bad(
        "min above max",
        {"scaling.minReplicas": 41},
        "scaling.minReplicas",
        "lower minReplicas to maxReplicas or less, or raise maxReplicas",
    ),
    _bad("no maximum", {"scaling.maxReplicas": ...}, "scaling.maxReplicas", "is missing: add it", "Required value"),
    _bad(
        "a maximum of 0",
        {"scaling.maxReplicas": 0, "scaling.minReplicas": 0},
        "scaling.maxReplicas",
        "is 0: write 1 or more",
        "greater than or equal to 1",
    ),
    _bad(
        "a negative minimum",
        {"scaling.minReplicas": -1},
        "scaling.minReplicas",
        "is -1: write 0 or more",
        "greater than or equal to 0",
    ),
    _bad(
        "too many replicas",
        {"scaling.maxReplicas": 10_001},
        "scaling.maxReplicas",
        "write 10000 or less",
        "less than or equal to 10000",
    ),
    _bad(
        "a number in quotes",
        {"scaling.maxReplicas": "40"},
        "scaling.maxReplicas",
        "write a whole number, without quotes",
        "must be of type integer",
    ),
    _bad(
        "half a replica",
        {"scaling.minReplicas": 1.5},
        "scaling.minReplicas",
        "write a whole number",
        "must be of type integer",
    ),
    _bad(
        "both objectives",
        {"scaling.lagPerReplica": 100},
        "scaling",
        "set at most one of lagObjective and lagPerReplica",
    ),
    _bad(
        "a negative duration", {"scaling.lagObjective": "-5s"}, "scaling.lagObjective", "with a unit", "from 1s to 24h"
    ),
    _bad("a duration in days", {"scaling.lagObjective": "1d"}, "scaling.lagObjective", "with a unit", "from 1s to 24h"),
    _bad("an objective of nothing", {"scaling.lagObjective": "0s"}, "scaling.lagObjective", "from 1s to 24h"),
    _bad("an objective below 1s", {"scaling.lagObjective": "999ms"}, "scaling.lagObjective", "from 1s to 24h"),
    _bad("an absurd objective", {"scaling.lagObjective": "9999h"}, "scaling.lagObjective", "write a duration from"),
    _bad(
        "a duration that overflows",
        {"scaling.lagObjective": "9999999999999999999h"},
        "scaling.lagObjective",
        "with a unit",
        "from 1s to 24h",
    ),
    _bad(
        "a duration too long to read",
        {"scaling.lagObjective": "1" * 25 + "s"},
        "scaling.lagObjective",
        "with a unit",
        "may not be more than 24",
    ),
    _bad("an empty duration", {"scaling.lagObjective": ""}, "scaling.lagObjective", "with a unit", "from 1s to 24h"),
    _bad(
        "words for a duration",
        {"scaling.lagObjective": "1 min"},
        "scaling.lagObjective",
        "with a unit",
        "from 1s to 24h",
    ),
    _bad("foreign digits", {"scaling.lagObjective": "٣s"}, "scaling.lagObjective", "with a unit", "from 1s to 24h"),
    _bad(
        "a duration as a number",
        {"scaling.lagObjective": 60},
        "scaling.lagObjective",
        "with a unit",
        "must be of type string",
    ),
    _bad(
        "a window of a year",
        {"scaling.scaleDown.stabilization": "8760h"},
        "scaling.scaleDown.stabilization",
        "from 0s to 24h",
    ),
    _bad(
        "a hold of a month", {"scaling.scaleDown.outageHold": "720h"}, "scaling.scaleDown.outageHold", "from 0s to 24h"
    ),
    _bad(
        "no step down ever",
        {"scaling.scaleDown.maxPerHour": 0},
        "scaling.scaleDown.maxPerHour",
        "write 1 or more",
        "greater than or equal to 1",
    ),
    _bad("a capacity of nothing", {"scaling.capacityPerReplica": 0}, "scaling.capacityPerReplica", _QUANTITY),
    _bad("a capacity of 0.0k", {"scaling.capacityPerReplica": "0.0k"}, "scaling.capacityPerReplica", _QUANTITY),
    _bad("a negative capacity", {"scaling.capacityPerReplica": -3}, "scaling.capacityPerReplica", _QUANTITY),
    _bad("an unknown suffix", {"scaling.capacityPerReplica": "5Ki"}, "scaling.capacityPerReplica", _QUANTITY),
    _bad("a huge capacity", {"scaling.capacityPerReplica": 10**10}, "scaling.capacityPerReplica", _QUANTITY),
    _bad(
        "a bare fraction",
        {"scaling.capacityPerReplica": 2.5},
        "scaling.capacityPerReplica",
        "fractions in quotes",
        "must be of type integer",
    ),
    _bad(
        "scale to zero with a minimum",
        {"scaling.scaleToZero": {"after": "10m"}, "scaling.minReplicas": 1},
        "scaling.scaleToZero",
        "set minReplicas to 0, or remove scaleToZero",
    ),
    _bad(
        "scale to zero with the default minimum",
        {"scaling.scaleToZero": {}},
        "scaling.scaleToZero",
        "set minReplicas to 0, or remove scaleToZero",
    ),
    _bad(
        "run at least how many",
        {"scaling.onLagUnknown": {"action": "RunAtLeast"}},
        "scaling.onLagUnknown",
        "say how many: set replicas beside action RunAtLeast",
    ),
    _bad("a topic with a slash", {"topics": ["a/b"]}, "topics[0]", _TOPIC),
    _bad("a topic in another script", {"topics": ["orders", "заказы"]}, "topics[1]", _TOPIC),
    _bad("the topic .", {"topics": ["."]}, "topics[0]", _TOPIC),
    _bad("the topic ..", {"topics": [".."]}, "topics[0]", _TOPIC),
    _bad("a topic without a name", {"topics": [""]}, "topics[0]", "not empty", "at least 1 chars long"),
    _bad("a topic name too long", {"topics": ["t" * 250]}, "topics[0]", "at most 249", "may not be more than 249"),
    _bad("a topic of Kafka's own", {"topics": ["__consumer_offsets"]}, "topics[0]", "name a topic of your own"),
    _bad("a topic twice", {"topics": ["a", "a"]}, "topics", "name each topic once", "Duplicate value"),
    _bad("an empty list of topics", {"topics": []}, "topics", "remove the field", "should have at least 1 items"),
    _bad(
        "too many topics",
        {"topics": [f"t{n}" for n in range(65)]},
        "topics",
        "give at most 64",
        "must have at most 64 items",
    ),
    _bad("a topic pattern", {"topics": "orders.*"}, "topics", "write a list", "must be of type array"),
    _bad("a group without a name", {"consumerGroup": ""}, "consumerGroup", "not empty", "at least 1 chars long"),
    _bad("spaces around the group", {"consumerGroup": " orders"}, "consumerGroup", "without spaces around it"),
    _bad(
        "a group as large as the API allows",
        {"consumerGroup": "g" * 1_000_000},
        "consumerGroup",
        "write at most 249 characters",
        "may not be more than 249",
    ),
    _bad("capitals in a name", {"scaleTargetRef.name": "Orders"}, "scaleTargetRef.name", _NAME),
    _bad("a name in another namespace", {"scaleTargetRef.name": "shop/orders"}, "scaleTargetRef.name", _NAME),
    _bad(
        "a kind that does not scale",
        {"scaleTargetRef.kind": "DaemonSet"},
        "scaleTargetRef.kind",
        "write Deployment or StatefulSet",
        'supported values: "Deployment", "StatefulSet"',
    ),
    _bad(
        "a mode in small letters",
        {"mode": "active"},
        "mode",
        "write Active or Recommend",
        'supported values: "Active", "Recommend"',
    ),
    _bad("yes for a boolean", {"suspend": "yes"}, "suspend", "write true or false", "must be of type boolean"),
    _bad("an override until a year", {"override": {"replicas": 3, "until": "2030"}}, "override.until", _TIME),
    _bad(
        "an override in local time",
        {"override": {"replicas": 3, "until": "2030-01-31T08:00:00"}},
        "override.until",
        _TIME,
    ),
    _bad(
        "an override without an end",
        {"override": {"replicas": 3}},
        "override.until",
        "is missing: add it",
        "Required value",
    ),
)


def _bad_connection(why: str, changes: Mapping[str, Any], field: str, words: str, api_words: str = "") -> BadSpec:
    return BadSpec(
        why=why, changes=changes, field=f"spec.{field}", words=words, api_words=api_words, kind="KafkaConnection"
    )


BAD_CONNECTIONS = (
    _bad_connection(
        "no address", {"bootstrapServers": ...}, "bootstrapServers", "is missing: add it", "Required value"
    ),
    _bad_connection("an address without a port", {"bootstrapServers": "kafka"}, "bootstrapServers", _SERVERS),
    _bad_connection("a semicolon between addresses", {"bootstrapServers": "a:1;b:1"}, "bootstrapServers", _SERVERS),
    _bad_connection("a poll too often", {"pollInterval": "1s"}, "pollInterval", "write a duration from 2s to 5m"),
    _bad_connection("a poll too seldom", {"pollInterval": "5m1s"}, "pollInterval", "write a duration from 2s to 5m"),
    _bad_connection("a negative poll", {"pollInterval": "-2s"}, "pollInterval", "with a unit", "from 2s to 5m"),
    _bad_connection(
        "a property that loads code",
        {"properties": {"plugin.library.paths": "evil"}},
        "properties",
        "use only these settings: api.version.request.timeout.ms",
    ),
    _bad_connection(
        "a property that reads a file",
        {"properties": {"ssl.ca.location": "/etc/passwd"}},
        "properties",
        "use only these settings",
    ),
    _bad_connection(
        "a property that is not a text",
        {"properties": {"socket.timeout.ms": 1000}},
        "properties.socket.timeout.ms",
        "write a text",
        "must be of type string",
    ),
    _bad_connection(
        "an unknown mechanism",
        {"sasl": {"mechanism": "GSSAPI", "credentialsSecretRef": {"name": "user"}}},
        "sasl.mechanism",
        "write PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
        'supported values: "PLAIN"',
    ),
    _bad_connection(
        "SASL without credentials",
        {"sasl": {"mechanism": "PLAIN"}},
        "sasl.credentialsSecretRef",
        "is missing: add it",
        "Required value",
    ),
    _bad_connection(
        "a Secret elsewhere", {"tls": {"caSecretRef": {"name": "kafka/ca"}}}, "tls.caSecretRef.name", _NAME
    ),
)
BAD = BAD_APPS + BAD_CONNECTIONS
