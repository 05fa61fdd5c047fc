"""An API server for commands that read one object, list its kind and patch its spec: HTTP, and a kubeconfig for it."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Body = dict[str, Any]
MERGE = "application/merge-patch+json"


class Patched:
    """``objects`` by path; ``patches`` as (path with query, body) in their order; ``denied`` refuses every patch."""

    def __init__(self) -> None:
        self.objects: dict[str, Body] = {}
        self.patches: list[tuple[str, Body]] = []
        self.denied = False

    def put(self, plural: str, body: Body) -> None:
        namespace = body["metadata"].get("namespace")
        where = f"namespaces/{namespace}/" if namespace else ""
        self.objects[f"/apis/sluicegate.dev/v1alpha1/{where}{plural}/{body['metadata']['name']}"] = body

    def answer(self, method: str, target: str, sent: Body) -> tuple[int, Body]:
        path = target.partition("?")[0]
        if method == "PATCH" and self.denied:
            return 403, {"message": "patch is forbidden"}
        if method == "PATCH" and path in self.objects:
            self.patches.append((target, sent))
            self.objects[path] = _merged(self.objects[path], sent)
        if path in self.objects:
            return 200, self.objects[path]
        below = [copy.deepcopy(body) for at, body in self.objects.items() if at.rpartition("/")[0] == path]
        if path.endswith("dependencies"):
            return 200, {"metadata": {}, "items": below}
        return 404, {"message": f"{path.rpartition('/')[2]!r} not found"}

    @contextmanager
    def serving(self, kubeconfig: Path, *, namespace: str) -> Iterator[None]:
        """While inside it answers, and ``kubeconfig`` leads to it."""
        world = self

        class Handler(BaseHTTPRequestHandler):
            def _handle(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.command == "PATCH" and self.headers["Content-Type"] != MERGE:
                    status, body = 415, {"message": "a merge patch is expected"}
                else:
                    status, body = world.answer(self.command, self.path, json.loads(sent or b"{}"))
                said = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_PATCH = _handle  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        kubeconfig.write_text(_kubeconfig(f"http://127.0.0.1:{server.server_port}", namespace))
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _kubeconfig(server: str, namespace: str) -> str:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me", "namespace": namespace}}],
            "clusters": [{"name": "here", "cluster": {"server": server}}],
            "users": [{"name": "me", "user": {"token": "of-me"}}],
        }
    )


def _merged(old: Body, patch: Body) -> Body:
    new = dict(old)
    for name, value in patch.items():
        new[name] = _merged(new.get(name) or {}, value) if isinstance(value, dict) else value
    return new
