"""The lag act: steady traffic, ten times as much for more than a minute, and steady again.

What must come true: the operator scales the consumer up to one replica per partition within a poll and a few seconds,
never past it, every message is handled, and the replicas are as before when it is over.
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from demo import plot, timeline
from demo.audit import ScaleWrite, chained, scale_writes
from demo.broker import Broker, Reading
from demo.cluster import OPERATOR, Body, Cluster, at_home, audit_lines, manifest
from demo.errors import DemoError
from demo.place import Place
from demo.run import Run, Step
from demo.show import Show
from demo.story import Facts, Summary, broken_promises, summarise
from demo.timeline import Sample
from demo.watch import Watch

NAMESPACE = "sluicegate-demo"
TOPIC, RESULTS, GROUP, APP = "demo.orders", "demo.orders-handled", "demo-orders-v1", "orders"
PARTITIONS = 12
TOPICS = {TOPIC: PARTITIONS, RESULTS: 4}
WORK_MS = 20
STEADY, BURST, BURST_S = 65, 650, 75
ENOUGH = 2
"""Replicas the consumer begins with, as a person would have set them for the steady traffic."""
OBJECTIVE_S, POLL_S, MAX_REPLICAS = 60.0, 5.0, 20
STABILIZATION_S = 30.0
"""Short, so that the way back is seen; the default is ten minutes."""
CALM_S = 20.0
"""Nothing changes for so long: then it counts as steady."""
BACK_S = 16.0
"""And for so long at the end."""
REST_S = 4.0
SETTLE_LIMIT_S, BURST_LIMIT_S, RETURN_LIMIT_S, REST_LIMIT_S = 150.0, BURST_S + 60.0, 300.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What was seen last. ``ended`` is when the traffic was ended (unix seconds)."""

    partitions: int
    steady_replicas: int
    final_replicas: int
    restarts: int
    ended: float


def play(place: Place, *, folder: Path, console: Console) -> tuple[str, ...]:
    """Plays the act and writes ``folder``; the sentences that did not come true. What it made is removed, always."""
    cluster = Cluster(place.env, namespace=NAMESPACE)
    broker = Broker(place.bootstrap, group=GROUP)
    with ExitStack() as after:
        after.callback(broker.close)
        after.callback(broker.remove, list(TOPICS))
        set_up(place, cluster=cluster, broker=broker, console=console, after=after)
        reading = after.enter_context(Reading(place.bootstrap, source=TOPIC, results=RESULTS, partitions=TOPICS))
        show = after.enter_context(Show(console))
        watch = Watch(
            cluster=cluster, broker=broker, reading=reading, show=show, app=APP, topic=TOPIC, little=3 * STEADY
        )
        after.callback(keep_log, cluster, folder=folder)
        ending = perform(place, cluster=cluster, broker=broker, watch=watch, show=show)
    return conclude(place, watch=watch, ending=ending, folder=folder, console=console)


def set_up(place: Place, *, cluster: Cluster, broker: Broker, console: Console, after: ExitStack) -> None:
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
    connection["spec"] |= {"bootstrapServers": place.bootstrap, "pollInterval": f"{POLL_S:.0f}s"}
    app["spec"] |= {"consumerGroup": GROUP, "topics": [TOPIC]}
    app["spec"]["scaling"] |= {
        "maxReplicas": MAX_REPLICAS,
        "lagObjective": f"{OBJECTIVE_S:.0f}s",
        "capacityPerReplica": 1000 // WORK_MS,
        "scaleDown": {"stabilization": f"{STABILIZATION_S:.0f}s"},
    }
    work = {"GROUP": GROUP, "TOPICS": TOPIC, "RESULTS_TOPIC": RESULTS, "WORK_MS": str(WORK_MS)}
    consumer = at_home(manifest("deployment.yaml"), **home, env=work)
    consumer["spec"]["replicas"] = ENOUGH
    producer = at_home(manifest("producer.yaml"), **home, env={"TOPIC": TOPIC, "SCHEDULE": str(STEADY)})
    cluster.apply(connection, app, consumer, producer)
    cluster.wait_ready(APP)
    cluster.wait_ready("orders-producer")


