"""Which API server, and with whose credentials: KUBECONFIG where it is set, else the pod's own account.

The client and the watches take them from the same place, so that they cannot differ.
"""

from __future__ import annotations

import os
from pathlib import Path

from kubernetes.aio import client, config

from sluicegate.errors import Denied, SluicegateError

TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


async def configuration() -> client.Configuration:
    """Settings for a client. A pod's token is read anew from its file each minute, as the kubelet rotates it.

    Denied: no credentials, with what to do about it.
    """
    settings = client.Configuration()
    try:
        if not os.environ.get("KUBECONFIG") and in_pod():
            config.load_incluster_config(client_configuration=settings)
        else:
            await config.load_kube_config(client_configuration=settings, persist_config=False)
    except SluicegateError:
        raise
    except Exception as error:
        raise Denied(
            f"no access to a Kubernetes API server ({error}); set KUBECONFIG to a kubeconfig file, "
            "or run in a pod with a service account"
        ) from error
    return settings


def in_pod() -> bool:
    """Whether a service account is mounted here."""
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST")) and TOKEN.is_file()


def default_namespace() -> str:
    """The namespace of the kubeconfig's current context; ``default`` without one."""
    try:
        _, current = config.list_kube_config_contexts(config_file=os.environ.get("KUBECONFIG") or None)
    except Exception:
        return "default"
    return str((current.get("context") or {}).get("namespace") or "default")
