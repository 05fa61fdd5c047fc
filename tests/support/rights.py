"""The operator's account with the rights that the chart gives it, and not one more."""

from __future__ import annotations

import asyncio
from typing import Any

import yaml
from kubernetes.aio.client import Configuration

from sluicegate.kube.access import configuration
from tests.support.chart import CHART, KUBERNETES, find_helm, run_helm
from tests.support.cluster import Cluster

RIGHTS = frozenset({"ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"})


def rights(*, namespace: str, enabled: bool) -> list[dict[str, Any]]:
    """What the chart grants to an operator in and of ``namespace``; ``enabled``: cluster-scoped dependencies, too."""
    values = {
        "watchNamespaces": [namespace],
        "clusterDependencies": {"enabled": enabled},
        "rbac": {"userRoles": False},
        "readApi": {"enabled": False},
        "fullnameOverride": namespace,
    }
    where = ("--namespace", namespace, "--kube-version", KUBERNETES)
    text = run_helm(find_helm(), "template", "sluicegate", str(CHART), *where, values=values)
    return [body for body in yaml.safe_load_all(text) if body and body["kind"] in RIGHTS]


async def account(cluster: Cluster, place: str, *, enabled: bool) -> Configuration:
    """Credentials of the operator's account with the chart's rights."""
    for body in rights(namespace=place, enabled=enabled):
        where = body["metadata"].get("namespace", place)
        await asyncio.to_thread(cluster.apply, body, namespace=where)
    admin = await configuration()
    settings = Configuration()
    settings.host, settings.ssl_ca_cert = admin.host, admin.ssl_ca_cert
    token = await asyncio.to_thread(cluster.run, "create", "token", place, "-n", place)
    settings.api_key["BearerToken"] = f"bearer {token.strip()}"
    return settings
