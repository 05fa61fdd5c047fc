"""How late the operator's loop turns while the signals of many dependencies hang.

    python -m tests.bench.bench_probes [--dependencies 50] [--seconds 20]

Each dependency asks an HTTP server, a Prometheus and a PostgreSQL that take the connection and never answer. A tick is
due every 10 ms; its lateness is measured first without dependencies, then with them. Prints, and writes to
build/bench/probes.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

import numpy as np

from sluicegate.control.downstream.probes import Probes
from sluicegate.control.store import Store
from sluicegate.observe.dependencies.guard import Guard

OUT = Path("build/bench/probes.json")
TICK = 0.01


class Secrets:
    """The connection string of a PostgreSQL that hangs."""

    def __init__(self, port: int) -> None:
        self._url = f"postgresql://monitor:unused@127.0.0.1:{port}/orders"

    async def get_secret(self, *, namespace: str, name: str) -> dict[str, bytes]:
        return {"url": self._url.encode()}


def body(number: int, *, port: int) -> dict[str, object]:
    url = f"http://127.0.0.1:{port}/"
    secret = {"connectionSecretRef": {"name": "db", "key": "url"}}
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DownstreamDependency",
        "metadata": {"name": f"db-{number}", "namespace": "shop", "uid": str(number), "generation": 1,
                     "resourceVersion": "1", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {
            "capacity": {"postgres": {**secret, "interval": "1s"}},
            "usage": {"prometheus": {"url": url, "query": "used", "interval": "1s"}},
            "health": [
                {"name": "http", "http": {"url": url, "timeout": "1s"}, "interval": "1s"},
                {"name": "pg", "postgres": secret, "interval": "1s"},
            ],
        },
    }  # fmt: skip


async def lateness(seconds: float) -> list[float]:
    """Of each tick, seconds."""
    found = []
    due = time.monotonic() + TICK
    end = due + seconds
    while due < end:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        found.append(time.monotonic() - due)
        due = max(due + TICK, time.monotonic())
    return found


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes whatever is said and answers nothing."""
    while await reader.read(4096):
        pass
    writer.close()


async def run(*, dependencies: int, seconds: float) -> dict[str, object]:
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    alone = await lateness(seconds)
    store = Store()
    for number in range(dependencies):
        store.dependencies.put(body(number, port=port))
    guard = Guard.of(allow=["127.0.0.1"])
    probes = Probes(store=store, secrets=Secrets(port), guard=guard, own_namespace="ours")
    probes.refresh()
    beside = await lateness(seconds)
    await probes.close()
    server.close()

    def told(found: list[float]) -> dict[str, float]:
        p50, p99 = np.percentile(found, [50, 99])
        return {"p50_ms": round(1000 * p50, 2), "p99_ms": round(1000 * p99, 2), "max_ms": round(1000 * max(found), 2)}

    return {"dependencies": dependencies, "alone": told(alone), "beside": told(beside)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dependencies", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    found = asyncio.run(run(dependencies=given.dependencies, seconds=given.seconds))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