def keep_log(cluster: Cluster, *, folder: Path) -> None:
    """The operator's log beside the other files: where one looks first when the story did not come true."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "operator.log").write_text(cluster.operator_log(), encoding="utf-8")


def perform(place: Place, *, cluster: Cluster, broker: Broker, watch: Watch, show: Show) -> Ending:
    """The traffic, in its three parts, and the end of it."""
    show.chapter(f"Steady: {STEADY} messages a second; one replica handles {1000 // WORK_MS}")
    watch.until(lambda: watch.calm_s >= CALM_S, limit=SETTLE_LIMIT_S, why="the steady state did not come")
    steady = watch.samples[-1].replicas
    show.chapter(f"Burst: {BURST} messages a second for {BURST_S} s, on {steady} replicas so far")
    cluster.apply(burst(place))
    watch.until(lambda: cluster.job_ended("orders-burst"), limit=BURST_LIMIT_S, why="the burst did not end")
    show.chapter(f"Steady again: {STEADY} messages a second; what waits is worked off, then replicas are given back")
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
    schedule = {"TOPIC": TOPIC, "SCHEDULE": f"{BURST - STEADY}x{BURST_S}s"}
    return at_home(manifest("burst.yaml"), image=place.examples_image, bootstrap=place.bootstrap, env=schedule)


def conclude(place: Place, *, watch: Watch, ending: Ending, folder: Path, console: Console) -> tuple[str, ...]:
    """Writes summary.json, timeline.csv, run.json and the picture; what did not come true, in sentences."""
    if not watch.reading.bursts:
        raise DemoError("no message of the burst was found in the topic")
    accounts, samples = watch.reading.accounts, tuple(watch.samples)
    totals = accounts.totals(objective=OBJECTIVE_S)
    burst_from, burst_until = watch.reading.bursts
    writes, witness = written(place, samples=samples)
    summary = summarise(
        Facts(
            partitions=ending.partitions,
            objective_s=OBJECTIVE_S,
            poll_s=POLL_S,
            steady_replicas=ending.steady_replicas,
            burst_at=burst_from,
            writes=writes,
            samples=samples,
            totals=totals,
            final_replicas=ending.final_replicas,
            operator_restarts=ending.restarts,
        )
    )
    started = samples[0].at
    run = Run(
        act="lag",
        started=started,
        burst_from=burst_from - started,
        burst_until=burst_until - started,
        ended=ending.ended - started,
        partitions=ending.partitions,
        max_replicas=MAX_REPLICAS,
        objective_s=OBJECTIVE_S,
        poll_s=POLL_S,
        steady_rate=STEADY,
        burst_rate=BURST,
        capacity_per_replica=1000 / WORK_MS,
        steady_replicas=ending.steady_replicas,
        longest_delay_s=round(totals.longest_delay_s, 2),
        duplicates=totals.duplicates,
        witness=witness,
        steps=tuple(Step(second=w.at - started, before=w.before, after=w.replicas) for w in writes),
    )
    rows = timeline.rows(samples, accounts.seconds(timeline.grid(samples)))
    save(folder, summary=summary, run=run, rows=rows)
    console.print_json(json.dumps(asdict(summary)))
    console.print(f"{folder}/timeline.svg and .png tell it in a picture; scale writes as the {witness} has them")
    return broken_promises(summary, steady_replicas=ending.steady_replicas, poll_s=POLL_S)


def written(place: Place, *, samples: tuple[Sample, ...]) -> tuple[tuple[ScaleWrite, ...], str]:
    """Every scale write of the operator in this run, and who says so: the audit log, else the samples of the watch."""
    began = samples[0].at - 30.0
    first = samples[0].replicas
    if place.audit_log is not None and place.audit_log.exists():
        lines = audit_lines(place.audit_log)
        found = scale_writes(lines, user=OPERATOR, namespace=NAMESPACE, name=APP, since=began)
        return chained(found, first=first), "API server's audit log"
    seen = (ScaleWrite(at=s.at, user="watched", namespace=NAMESPACE, name=APP, replicas=s.replicas) for s in samples)
    return chained(seen, first=first), "samples of the Deployment, once a second"


def save(folder: Path, *, summary: Summary, run: Run, rows: tuple[timeline.Row, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    run.write(folder / "run.json")
    timeline.write(folder / "timeline.csv", rows)
    plot.redraw(folder)
