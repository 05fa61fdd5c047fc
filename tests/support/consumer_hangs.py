"""A consumer that breaks in a rebalance the way a real one did: Running and Ready, but no member of its group.

The real one let ILLEGAL_GENERATION out of a commit in a rebalance, and the interpreter hung at exit while its probes
still passed. That hang does not come every time; this fixture leaves the group and then sleeps, which looks the same
from outside every time. HANGS=rebalance (default): after its first revocation; HANGS=start: it never joins at all.
Runs in the examples' image, from a ConfigMap; settings as examples/consumer (BOOTSTRAP, GROUP, TOPICS, HTTP_PORT).
"""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from confluent_kafka import Consumer


class Always(BaseHTTPRequestHandler):
    """Ready, whatever happens: a probe that does not ask the group."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Probes are no news."""


def sleep_outside(why: str) -> None:
    print(json.dumps({"event": "hung", "why": why}), flush=True)
    while True:
        time.sleep(3600)


def main() -> None:
    server = ThreadingHTTPServer(("", int(os.environ.get("HTTP_PORT", "8080"))), Always)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if os.environ.get("HANGS", "rebalance") == "start":
        sleep_outside("never joined")
    broken: list[str] = []
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["BOOTSTRAP"],
            "group.id": os.environ["GROUP"],
            "client.id": os.environ.get("HOSTNAME", "hangs"),
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": 10_000,
        }
    )
    consumer.subscribe(os.environ["TOPICS"].split(","), on_revoke=lambda *_: broken.append("revoked"))
    while not broken:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            time.sleep(float(os.environ.get("WORK_MS", "20")) / 1000)
            consumer.commit(message, asynchronous=True)
    consumer.close()
    sleep_outside("broke in a rebalance")


if __name__ == "__main__":
    main()
