"""The dependencies act: two consumers write to one PostgreSQL, and both want more connections than it has.

The same burst comes twice. First nobody has told the operator about the database: it scales both to what their lag
asks for, and PostgreSQL turns connections away. Then the database is declared, and each app says what one replica takes
of it. What must come true: not one connection is refused, the consumers never hold more than capacity minus reserve,
and they share it two to one, as their weights say; without the declaration connections were refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from demo import contention, plot_sharing
from demo.broker import Broker
from demo.cluster import Cluster, manifest
from demo.connections import Witness
from demo.contention import Look
from demo.database import Database, database
from demo.errors import DemoError
from demo.lookout import Lookout
from demo.place import Place
from demo.sharing import Half, Terms, broken_promises, summarise
from demo.tenants import Tenant, dependency, secret

NAMESPACE = "sluicegate-demo"
NAMES, WEIGHTS = ("orders", "invoices"), (2, 1)
OPERATOR = "sluicegate"
"""The database user of the operator."""
PARTITIONS = 12
MAX_REPLICAS = 8
"""Of each app: with a whole number of partitions for two thirds and for one third of what there is."""
WORK_MS = 25
COST = 5
"""Connections of one replica."""
LIMIT, RESERVED = 50, 5
"""PostgreSQL's max_connections, and what is kept of it: two for superusers, one for the operator, two to spare."""
STEADY, BURST, STEADY_S, BURST_S = 30, 300, 12, 40
"""Messages a second for each app, and for how long."""
POLL_S, OBJECTIVE_S = 2.0, 20.0
SETTLED_S = 8.0
"""Shares that have stood for so long while both had too much to do are what was given."""
DRAIN_LIMIT_S = 110.0
FEW = 2 * BURST
"""Whoever has less than this waiting could do with fewer replicas."""
TERMS = Terms(limit=LIMIT, usable=LIMIT - RESERVED, cost=COST, weight_a=WEIGHTS[0], weight_b=WEIGHTS[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A half of the act as it was found."""

    half: Half
    rows: tuple[contention.Row, ...]


def play(place: Place, *, folder: Path, console: Console) -> tuple[str, ...]:
    """Plays the act and writes ``folder``; the sentences that did not come true. What it made is removed, always."""
    cluster = Cluster(place.env, namespace=NAMESPACE)
    with ExitStack() as after:
        console.print(f"Starting a PostgreSQL with max_connections = {LIMIT}", style="bold")
        server = after.enter_context(database(limit=LIMIT, users=(*NAMES, OPERATOR)))
        console.print("Installing the operator with Helm", style="bold")
        if not cluster.installed():
            after.callback(cluster.uninstall)
        cluster.install(place.operator_image)
        after.callback(cluster.remove_namespace)
        after.callback(keep_log, cluster, folder=folder)
        undeclared = _half(place, cluster=cluster, server=server, console=console, declared=False)
        declared = _half(place, cluster=cluster, server=server, console=console, declared=True)
    summary = summarise(terms=TERMS, declared=declared.half, undeclared=undeclared.half)
    (folder / "summary.json").write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    contention.write(folder / "contention.csv", (*undeclared.rows, *declared.rows))
    plot_sharing.redraw(folder, names=NAMES)
    console.print_json(json.dumps(asdict(summary)))
    console.print(f"{folder}/contention.svg and .png tell it in a picture; connections as pg_stat_activity has them")
    return broken_promises(summary)


def keep_log(cluster: Cluster, *, folder: Path) -> None:
    """The operator's log beside the other files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "operator.log").write_text(cluster.operator_log(), encoding="utf-8")


def _half(place: Place, *, cluster: Cluster, server: Database, console: Console, declared: bool) -> Played:
    first, second = (
        Tenant(name=name, weight=weight, half="declared" if declared else "undeclared")
        for name, weight in zip(NAMES, WEIGHTS, strict=True)
    )
    tenants = (first, second)
    console.print(f"{'With' if declared else 'Without'} the dependency declared", style="bold")
    server.empty()
    cluster.make_namespace()
    refused_before = server.refused()
    with ExitStack() as after:
        brokers = (Broker(place.bootstrap, group=first.group), Broker(place.bootstrap, group=second.group))
        for tenant, broker in zip(tenants, brokers, strict=True):
            after.callback(broker.close)
            after.callback(broker.remove, [tenant.topic])
            broker.create({tenant.topic: PARTITIONS})
        _set_up(place, cluster=cluster, server=server, tenants=tenants, declared=declared)
        witness = after.enter_context(Witness(server.witness_url))
        lookout = Lookout(
            cluster=cluster,
            brokers=brokers,
            tenants=tenants,
            witness=witness,
            refused=lambda: server.refused() - refused_before,
            limit=LIMIT,
            console=console,
        )
        ends = _perform(place, cluster=cluster, tenants=tenants, lookout=lookout, declared=declared, console=console)
        written = sum(server.written(tenant.topic) for tenant in tenants)
        cluster.remove_namespace()  # before the topics go: consumers leave a group that is there
    looks = lookout.looks
    burst = contention.burst_at(looks, rate=3.0 * 2 * STEADY)
    return Played(
        half=Half(
            most=witness.most(),
            most_consumers=witness.most(*NAMES),
            refused=looks[-1].refused,
            replicas_a=ends.a.replicas,
            replicas_b=ends.b.replicas,
            produced=looks[-1].a.sent + looks[-1].b.sent,
            written=written,
            operator_restarts=cluster.restarts(),
        ),
        rows=contention.rows(looks, witness.counts, users=NAMES, declared=declared, burst=burst),
    )


def _set_up(place: Place, *, cluster: Cluster, server: Database, tenants: Sequence[Tenant], declared: bool) -> None:
    connection = manifest("connection.yaml")
    connection["spec"] |= {"bootstrapServers": place.bootstrap, "pollInterval": f"{POLL_S:.0f}s"}
    bodies = [connection, secret({user: server.url(user) for user in (*NAMES, OPERATOR)})]
    if declared:
        bodies.append(dependency(reserved=RESERVED, key=OPERATOR, poll_s=5.0))
    limits = {"maxReplicas": MAX_REPLICAS, "lagObjective": f"{OBJECTIVE_S:.0f}s", "capacityPerReplica": 1000 // WORK_MS}
    for tenant in tenants:
        bodies.append(tenant.app(limits=limits, declared=declared, connections=COST))
        bodies.append(tenant.consumer(place, work_ms=WORK_MS, connections=COST))
    cluster.apply(*bodies)
    for tenant in tenants:
        cluster.wait_ready(tenant.name)


def _perform(
    place: Place,
    *,
    cluster: Cluster,
    tenants: Sequence[Tenant],
    lookout: Lookout,
    declared: bool,
    console: Console,
) -> Look:
    """The traffic and what follows; the look at which the shares had settled."""
    schedule = f"{STEADY}x{STEADY_S}s,{BURST}x{BURST_S}s"
    cluster.apply(*(tenant.traffic(place, schedule=schedule) for tenant in tenants))
    console.print(f"{STEADY} messages a second for each, and {BURST} after {STEADY_S} s")
    ended = _job_watch(cluster, tenants)
    settled = _Settled()
    lookout.until(lambda look: settled.see(look) and ended(), limit=STEADY_S + BURST_S + 40.0)
    if settled.last is None:
        raise DemoError("both apps never had too much to do at the same time; lower what one replica handles")
    if declared:
        console.print("The burst is over; what waits is worked off")
        lookout.until(lambda look: settled.see(look) and look.a.lag + look.b.lag == 0, limit=DRAIN_LIMIT_S)
    return settled.last


def _job_watch(cluster: Cluster, tenants: Sequence[Tenant]) -> Callable[[], bool]:
    return lambda: all(cluster.job_ended(tenant.job) for tenant in tenants)


class _Settled:
    """Remembers the last look at which both had too much to do and the replicas had stood for a while."""

    def __init__(self) -> None:
        self.last: Look | None = None
        self._stood: tuple[int, int] | None = None
        self._since = time.time()

    def see(self, look: Look) -> bool:
        """Whether there is such a look by now."""
        stands = (look.a.replicas, look.b.replicas)
        if stands != self._stood:
            self._stood, self._since = stands, look.at
        busy = look.a.lag > FEW and look.b.lag > FEW
        if busy and look.at - self._since >= SETTLED_S:
            self.last = look
        return self.last is not None
