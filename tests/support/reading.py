"""The operator's read API as a user reaches it: an account of the namespace, its token, a port-forward."""

from __future__ import annotations

import asyncio

import aiohttp

from sluicegate.kube.client import Cluster as Kube
from sluicegate.model.resource import Key
from tests.support.cluster import Cluster
from tests.support.install import Release


def account(cluster: Cluster, namespace: str, name: str, *, role: str | None) -> str:
    """A token of a new ServiceAccount; with ``role`` bound to that ClusterRole in its namespace."""
    cluster.run("create", "serviceaccount", name, "-n", namespace)
    if role is not None:
        who = f"--serviceaccount={namespace}:{name}"
        cluster.run("create", "rolebinding", name, "-n", namespace, f"--clusterrole={role}", who)
    return cluster.run("create", "token", name, "-n", namespace).strip()


def ask(release: Release, path: str, *, token: str | None) -> tuple[int, str]:
    """Status and body of one request through a port-forward, as the command line makes it."""

    async def go() -> tuple[int, str]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with (
            await Kube.connect() as kube,
            kube.tunnel(Key(release.namespace, release.pod_name()), port=8080) as address,
            aiohttp.ClientSession() as session,
            session.get(f"http://{address}{path}", headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    return asyncio.run(go())
