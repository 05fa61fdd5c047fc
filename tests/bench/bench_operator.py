"""The whole operator as one process against a real API server and a real broker.

    KUBECONFIG=… SLUICEGATE_BOOTSTRAP=… python -m tests.bench.bench_operator [--apps 1000] [--connections 50]

Prints, and writes to build/bench/operator.json: memory of the operator and its children with that many apps; status
writes a minute when nothing happens and when every topic gets records; how late polls begin; and the time from an
acknowledged record to the scale write, for 20 apps one after the other (half the poll interval is the mean wait).

No other operator may watch the namespace: its writes are seen as conflicts, and the figures are refused then.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from kubernetes import client, config

from tests.support.broker import Broker
from tests.support.wait import eventually

PORT = 18_080
NAMESPACE = "bench-operator"
OUT = Path("build/bench/operator.json")
TOPICS = 100


def bodies(number: int, *, connections: int, broker: Broker, poll: str, live: bool) -> list[tuple[str, dict[str, Any]]]:
    """Deployment and app number ``number``; ``live`` apps write, the others recommend."""
    name = f"app-{number:04d}"
    labels = {"bench": name}
    container = {"name": "c", "image": "localhost/pause:1", "imagePullPolicy": "Never"}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
            },
        },
    }
    app = {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConsumerApp",
        "metadata": {"name": name},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": name},
            "kafka": {"connectionRef": {"name": f"c-{number % connections:03d}"}, "offsetReset": "Earliest"},
            "consumerGroup": f"{NAMESPACE}-{name}",
            "topics": [f"{NAMESPACE}-{'live' if live else 'many'}-{number % TOPICS:03d}"],
            "mode": "Active" if live else "Recommend",
            "scaling": {"minReplicas": 0, "maxReplicas": 2, "lagPerReplica": 1_000_000},
        },
    }
    return [("deployment", deployment), ("app", app)]


def connection(number: int, *, broker: Broker, poll: str) -> dict[str, Any]:
    """Connections that differ in a setting, so that none of them shares a sweep with another."""
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConnection",
        "metadata": {"name": f"c-{number:03d}"},
        "spec": {
            "bootstrapServers": broker.bootstrap,
            "pollInterval": poll,
            "properties": {"metadata.max.age.ms": str(300_000 + number)},
        },
    }


class World:
    """The namespace with everything in it."""

    def __init__(self, broker: Broker) -> None:
        config.load_kube_config()
        self.broker = broker
        self.core, self.apps, self.custom = client.CoreV1Api(), client.AppsV1Api(), client.CustomObjectsApi()

    def make(self, *, apps: int, connections: int, poll: str, live: bool) -> None:
        self.core.create_namespace({"metadata": {"name": NAMESPACE}})
        for number in range(min(apps, TOPICS)):
            self.broker.create(f"{NAMESPACE}-{'live' if live else 'many'}-{number:03d}", partitions=2)
        for number in range(connections):
            self._custom("kafkaconnections", connection(number, broker=self.broker, poll=poll))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: self._one(n, connections=connections, poll=poll, live=live), range(apps)))

    def _one(self, number: int, *, connections: int, poll: str, live: bool) -> None:
        for kind, body in bodies(number, connections=connections, broker=self.broker, poll=poll, live=live):
            if kind == "deployment":
                self.apps.create_namespaced_deployment(NAMESPACE, body)
            else:
                self._custom("kafkaconsumerapps", body)

    def _custom(self, plural: str, body: dict[str, Any]) -> None:
        self.custom.create_namespaced_custom_object("sluicegate.dev", "v1alpha1", NAMESPACE, plural, body)

    def decided(self) -> int:
        """How many apps have a status with a decision."""
        found = self.custom.list_namespaced_custom_object("sluicegate.dev", "v1alpha1", NAMESPACE, "kafkaconsumerapps")
        return sum(1 for item in found["items"] if item.get("status", {}).get("decision"))

    def replicas(self, name: str) -> int:
        return int(self.apps.read_namespaced_deployment(name, NAMESPACE).spec.replicas)

    def remove(self) -> None:
        try:
            self.core.delete_namespace(NAMESPACE)
        except client.ApiException as error:
            if error.status != 404:
                raise
        topics = [topic for topic in self.broker.admin.list_topics(timeout=10).topics if topic.startswith(NAMESPACE)]
        self.broker.drop(topics=topics)
        eventually(
            lambda: NAMESPACE not in [n.metadata.name for n in self.core.list_namespace().items],
            within=600, every=2, what="the namespace is gone",
        )  # fmt: skip


class Running:
    """`sluicegate run` as a local process."""

    def __init__(self) -> None:
        argv = [sys.executable, "-c", "from sluicegate.cli.main import main; main()",
                "run", "--namespace", NAMESPACE, "--port", str(PORT)]  # fmt: skip
        self._log = Path("build/bench/operator.log").open("w")  # noqa: SIM115
        self._process = subprocess.Popen(argv, stdout=self._log, stderr=subprocess.STDOUT)
        try:
            eventually(self._is_ready, within=60, every=0.2, what="the operator is ready; see build/bench/operator.log")
        except AssertionError:
            self.stop()
            raise

    def memory_mb(self) -> dict[str, float]:
        """Proportional set size of the operator and of its children, MB."""
        children = [int(pid) for path in Path(f"/proc/{self._process.pid}/task").glob("*/children")
                    for pid in path.read_text().split()]  # fmt: skip
        return {"operator": _pss(self._process.pid), "children": round(sum(map(_pss, children)), 1)}

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def status_writes(self) -> float:
        return self._sum("sluicegate_kubernetes_requests_total", 'verb="patch"')

    def assert_alone(self) -> None:
        """No second operator wrote to the same objects."""
        writes, lost = self.status_writes(), self._sum("sluicegate_kubernetes_requests_total", 'verb="patch"', "409")
        assert lost <= writes / 20, f"{lost:g} of {writes:g} status writes met another writer: end the other operator"

    def late_p99(self) -> float:
        """The bucket (seconds) below which 99 of 100 polls began after they were due."""
        name = "sluicegate_tick_lateness_seconds"
        count = self._sum(f"{name}_count")
        for line in self._lines(f"{name}_bucket"):
            if float(line.rsplit(" ", 1)[1]) >= 0.99 * count:
                return float(line.split('le="')[1].split('"')[0])
        return float("inf")

    def _sum(self, *parts: str) -> float:
        return sum(float(line.rsplit(" ", 1)[1]) for line in self._lines(parts[0]) if all(p in line for p in parts))

    def _lines(self, name: str) -> list[str]:
        text = urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=5).read().decode()
        return [line for line in text.splitlines() if line.startswith(name)]

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, "the operator ended; see build/bench/operator.log"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> float:
        """Seconds from SIGTERM to the end; 0 when it has ended already."""
        if self._process.poll() is not None:
            return 0.0
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        self._log.close()
        return time.monotonic() - began


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def many(broker: Broker, *, apps: int, connections: int) -> dict[str, Any]:
    """Memory, CPU and status writes with many apps."""
    world = World(broker)
    world.remove()
    world.make(apps=apps, connections=connections, poll="10s", live=False)
    running = Running()
    try:
        began = time.monotonic()
        eventually(lambda: world.decided() == apps, within=300, every=2, what="every app has a decision")
        first = time.monotonic() - began
        time.sleep(40)
        quiet = _rate(running, seconds=60)
        memory = running.memory_mb()
        with ThreadPoolExecutor(1) as pool:
            busy = pool.submit(_rate, running, seconds=60)
            while not busy.done():
                for number in range(min(apps, TOPICS)):
                    for partition in range(2):
                        broker.send(f"{NAMESPACE}-many-{number:03d}", partition=partition)
                broker.flush()
                time.sleep(0.5)
        running.assert_alone()
        return {
            "apps": apps,
            "connections": connections,
            "all_decided_s": round(first, 1),
            "memory_mb": memory,
            "memory_busy_mb": running.memory_mb(),
            "quiet": quiet,
            "busy": busy.result(),
            "poll_lateness_p99_below_s": running.late_p99(),
            "sigterm_to_end_s": round(running.stop(), 2),
        }
    finally:
        running.stop()
        world.remove()


def _rate(running: Running, *, seconds: float) -> dict[str, float]:
    writes, cpu = running.status_writes(), running.cpu_seconds()
    time.sleep(seconds)
    return {
        "status_writes_per_minute": round((running.status_writes() - writes) * 60 / seconds, 1),
        "operator_cpu_cores": round((running.cpu_seconds() - cpu) / seconds, 3),
    }


def reaction(broker: Broker, *, poll: float, samples: int = 20) -> dict[str, float]:
    """Seconds from an acknowledged record to the scale write, one app after the other."""
    world = World(broker)
    world.remove()
    world.make(apps=samples, connections=1, poll=f"{poll:g}s", live=True)
    running = Running()
    took = []
    try:
        eventually(lambda: world.decided() == samples, within=120, every=1, what="every app has a decision")
        for number in range(samples):
            time.sleep((number * 0.37) % poll)
            broker.produce(f"{NAMESPACE}-live-{number:03d}", 2)
            began = time.monotonic()
            eventually(lambda n=number: world.replicas(f"app-{n:04d}") > 0, within=60, every=0.02, what="scaled up")
            took.append(time.monotonic() - began)
        running.assert_alone()
    finally:
        running.stop()
        world.remove()
    return {"poll_s": poll, "median_s": round(statistics.median(took), 2), "max_s": round(max(took), 2)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--apps", type=int, default=1000)
    options.add_argument("--connections", type=int, default=50)
    chosen = options.parse_args()
    OUT.parent.mkdir(parents=True, exist_ok=True)
    broker = Broker(os.environ["SLUICEGATE_BOOTSTRAP"])
    result = {
        "reaction": [reaction(broker, poll=2.0), reaction(broker, poll=10.0)],
        "many": many(broker, apps=chosen.apps, connections=chosen.connections),
    }
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
