"""KafkaTopic manifests for those whose topics Strimzi's Topic Operator owns: what we would make, for it to make.

Strimzi keeps them in its own namespace beside its Kafka resource, which is not ours to write: people apply them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from sluicegate.cli.plan import Plan
from sluicegate.cli.topic_changes import PlannedTopic, TopicAction
from sluicegate.errors import Invalid

API_GROUP, KIND, CLUSTER = "kafka.strimzi.io", "KafkaTopic", "strimzi.io/cluster"
LONGEST = 253
"""Characters of an object's name in Kubernetes."""
_HASH = 10
_LEGAL = re.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def manifests(plan: Plan, *, cluster: str, version: str = "v1beta2") -> list[dict[str, Any]]:
    """One for each topic that the apps of ``plan`` ask for, there or not. ``cluster`` names the Kafka resource;
    ``version`` v1beta2, or v1 for Strimzi from 1.0 on: what is written here is the same in both.

    Invalid where it is not known how many partitions a topic must have: without a number the brokers' default would
    hold, and with fewer than the source has messages are lost.
    """
    return [_manifest(topic, cluster=cluster, version=version) for topic in _wanted(plan)]


def notes(plan: Plan) -> list[str]:
    """What people should know about these manifests."""
    unknown = [topic.name for topic in _wanted(plan) if topic.replication is None]
    if not unknown:
        return []
    return [
        "replicas and the settings that follow the source are not known and left out, so that the brokers' defaults "
        "hold: give --bootstrap-servers to have them read"
    ]


def object_name(topic: str) -> str:
    """A name that Kubernetes takes; where it cannot be the topic's own, a hash keeps two of them apart."""
    if len(topic) <= LONGEST and _LEGAL.fullmatch(topic):
        return topic
    plain = re.sub("[^a-z0-9.]+", "-", topic.lower())
    plain = ".".join(part.strip("-") for part in plain.split(".") if part.strip("-")) or "topic"
    return f"{plain[: LONGEST - _HASH - 1].rstrip('.-')}-{sha256(topic.encode()).hexdigest()[:_HASH]}"


def _wanted(plan: Plan) -> Iterable[PlannedTopic]:
    found = {
        topic.name: topic for one in plan.resources for topic in one.topics if topic.action is not TopicAction.KEPT
    }
    return found.values()


def _manifest(topic: PlannedTopic, *, cluster: str, version: str) -> dict[str, Any]:
    if topic.partitions is None:
        raise Invalid(
            f"how many partitions {topic.name} must have is not known: give --bootstrap-servers HOST:PORT, so that "
            f"those of {' and '.join(topic.sources)} can be counted, or set spec.errorHandling.deadLetter.partitions"
        )
    spec: dict[str, Any] = {"topicName": topic.name, "partitions": topic.partitions}
    if topic.replication is not None:
        spec["replicas"] = topic.replication
    return {
        "apiVersion": f"{API_GROUP}/{version}",
        "kind": KIND,
        "metadata": {"name": object_name(topic.name), "labels": {CLUSTER: cluster}},
        "spec": {**spec, "config": _config(topic.config)},
    }


def _config(config: Mapping[str, str]) -> dict[str, Any]:
    """Numbers as numbers and truths as truths, as people write them in KafkaTopics."""
    return {name: _typed(value) for name, value in sorted(config.items())}


def _typed(value: str) -> str | int | bool:
    if re.fullmatch("-?[0-9]+", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value)
