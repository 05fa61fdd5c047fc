"""The deadletters act: a burst of which some messages are poison and some fail once, and not one is lost.

The operator makes the retry topics and the dead-letter topic, the consumer learns their names from the ConfigMap that
it keeps. Messages that fail once are handled on their retry; poison ends in the dead letters. Then the bug is mended,
a DeadLetterRedrive brings the poison back, and the account of every message closes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from demo import letters, plot_letters
from demo.broker import Broker
from demo.cluster import Body, Cluster, at_home, containers, manifest
from demo.errors import DemoError
from demo.letters import Balance, Summary, broken_promises
from demo.place import Place
from demo.post import Post

NAMESPACE = "sluicegate-demo"
APP, TOPIC, RESULTS, GROUP = "orders", "demo.letters", "demo.letters-handled", "demo-letters-v1"
CONFIG_MAP, REDRIVE = "orders-kafka", "after-the-fix"
PARTITIONS, RESULT_PARTITIONS = 12, 4
DELAYS = ("5s", "15s")
WORK_MS = 15
FAULTS = "poison=2,transient=5"
STEADY, BURST, STEADY_S, BURST_S = 50, 500, 10, 30
"""Messages a second, and for how long; steady again after the burst."""
POLL_S, OBJECTIVE_S, MAX_REPLICAS = 2.0, 30.0, 12
REDRIVE_RATE = 100
READY_LIMIT_S, DRAIN_LIMIT_S, REDRIVE_LIMIT_S = 60.0, 150.0, 120.0
EVERY_S = 5.0


def play(place: Place, *, folder: Path, console: Console) -> tuple[str, ...]:
    """Plays the act and writes ``folder``; the sentences that did not come true. What it made is removed, always."""
    cluster = Cluster(place.env, namespace=NAMESPACE)
    broker = Broker(place.bootstrap, group=GROUP)
    with ExitStack() as after:
        after.callback(broker.close)
        console.print("Installing the operator with Helm", style="bold")
        if not cluster.installed():
            after.callback(cluster.uninstall)
        cluster.install(place.operator_image)
        topics = _own_topics()
        after.callback(broker.remove, [TOPIC, RESULTS, *topics, f"{topics[-1]}.parked"])
        broker.create({TOPIC: PARTITIONS, RESULTS: RESULT_PARTITIONS})
        broker.remove(topics)
        after.callback(cluster.remove_namespace)
        cluster.make_namespace()
        after.callback(_keep_log, cluster, folder=folder)
        _declare(place, cluster=cluster, console=console)
        post = after.enter_context(_post(place, topics))
        told = _Told(console, cluster=cluster, post=post, started=time.time())
        mended = _perform(place, cluster=cluster, broker=broker, told=told)
        restarts = cluster.restarts()
    return _tell(post, told=told, mended=mended, restarts=restarts, folder=folder, console=console)


def _own_topics() -> tuple[str, ...]:
    """The retry topics and, last, the dead-letter topic, as the operator names them."""
    return (*(f"{TOPIC}.{GROUP}.retry-{delay}" for delay in DELAYS), f"{TOPIC}.{GROUP}.dlq")


def _post(place: Place, topics: tuple[str, ...]) -> Post:
    partitions = {TOPIC: PARTITIONS, RESULTS: RESULT_PARTITIONS, **dict.fromkeys(topics, PARTITIONS)}
    return Post(
        place.bootstrap,
        source=TOPIC,
        results=RESULTS,
        retries=topics[:-1],
        dead_letters=topics[-1],
        partitions=partitions,
    )


def _declare(place: Place, *, cluster: Cluster, console: Console) -> None:
    """Connection and app first: the topics are there before the first message can fail."""
    console.print(f"Retries after {' and '.join(DELAYS)}, then dead letters: the operator makes the topics")
    connection = manifest("connection.yaml")
    connection["spec"] |= {"bootstrapServers": place.bootstrap, "pollInterval": f"{POLL_S:.0f}s"}
    app = manifest("app.yaml")
    app["spec"] |= {"consumerGroup": GROUP, "topics": [TOPIC]}
    app["spec"]["scaling"] |= {
        "maxReplicas": MAX_REPLICAS,
        "lagObjective": f"{OBJECTIVE_S:.0f}s",
        "capacityPerReplica": 1000 // WORK_MS,
        "scaleDown": {"stabilization": "30s"},
    }
    app["spec"]["errorHandling"] = {"retry": {"delays": list(DELAYS)}, "deadLetter": {}}
    app["spec"]["clientConfig"] = {"configMapName": CONFIG_MAP}
    cluster.apply(connection, app, consumer(place, fixed=False))
    _until(lambda: _in_sync(cluster), limit=READY_LIMIT_S, why="the topics were not made")
    cluster.wait_ready(APP)


def consumer(place: Place, *, fixed: bool) -> Body:
    """The Deployment; topic names come from the operator's ConfigMap. ``fixed``: the bug is mended."""
    env = {"GROUP": GROUP, "TOPICS": TOPIC, "RESULTS_TOPIC": RESULTS, "WORK_MS": str(WORK_MS), "FAULTS": FAULTS}
    env["FIXED"] = str(fixed).lower()
    body = at_home(manifest("deployment.yaml"), image=place.examples_image, bootstrap=place.bootstrap, env=env)
    for container in containers(body):
        for name, key in (("RETRY_TOPICS", "retry.topics"), ("DEAD_LETTER_TOPIC", "dead.letter.topic")):
            source = {"configMapKeyRef": {"name": CONFIG_MAP, "key": key}}
            container["env"].append({"name": name, "valueFrom": source})
    return body


