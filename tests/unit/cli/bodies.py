"""An app as the API server shows it to a user."""

from typing import Any


def shown(**status: Any) -> dict[str, Any]:
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConsumerApp",
        "metadata": {"name": "orders", "namespace": "shop", "creationTimestamp": "2027-01-06T08:00:00Z"},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "orders"},
            "consumerGroup": "orders-v1",
            "topics": ["orders"],
            "scaling": {"minReplicas": 1, "maxReplicas": 40},
        },
        "status": {
            "replicas": {"current": 11, "desired": 11, "wanted": 20, "cap": 11},
            "limitedBy": "Partitions",
            "decision": {
                "action": "Hold",
                "reason": "LagObjective",
                "message": "20 wanted for a lag of 54 s; 11 partitions",
                "at": "2027-01-15T08:00:00Z",
            },
            "lag": {"records": 48_000, "time": "54s", "at": "2027-01-15T08:00:00Z"},
            "rate": {"in": 890, "out": 640},
            "partitions": {"usable": 11, "members": 11, "foreignMembers": 2},
            "capacityPerReplica": {"value": 58, "source": "Learned"},
            "effective": {"lagObjective": "60s"},
            "conditions": [
                {"type": "Ready", "status": "True", "reason": "Running"},
                {"type": "ScalingLimited", "status": "True", "reason": "Partitions", "message": "11 partitions"},
                {"type": "Reconciling", "status": "True", "reason": "Scaling"},
            ],
            **status,
        },
    }
