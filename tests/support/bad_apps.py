"""KafkaConsumerApps that users get wrong, each with the field to blame and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.specs import NAME, SERVERS, BadSpec

_ONE_OF = "set exactly one of connectionRef and bootstrapServers"
_TOPIC = "write a topic name as Kafka allows it"
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
    _bad("an address without a port", {"kafka": {"bootstrapServers": "kafka"}}, "kafka.bootstrapServers", SERVERS),
    _bad("a port too high", {"kafka": {"bootstrapServers": "kafka:65536"}}, "kafka.bootstrapServers", SERVERS),
    _bad("a URL", {"kafka": {"bootstrapServers": "http://kafka:9092"}}, "kafka.bootstrapServers", SERVERS),
    _bad("a comma at the end", {"kafka": {"bootstrapServers": "kafka:9092,"}}, "kafka.bootstrapServers", SERVERS),
    _bad("a line break in an address", {"kafka": {"bootstrapServers": "a:9092\n"}}, "kafka.bootstrapServers", SERVERS),
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
    _bad("a line break in the group", {"consumerGroup": "a\nb"}, "consumerGroup", "control characters"),
    _bad("spaces around the group", {"consumerGroup": " orders"}, "consumerGroup", "without spaces around it"),
    _bad(
        "a group as large as the API allows",
        {"consumerGroup": "g" * 1_000_000},
        "consumerGroup",
        "write at most 249 characters",
        "may not be more than 249",
    ),
    _bad("capitals in a name", {"scaleTargetRef.name": "Orders"}, "scaleTargetRef.name", NAME),
    _bad("a name in another namespace", {"scaleTargetRef.name": "shop/orders"}, "scaleTargetRef.name", NAME),
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
