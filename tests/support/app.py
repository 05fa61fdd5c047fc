"""One consumer application in a namespace of its own: topic, Deployment, connection, KafkaConsumerApp."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.broker import Broker
from tests.support.cluster import Body, Cluster
from tests.support.wait import eventually

POLL = 2.0
"""Poll interval of the connections that tests make, in seconds."""
CONSUMER_IMAGE = os.environ.get("SLUICEGATE_EXAMPLES_IMAGE", "localhost/sluicegate-examples:e2e")
CONSUME = ("python3", "/app/consumer.py")
SLEEP = ("sleep", "86400")
"""Pods that only have to be there: cheap, and their group stays without members, so that its lag is made by hand."""


@dataclass(frozen=True, kw_only=True)
class App:
    """Names and handles; `start` makes everything, the namespace fixture removes it.

    ``work_ms`` is the time per message, so one replica handles 1000 / work_ms messages a second.
    """

    cluster: Cluster
    broker: Broker
    namespace: str
    name: str = "orders"
    partitions: int = 6
    work_ms: int = 20
    kind: str = "Deployment"
    consumer_env: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = CONSUME

    @property
    def topic(self) -> str:
        return f"{self.namespace}.{self.name}"

    @property
    def group(self) -> str:
        return f"{self.namespace}-{self.name}"

    def start(self, *, scaling: Mapping[str, Any], replicas: int = 1, spec: Mapping[str, Any] | None = None) -> None:
        """Topic, connection, workload with ``replicas`` and app, in this order."""
        if not self.broker.partitions(self.topic):
            self.broker.create(self.topic, partitions=self.partitions)
        self.cluster.apply(self.connection_body(), self.workload_body(replicas=replicas), namespace=self.namespace)
        self.apply(scaling=scaling, spec=spec)

    def apply(self, *, scaling: Mapping[str, Any], spec: Mapping[str, Any] | None = None) -> None:
        self.cluster.apply(self.app_body(scaling=scaling, spec=spec), namespace=self.namespace)

    def app_body(self, *, scaling: Mapping[str, Any], spec: Mapping[str, Any] | None = None) -> Body:
        quick = {"scaleDown": {"stabilization": "8s", "maxPerHour": 3600, "outageHold": "2s"}}
        return {
            "apiVersion": "sluicegate.dev/v1alpha1",
            "kind": "KafkaConsumerApp",
            "metadata": {"name": self.name},
            "spec": {
                "scaleTargetRef": {"kind": self.kind, "name": self.name},
                "kafka": {"connectionRef": {"name": "main"}, "offsetReset": "Earliest"},
                "consumerGroup": self.group,
                "topics": [self.topic],
                "scaling": {**quick, **scaling},
                **(spec or {}),
            },
        }

    def connection_body(self, *, bootstrap: str | None = None) -> Body:
        return {
            "apiVersion": "sluicegate.dev/v1alpha1",
            "kind": "KafkaConnection",
            "metadata": {"name": "main"},
            "spec": {"bootstrapServers": bootstrap or self.broker.bootstrap, "pollInterval": f"{POLL:g}s"},
        }

    def workload_body(self, *, replicas: int | None = 1, image: str = CONSUMER_IMAGE) -> Body:
        env = {
            "BOOTSTRAP": self.broker.bootstrap,
            "GROUP": self.group,
            "TOPICS": self.topic,
            "WORK_MS": str(self.work_ms),
            "COMMIT_MS": "500",
            "SESSION_TIMEOUT_MS": "6000",
            **self.consumer_env,
        }
        labels = {"app.kubernetes.io/name": self.name}
        spec: Body = {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "terminationGracePeriodSeconds": 0 if self.command == SLEEP else 5,
                    "automountServiceAccountToken": False,
                    "dnsPolicy": "None",
                    "dnsConfig": {"nameservers": ["127.0.0.1"]},
                    "containers": [
                        {
                            "name": "consumer",
                            "image": image,
                            "imagePullPolicy": "Never" if image == CONSUMER_IMAGE else "IfNotPresent",
                            "command": list(self.command),
                            "env": [
                                {
                                    "name": "HOSTNAME",
                                    "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}},
                                },
                                *({"name": name, "value": value} for name, value in env.items()),
                            ],
                        }
                    ],
                },
            },
        }
        if replicas is not None:
            spec["replicas"] = replicas
        if self.kind == "StatefulSet":
            spec |= {"serviceName": self.name, "podManagementPolicy": "Parallel"}
        return {"apiVersion": "apps/v1", "kind": self.kind, "metadata": {"name": self.name}, "spec": spec}

    def owe(self, records: int) -> None:
        """Bring the lag to exactly this: produce what lacks, or commit what is too much. Only without members."""
        lag = self.broker.lag(self.group, self.topic)
        if records > lag:
            self.broker.produce(self.topic, records - lag)
        elif records < lag:
            ends, left, offsets = self.broker.ends(self.topic), records, {}
            for number, end in ends.items():
                kept = min(left, end)
                left -= kept
                offsets[number] = end - kept
            self.broker.commit(self.group, self.topic, offsets)

    # what can be seen

    def body(self) -> Body:
        return self.cluster.get("kca", self.name, namespace=self.namespace)

    def status(self) -> Body:
        status: Body = self.body().get("status", {})
        return status

    def condition(self, type_: str) -> Body:
        """The condition, or an empty dict."""
        found = [one for one in self.status().get("conditions", []) if one["type"] == type_]
        return found[0] if found else {}

    def workload(self) -> Body:
        return self.cluster.get(self.kind.lower(), self.name, namespace=self.namespace)

    def replicas(self) -> int:
        """spec.replicas of the workload."""
        return int(self.workload()["spec"].get("replicas", 1))

    def reaches(self, replicas: int, *, within: float = 30.0) -> None:
        try:
            eventually(lambda: self.replicas() == replicas, within=within, what=f"{self.name} runs {replicas} replicas")
        except AssertionError as error:
            found = self.cluster.find("kca", self.name, namespace=self.namespace) or {}
            words = found.get("status", {}).get("decision", {}).get("message", "no decision")
            raise AssertionError(f"{error}; it has {self.replicas()}: {words}") from None

    def shows(self, type_: str, status: str, reason: str | None = None, *, within: float = 15.0) -> Body:
        """The condition once it has this status (and reason)."""

        def look() -> Body | None:
            found = self.condition(type_)
            right = found.get("status") == status and reason in (None, found.get("reason"))
            return found if right else None

        found = eventually(look, within=within, what=f"{type_}={status} {reason or ''} (now {self.condition(type_)})")
        assert found is not None
        return found

    def words(self) -> str:
        return str(self.status().get("decision", {}).get("message", "no decision yet"))

    def events(self) -> list[Body]:
        return [
            event
            for event in self.cluster.list("events", namespace=self.namespace)
            if event["involvedObject"].get("name") == self.name
            and event["involvedObject"].get("kind") == "KafkaConsumerApp"
        ]
