"""The two consumers that write to one database, as manifests: the examples' own, under other names.

Each has a topic, a group and a database user of its own, so that everything about it can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo.cluster import Body, at_home, containers, manifest
from demo.place import Place

SECRET = "orders-db"
DEPENDENCY = "orders-db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """``name`` of app, Deployment and database user; ``half`` tells the topics of the act's two halves apart."""

    name: str
    weight: int
    half: str

    @property
    def topic(self) -> str:
        return f"demo.{self.name}-{self.half}"

    @property
    def group(self) -> str:
        return f"demo-{self.name}-{self.half}"

    def consumer(self, place: Place, *, work_ms: int, connections: int) -> Body:
        """The Deployment. Its rolling updates take a pod away before they add one: no connections kept for a surge."""
        env = {"GROUP": self.group, "TOPICS": self.topic, "WORK_MS": str(work_ms), "RESULTS_TOPIC": ""}
        env["CONNECTIONS_PER_REPLICA"] = str(connections)
        body = at_home(manifest("deployment.yaml"), image=place.examples_image, bootstrap=place.bootstrap, env=env)
        for container in containers(body):
            source = {"secretKeyRef": {"name": SECRET, "key": self.name}}
            container["env"].append({"name": "DATABASE_URL", "valueFrom": source})
        body["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
        return _named(body, self.name)

    def app(self, *, limits: Body, declared: bool, connections: int) -> Body:
        """The KafkaConsumerApp with ``limits`` of spec.scaling; ``declared``: it says what one replica takes."""
        body = manifest("app.yaml")
        body["metadata"]["name"] = self.name
        body["spec"]["scaleTargetRef"]["name"] = self.name
        body["spec"] |= {"consumerGroup": self.group, "topics": [self.topic]}
        body["spec"]["scaling"] |= {**limits, "scaleDown": {"stabilization": "20s"}}
        if declared:
            need = {"name": DEPENDENCY, "costPerReplica": connections, "weight": self.weight}
            body["spec"]["dependencies"] = [need]
        return body

    def traffic(self, place: Place, *, schedule: str) -> Body:
        """The Job that sends its messages; it ends with ``schedule``."""
        env = {"TOPIC": self.topic, "SCHEDULE": schedule}
        body = at_home(manifest("burst.yaml"), image=place.examples_image, bootstrap=place.bootstrap, env=env)
        body["metadata"] = {"name": self.job}
        body["spec"]["template"]["metadata"]["labels"] = {"app.kubernetes.io/name": self.job}
        return body

    @property
    def job(self) -> str:
        return f"{self.name}-traffic"


def secret(urls: dict[str, str]) -> Body:
    """The Secret with a connection URI for each user of the database."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET}, "stringData": urls}


def dependency(*, reserved: int, key: str, poll_s: float) -> Body:
    """The DownstreamDependency: PostgreSQL itself is asked how many connections it takes, and whether it is well."""
    reach = {"connectionSecretRef": {"name": SECRET, "key": key}}
    capacity: dict[str, Any] = {"postgres": {**reach, "interval": f"{poll_s:.0f}s"}, "reserved": reserved}
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DownstreamDependency",
        "metadata": {"name": DEPENDENCY},
        "spec": {"capacity": capacity, "health": [{"name": "ping", "postgres": reach, "interval": "5s"}]},
    }


def _named(body: Body, name: str) -> Body:
    labels = {"app.kubernetes.io/name": name}
    body["metadata"] = {"name": name, "labels": labels}
    body["spec"]["selector"]["matchLabels"] = labels
    body["spec"]["template"]["metadata"]["labels"] = labels
    return body
