"""Which API server, and with whose credentials: KUBECONFIG where it is set, else the pod's own account.

The client and the watches take them from the same place, so that they cannot differ.
"""

from __future__ import annotations

import os
from pathlib import Path

from kubernetes.aio import client, config

from sluicegate.errors import Denied

TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


async def configuration() -> client.Configuration:
    """Settings for a client. A pod's token is read anew from its file each minute, as the kubelet rotates it.

    Denied: no credentials, with what to do about it.
    """
    settings = client.Configuration()
    if in_pod() and not os.environ.get("KUBECONFIG"):
        config.load_incluster_config(client_configuration=settings)
        return settings
    if not any(path.is_file() for path in kubeconfigs()):
        raise Denied(
            f"no access to a Kubernetes API server: there is no {' or '.join(map(str, kubeconfigs()))}; set KUBECONFIG "
            "to a kubeconfig file, or run in a pod with a service account"
        )
    try:
        await config.load_kube_config(
            config_file=os.environ.get("KUBECONFIG") or None, client_configuration=settings, persist_config=False
        )
    except Exception as error:
        raise Denied(f"{os.pathsep.join(map(str, kubeconfigs()))} cannot be used: {error}") from error
    return settings


def kubeconfigs() -> list[Path]:
    """The files that KUBECONFIG names, or the usual one."""
    named = os.environ.get("KUBECONFIG") or "~/.kube/config"
    return [Path(part).expanduser() for part in named.split(os.pathsep) if part]


def in_pod() -> bool:
    """Whether a service account is mounted here."""
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST")) and TOKEN.is_file()


def default_namespace() -> str:
    """The namespace of the kubeconfig's current context; ``default`` without one."""
    if not any(path.is_file() for path in kubeconfigs()):
        return "default"
    _, current = config.list_kube_config_contexts(config_file=os.environ.get("KUBECONFIG") or None)
    return str(((current or {}).get("context") or {}).get("namespace") or "default")
