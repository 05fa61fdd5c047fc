"""Bodies as the API server sends them, as small as they can be."""

from typing import Any


def app(
    name: str = "orders",
    *,
    namespace: str = "shop",
    uid: str = "",
    generation: int = 1,
    version: int = 1,
    created: str = "2026-01-01T00:00:00Z",
    group: str = "g",
    target: str | None = None,
    connection: str | None = "main",
    max_replicas: int = 10,
    **scaling: Any,
) -> dict[str, Any]:
    kafka = {"connectionRef": {"name": connection}} if connection else {"bootstrapServers": "broker:9092"}
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConsumerApp",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": uid or f"uid-{namespace}-{name}",
            "generation": generation,
            "resourceVersion": str(version),
            "creationTimestamp": created,
        },
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": target or name},
            "kafka": kafka,
            "consumerGroup": group,
            "topics": ["orders"],
            "scaling": {"maxReplicas": max_replicas, **scaling},
        },
    }


def connection(
    name: str = "main", *, namespace: str = "shop", version: int = 1, bootstrap: str = "broker:9092", **spec: Any
) -> dict[str, Any]:
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConnection",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{namespace}-{name}",
            "generation": 1,
            "resourceVersion": str(version),
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {"bootstrapServers": bootstrap, **spec},
    }


def deployment(name: str = "orders", *, namespace: str = "shop", replicas: int = 1) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}},
        "status": {"readyReplicas": replicas, "updatedReplicas": replicas, "observedGeneration": 1},
    }


def dependency(
    name: str = "orders-db",
    *,
    namespace: str = "",
    allowed: tuple[str, ...] = ("shop",),
    generation: int = 1,
    version: int = 1,
    capacity: int = 200,
    **spec: Any,
) -> dict[str, Any]:
    """Of the whole cluster, offered to ``allowed``, where no ``namespace`` is given."""
    place = {"namespace": namespace} if namespace else {}
    offer = {} if namespace else {"allowedNamespaces": list(allowed)}
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DownstreamDependency" if namespace else "ClusterDownstreamDependency",
        "metadata": {
            "name": name,
            **place,
            "uid": f"uid-{namespace}-{name}",
            "generation": generation,
            "resourceVersion": str(version),
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {"capacity": {"value": capacity}, **offer, **spec},
    }


def redrive(
    name: str = "again",
    *,
    namespace: str = "shop",
    app: str = "orders",
    uid: str = "",
    generation: int = 1,
    version: int = 1,
    created: str = "2026-01-01T00:00:00Z",
    **spec: Any,
) -> dict[str, Any]:
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DeadLetterRedrive",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": uid or f"uid-{namespace}-{name}",
            "generation": generation,
            "resourceVersion": str(version),
            "creationTimestamp": created,
        },
        "spec": {"appRef": {"name": app}, **spec},
    }
