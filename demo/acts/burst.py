"""The story that the acts share: steady traffic, ten times as much for more than a minute, and steady again.

A `Script` says what an act tells differently. Whatever is made here is removed, however the story ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from demo.broker import Broker, Reading
from demo.cluster import Body, Cluster, at_home, manifest
from demo.errors import DemoError
from demo.findings import Ending, Found, Traffic, findings
from demo.place import Place
from demo.show import Show
from demo.watch import Watch

NAMESPACE = "sluicegate-demo"
TOPIC, RESULTS, GROUP, APP = "demo.orders", "demo.orders-handled", "demo-orders-v1", "orders"
PARTITIONS = 12
TOPICS = {TOPIC: PARTITIONS, RESULTS: 4}
WORK_MS = 20
TRAFFIC = Traffic(steady=65, burst=650, burst_s=75, objective_s=60.0, poll_s=5.0, max_replicas=20)
STABILIZATION_S = 30.0
"""Short, so that the way back is seen; the default is ten minutes."""
CALM_S = 20.0
"""Nothing changes for so long: then it counts as steady."""
BACK_S = 16.0
"""And for so long at the end."""
REST_S = 4.0
BURST_LIMIT_S, RETURN_LIMIT_S, REST_LIMIT_S = TRAFFIC.burst_s + 60.0, 300.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What an act tells differently.

    ``replicas`` the consumer begins with, as a person would have set them; ``declared`` messages a second of one
    replica that the app states, None: the operator finds out. ``opening`` is the first chapter's title, and
    ``settled`` says when it is over, at most ``settle_limit_s`` seconds after it began.
    """

    act: str
    replicas: int
    declared: int | None
    opening: str
    settled: Callable[[Watch], bool]
    settle_limit_s: float


def play(script: Script, place: Place, *, folder: Path, console: Console) -> Found:
    """Plays the story and keeps the operator's log in ``folder``; what was found. What it made is removed, always."""
    cluster = Cluster(place.env, namespace=NAMESPACE)
    broker = Broker(place.bootstrap, group=GROUP)
    with ExitStack() as after:
        after.callback(broker.close)
        after.callback(broker.remove, list(TOPICS))
        set_up(script, place, cluster=cluster, broker=broker, console=console, after=after)
        reading = after.enter_context(Reading(place.bootstrap, source=TOPIC, results=RESULTS, partitions=TOPICS))
        show = after.enter_context(Show(console))
        watch = Watch(
            cluster=cluster, broker=broker, reading=reading, show=show, app=APP, topic=TOPIC, little=3 * TRAFFIC.steady
        )
        after.callback(keep_log, cluster, folder=folder)
        ending = perform(script, place, cluster=cluster, broker=broker, watch=watch, show=show)
    return findings(
        place,
        act=script.act,
        traffic=TRAFFIC,
        scaled=(NAMESPACE, APP),
        nominal=1000 / WORK_MS,
        watch=watch,
        ending=ending,
    )


def set_up(
    script: Script, place: Place, *, cluster: Cluster, broker: Broker, console: Console, after: ExitStack
) -> None:
    """Operator, topics, connection, consumer and app, and the steady traffic."""
    console.print("Installing the operator with Helm", style="bold")
    if not cluster.installed():
        after.callback(cluster.uninstall)
    cluster.install(place.operator_image)
    console.print(f"Making the topic {TOPIC} with {PARTITIONS} partitions, the consumer, and its KafkaConsumerApp")
    broker.create(TOPICS)
    after.callback(cluster.remove_namespace)
    cluster.make_namespace()
    home = {"image": place.examples_image, "bootstrap": place.bootstrap}
    connection, app = manifest("connection.yaml"), manifest("app.yaml")
    connection["spec"] |= {"bootstrapServers": place.bootstrap, "pollInterval": f"{TRAFFIC.poll_s:.0f}s"}
    app["spec"] |= {"consumerGroup": GROUP, "topics": [TOPIC]}
    app["spec"]["scaling"] |= {
        "maxReplicas": TRAFFIC.max_replicas,
        "lagObjective": f"{TRAFFIC.objective_s:.0f}s",
        "scaleDown": {"stabilization": f"{STABILIZATION_S:.0f}s"},
    }
    app["spec"]["scaling"].pop("capacityPerReplica", None)
    if script.declared is not None:
        app["spec"]["scaling"]["capacityPerReplica"] = script.declared
    work = {"GROUP": GROUP, "TOPICS": TOPIC, "RESULTS_TOPIC": RESULTS, "WORK_MS": str(WORK_MS)}
    consumer = at_home(manifest("deployment.yaml"), **home, env=work)
    consumer["spec"]["replicas"] = script.replicas
    producer = at_home(manifest("producer.yaml"), **home, env={"TOPIC": TOPIC, "SCHEDULE": str(TRAFFIC.steady)})
    cluster.apply(connection, app, consumer, producer)
    cluster.wait_ready(APP)
    cluster.wait_ready("orders-producer")


def keep_log(cluster: Cluster, *, folder: Path) -> None:
    """The operator's log beside the other files: where one looks first when the story did not come true."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "operator.log").write_text(cluster.operator_log(), encoding="utf-8")


def perform(script: Script, place: Place, *, cluster: Cluster, broker: Broker, watch: Watch, show: Show) -> Ending:
    """The traffic, in its three parts, and the end of it."""
    show.chapter(script.opening)
    watch.until(
        lambda: watch.calm_s >= CALM_S and script.settled(watch),
        limit=script.settle_limit_s,
        why="the steady state did not come",
    )
    steady = watch.samples[-1].replicas
    show.chapter(f"Burst: {TRAFFIC.burst} messages a second for {TRAFFIC.burst_s} s, on {steady} replicas so far")
    cluster.apply(burst(place))
    watch.until(lambda: cluster.job_ended("orders-burst"), limit=BURST_LIMIT_S, why="the burst did not end")
    show.chapter(f"Steady again: {TRAFFIC.steady} a second; what waits is worked off, then replicas are given back")
    watch.until(
        lambda: watch.calm_s >= BACK_S and watch.samples[-1].replicas <= steady, limit=RETURN_LIMIT_S
    )  # whoever does not come back is judged by the story
    final = watch.samples[-1].replicas
    ended = time.time()
    show.chapter("The traffic ends; every message is accounted for")
    cluster.delete("deployment", "orders-producer")
    watch.until(lambda: watch.rest_s >= REST_S, limit=REST_LIMIT_S)
    ends, read = broker.ends(TOPIC), watch.reading.accounts.counts()[0]
    if sum(ends.values()) != read:
        raise DemoError(f"the broker holds {sum(ends.values())} messages, and {read} of them were read back")
    return Ending(
        partitions=len(ends),
        steady_replicas=steady,
        final_replicas=final,
        restarts=cluster.restarts(),
        ended=ended,
    )


def burst(place: Place) -> Body:
    """The Job that sends what comes on top of the steady traffic."""
    schedule = {"TOPIC": TOPIC, "SCHEDULE": f"{TRAFFIC.burst - TRAFFIC.steady}x{TRAFFIC.burst_s}s"}
    return at_home(manifest("burst.yaml"), image=place.examples_image, bootstrap=place.bootstrap, env=schedule)
