"""What Kubernetes and a scraper may ask the consumer by HTTP: does it work, does it live, what has it done."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

SILENT_S = 60.0  # a loop that has not turned for so long is dead: the liveness probe says so


class Worker(Protocol):
    """``turned`` is when its loop turned last (time.monotonic)."""

    turned: float
    handled: int

    @property
    def ready(self) -> bool: ...

    @property
    def refused(self) -> int: ...


def serve(worker: Worker, port: int) -> None:
    """/readyz (a member of the group), /livez (the loop turns), /metrics; in a thread of its own."""

    class Probe(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            alive = time.monotonic() - worker.turned < SILENT_S
            good = {"/readyz": worker.ready and alive, "/livez": alive, "/metrics": True}.get(self.path)
            metrics = f"consumer_handled_total {worker.handled}\nconsumer_refused_total {worker.refused}\n"
            body = metrics if self.path == "/metrics" else f"{good}\n"
            self.send_response(404 if good is None else 200 if good else 503)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Probes are no news."""

    threading.Thread(target=ThreadingHTTPServer(("", port), Probe).serve_forever, daemon=True).start()
