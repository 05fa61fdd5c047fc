"""Good specs to change, and what a bad one is: the field to blame and the words that users read.

One table serves Python and the API server, since the promise is that both say the same.
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
_POSTGRES: Body = {"connectionSecretRef": {"name": "orders-db", "key": "uri"}}
DEPENDENCY_SPEC: Body = {
    "capacity": {"value": 200, "reserved": 40},
    "usage": {"postgres": _POSTGRES},
    "health": [
        {"name": "ping", "http": {"url": "https://orders-db.shop:8443/healthz"}},
        {"name": "errors", "prometheus": {"url": "http://prometheus:9090", "query": "e", "failWhen": "> 0.05"}},
        {"name": "pg", "postgres": {**_POSTGRES, "maxWaitingSessions": 10}},
    ],
}
CLUSTER_DEPENDENCY_SPEC: Body = {**DEPENDENCY_SPEC, "allowedNamespaces": ["shop"]}
REDRIVE_SPEC: Body = {"appRef": {"name": "orders"}}
GOOD_SPECS: Mapping[str, Body] = {
    "KafkaConsumerApp": APP_SPEC,
    "KafkaConnection": CONNECTION_SPEC,
    "DownstreamDependency": DEPENDENCY_SPEC,
    "ClusterDownstreamDependency": CLUSTER_DEPENDENCY_SPEC,
    "DeadLetterRedrive": REDRIVE_SPEC,
}


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
        return resource(self.kind, changed(GOOD_SPECS[self.kind], self.changes))

    @property
    def said_by_api(self) -> str:
        return self.api_words or self.words


SERVERS = "write host:port pairs separated by commas, such as kafka-0.kafka:9092,kafka-1.kafka:9092"
NAME = "write the name of an object: lower-case letters"
