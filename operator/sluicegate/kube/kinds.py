"""The kinds the operator touches, where the API server keeps them, and what of their bodies is kept in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluicegate.model.resource import GROUP, VERSION, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. ``optional``: a cluster may not know it. ``clusterwide``: its objects live in no namespace.
    ``dropped``: parts of bodies nobody here reads."""

    name: str
    group: str
    version: str
    plural: str
    optional: bool = False
    clusterwide: bool = False
    dropped: tuple[tuple[str, ...], ...] = ()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, *, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path below the API server's address; without ``namespace`` that of all namespaces. What is of the whole
        cluster has no namespace in its path, whatever is given."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        within = ("namespaces", namespace) if namespace and not self.clusterwide else ()
        parts = [root, *within, self.plural, name, subresource]
        return "/".join(part for part in parts if part)

    def of(self, key: Key, *, subresource: str = "") -> str:
        """The path of one object."""
        return self.path(namespace=key.namespace, name=key.name, subresource=subresource)

    def trimmed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """``body`` without what nobody reads, and with the kind that lists leave out."""
        kept = {"apiVersion": self.api_version, "kind": self.name, **body}
        for path in self.dropped:
            _drop(kept, path)
        return kept


def _drop(body: dict[str, Any], path: tuple[str, ...]) -> None:
    first, *rest = path
    part = body.get(first)
    if not rest:
        body.pop(first, None)
    elif isinstance(part, Mapping):
        body[first] = inner = dict(part)
        _drop(inner, tuple(rest))


POD_TEMPLATE = (("spec", "template"), ("metadata", "annotations"))

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(name="KafkaConsumerApp", group=GROUP, version=VERSION, plural="kafkaconsumerapps"),
        Kind(name="KafkaConnection", group=GROUP, version=VERSION, plural="kafkaconnections"),
        # Optional, since CRDs are upgraded apart from the operator: apps without dependencies must go on.
        Kind(
            name="DownstreamDependency",
            group=GROUP,
            version=VERSION,
            plural="downstreamdependencies",
            optional=True,
        ),
        Kind(
            name="ClusterDownstreamDependency",
            group=GROUP,
            version=VERSION,
            plural="clusterdownstreamdependencies",
            optional=True,
            clusterwide=True,
        ),
        Kind(name="DeadLetterRedrive", group=GROUP, version=VERSION, plural="deadletterredrives", optional=True),
        Kind(name="Deployment", group="apps", version="v1", plural="deployments", dropped=POD_TEMPLATE),
        Kind(name="StatefulSet", group="apps", version="v1", plural="statefulsets", dropped=POD_TEMPLATE),
        Kind(
            name="Pod",
            group="",
            version="v1",
            plural="pods",
            dropped=(("spec",), ("metadata", "annotations"), ("metadata", "managedFields")),
        ),
        Kind(
            name="HorizontalPodAutoscaler",
            group="autoscaling",
            version="v2",
            plural="horizontalpodautoscalers",
            optional=True,
            dropped=(("metadata", "managedFields"),),
        ),
        Kind(
            name="ScaledObject",
            group="keda.sh",
            version="v1alpha1",
            plural="scaledobjects",
            optional=True,
            dropped=(("metadata", "managedFields"),),
        ),
        Kind(name="ConfigMap", group="", version="v1", plural="configmaps"),
        Kind(name="Secret", group="", version="v1", plural="secrets"),
        Kind(name="ConfigMap", group="", version="v1", plural="configmaps"),
        Kind(name="Event", group="", version="v1", plural="events"),
        Kind(name="ServiceAccount", group="", version="v1", plural="serviceaccounts"),
        Kind(name="TokenReview", group="authentication.k8s.io", version="v1", plural="tokenreviews"),
        Kind(name="SubjectAccessReview", group="authorization.k8s.io", version="v1", plural="subjectaccessreviews"),
    )
}
BY_PLURAL: Mapping[str, Kind] = {kind.plural: kind for kind in KINDS.values()}
OWN = tuple(kind for kind in KINDS.values() if kind.group == GROUP)