def redrive() -> Body:
    """The DeadLetterRedrive that brings everything back to the first retry topic."""
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DeadLetterRedrive",
        "metadata": {"name": REDRIVE},
        "spec": {"appRef": {"name": APP}, "to": "Retry", "rate": {"recordsPerSecond": REDRIVE_RATE}},
    }


def _perform(place: Place, *, cluster: Cluster, broker: Broker, told: _Told) -> Balance:
    """The traffic, the fix and the redrive; the balance before the fix."""
    schedule = f"{STEADY}x{STEADY_S}s,{BURST}x{BURST_S}s,{STEADY}x{STEADY_S}s"
    traffic = at_home(
        manifest("burst.yaml"),
        image=place.examples_image,
        bootstrap=place.bootstrap,
        env={"TOPIC": TOPIC, "SCHEDULE": schedule},
    )
    told.chapter(f"{STEADY} messages a second, then {BURST} for {BURST_S} s; 2 % are poison, 5 % fail once")
    cluster.apply(traffic)
    job = traffic["metadata"]["name"]
    told.until(lambda _: cluster.job_ended(job), limit=STEADY_S * 2 + BURST_S + 60.0, why="the traffic did not end")
    told.chapter("The burst is over; retries come when they are due")
    sent = sum(broker.ends(TOPIC).values())
    told.until(lambda one: one.produced == sent and one.open == 0, limit=DRAIN_LIMIT_S, why="messages are still open")
    mended = told.balance
    told.chapter(f"{mended.dead:,} messages lie dead. The bug is mended and rolled out, then they are brought back")
    fixed = consumer(place, fixed=True)
    cluster.apply(fixed)
    cluster.wait_ready(APP)
    cluster.apply(redrive())
    told.until(
        lambda one: told.phase() in ("Succeeded", "Failed") and one.handled >= one.produced,
        limit=REDRIVE_LIMIT_S,
        why="the redrive did not bring all of them back",
    )
    return mended


def _tell(
    post: Post, *, told: _Told, mended: Balance, restarts: int, folder: Path, console: Console
) -> tuple[str, ...]:
    final = post.letters.balance()
    summary = Summary(
        produced=final.produced,
        handled=mended.handled,
        retried=mended.retried,
        dead_lettered=mended.dead,
        redriven=final.redriven,
        handled_after=final.handled,
        lost=final.produced - final.handled,
        duplicates=final.duplicates,
        operator_restarts=restarts,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    letters.write(folder / "letters.csv", post.letters.rows(until=told.ended))
    plot_letters.redraw(folder)
    console.print_json(json.dumps(asdict(summary)))
    console.print(f"{folder}/letters.svg and .png tell it in a picture; every message was read back from the topics")
    return broken_promises(summary)


def _keep_log(cluster: Cluster, *, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "operator.log").write_text(cluster.operator_log(), encoding="utf-8")


def _in_sync(cluster: Cluster) -> bool:
    conditions = (cluster.custom("kafkaconsumerapps", APP).get("status") or {}).get("conditions") or ()
    return any(one["type"] == "TopicsInSync" and one["status"] == "True" for one in conditions)


def _until(done: Callable[[], bool], *, limit: float, why: str) -> None:
    deadline = time.monotonic() + limit
    while not done():
        if time.monotonic() > deadline:
            raise DemoError(f"{why} within {limit:.0f} s")
        time.sleep(0.5)


class _Told:
    """What people see while they wait: a line every five seconds."""

    def __init__(self, console: Console, *, cluster: Cluster, post: Post, started: float) -> None:
        self.balance = post.letters.balance()
        self.ended = started
        self.redrive: dict[str, Any] = {}
        self._console = console
        self._cluster = cluster
        self._post = post
        self._started = started
        self._shown = 0.0

    def chapter(self, text: str) -> None:
        self._console.print(text, style="bold")

    def phase(self) -> str:
        """Of the redrive, as its status says."""
        self.redrive = self._cluster.custom("deadletterredrives", REDRIVE).get("status") or {}
        return str(self.redrive.get("phase") or "")

    def until(self, done: Callable[[Balance], bool], *, limit: float, why: str) -> None:
        """Look on until ``done``; DemoError with ``why`` after ``limit`` seconds."""
        deadline = time.time() + limit
        while True:
            if self._post.failure:
                raise DemoError(self._post.failure)
            self.balance = self._post.letters.balance()
            self.ended = time.time()
            self._line()
            if done(self.balance):
                return
            if self.ended > deadline:
                raise DemoError(f"{why} after {limit:.0f} s: {self.balance}")
            time.sleep(0.5)

    def _line(self) -> None:
        if self.ended - self._shown < EVERY_S:
            return
        self._shown = self.ended
        one, view = self.balance, self._cluster.app(APP)
        minutes, seconds = divmod(round(self.ended - self._started), 60)
        self._console.print(
            f"{minutes}:{seconds:02d}  produced {one.produced:,}  handled {one.handled:,}  retried {one.retried:,}  "
            f"dead {one.dead:,}  open {one.open:,}  redriven {one.redriven:,}  replicas {view.ready}/{view.replicas}",
            highlight=False,
        )
