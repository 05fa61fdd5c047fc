"""The few questions the bed itself asks the API server, as admin, without starting kubectl (0.1 s each)."""

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from dev.bed.addresses import API_URL, NODE_NAME
from dev.bed.layout import Layout


@dataclass(frozen=True, slots=True)
class Api:
    """A connection of the bed's admin."""

    context: ssl.SSLContext

    @classmethod
    def admin(cls, layout: Layout) -> Self:
        """Reads the admin's certificate from the state folder."""
        context = ssl.create_default_context(cafile=str(layout.pki / "ca.crt"))
        context.load_cert_chain(layout.pki / "admin.crt", layout.pki / "admin.key")
        return cls(context)

    def text(self, path: str, *, timeout: float = 2.0) -> str | None:
        """The body of a GET, None when there is no (good) answer."""
        # Addresses of this machine never go through a proxy that the environment may name.
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context))
        try:
            with urllib.request.build_opener(*handlers).open(f"{API_URL}{path}", timeout=timeout) as answer:
                return str(answer.read().decode())
        except (OSError, urllib.error.URLError):
            return None

    def read(self, path: str) -> dict[str, Any] | None:
        """An object, None when it is not there or nobody answers."""
        text = self.text(path)
        return dict(json.loads(text)) if text else None

    def ready(self) -> bool:
        """Whether the API server calls itself ready."""
        return self.text("/readyz") == "ok"

    def node_ready(self, *, since: datetime | None = None) -> bool:
        """Whether the node is Ready; with `since`, as the kubelet itself has said after that moment.

        Right after a restart the store still tells what was true before. The condition's heartbeat is used and not the
        node's lease, which a new kubelet may touch for the first time ten seconds after it became ready.
        """
        node = self.read(f"/api/v1/nodes/{NODE_NAME}") or {}
        for condition in node.get("status", {}).get("conditions", []):
            if condition["type"] == "Ready" and condition["status"] == "True":
                heartbeat = datetime.fromisoformat(condition["lastHeartbeatTime"])  # in whole seconds
                return since is None or heartbeat >= since.replace(microsecond=0)
        return False

    def default_account(self) -> bool:
        """Whether pods can be created in `default`: the service account controller has been there."""
        return self.read("/api/v1/namespaces/default/serviceaccounts/default") is not None
