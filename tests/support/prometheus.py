"""A real Prometheus for a test, Debian's, that reads one page of metrics which the test writes."""

from __future__ import annotations

import http.server
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADDRESS = "127.0.0.1"
START_LIMIT = 30.0


class Prometheus:
    """``url`` of the server; ``show`` what it shall know."""

    def __init__(self, *, url: str, page: dict[str, str]) -> None:
        self.url = url
        self._page = page

    def show(self, text: str) -> None:
        """Metrics in the exposition format; returns once Prometheus has read them."""
        mark = f"shown_{time.monotonic_ns()}"
        self._page["text"] = f"{text}\n{mark} 1\n"
        deadline = time.monotonic() + START_LIMIT
        while not self._knows(mark):
            assert time.monotonic() < deadline, "Prometheus did not read what the test shows"
            time.sleep(0.1)

    def _knows(self, metric: str) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/query?query={metric}", timeout=2) as answer:
                return bool(json.load(answer)["data"]["result"])
        except (OSError, urllib.error.URLError):
            return False


@contextmanager
def prometheus(folder: Path) -> Iterator[Prometheus]:
    """A running server with its data in ``folder``; ended on the way out."""
    page = {"text": ""}
    with _exposition(page) as target, socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port = probe.getsockname()[1]
        probe.close()
        config = folder / "prometheus.yml"
        jobs = [{"job_name": "test", "scrape_interval": "200ms", "scrape_timeout": "200ms"}]
        jobs[0]["static_configs"] = [{"targets": [target]}]  # type: ignore[assignment]
        config.write_text(json.dumps({"scrape_configs": jobs}), encoding="utf-8")
        words = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}"]
        words += [f"--web.listen-address={ADDRESS}:{port}"]
        with (folder / "prometheus.log").open("wb") as log:
            become = ["setpriv", "--pdeathsig=SIGKILL"]
            process = subprocess.Popen([*become, "prometheus", *words], stdout=log, stderr=log)
        try:
            server = Prometheus(url=f"http://{ADDRESS}:{port}", page=page)
            server.show("")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _exposition(page: dict[str, str]) -> Iterator[str]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page["text"].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer((ADDRESS, 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{ADDRESS}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
