"""`sluicegate run`: puts the rooms together and keeps them going. A part that dies ends the process."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from functools import partial

from kopf import OperatorRegistry

from sluicegate.cli.parts import keep_going
from sluicegate.control.attend import Attendant
from sluicegate.control.chronicle import Chronicle
from sluicegate.control.client_configs import ClientConfigs
from sluicegate.control.clock import Clock
from sluicegate.control.connection_status import ConnectionStatuses
from sluicegate.control.downstream.beat import Beat
from sluicegate.control.downstream.probes import Probes
from sluicegate.control.downstream.statuses import DependencyStatuses
from sluicegate.control.downstream.steward import Steward
from sluicegate.control.gate import Gate
from sluicegate.control.operator import Operator
from sluicegate.control.redrives.keeper import Keeper
from sluicegate.control.redrives.statuses import RedriveStatuses
from sluicegate.control.relist import Relist
from sluicegate.control.roster import Roster
from sluicegate.control.store import Store
from sluicegate.control.topics.beat import Beat as TopicBeat
from sluicegate.control.topics.book import Book
from sluicegate.control.topics.claims import owners
from sluicegate.control.topics.deletion import Deletion
from sluicegate.control.topics.provision import Provision
from sluicegate.control.turn import Turns
from sluicegate.errors import SluicegateError
from sluicegate.kube.client import Cluster
from sluicegate.kube.reviews import ClusterReviews
from sluicegate.kube.watch import SIGNALS, handlers, watch
from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.kafka.pool import SweepPool
from sluicegate.serve.http import serving
from sluicegate.serve.read_api import ReadApi
from sluicegate.telemetry import metrics

log = logging.getLogger(__name__)
LOOP_LIMIT = 30.0
"""Seconds without a turn of the supervision after which the process counts as hanging: three polls."""
WATCH_LIMIT = 300.0
"""Seconds without any event or list after which what the store says is too old to act on."""
CRD_LOOKS = 5.0


async def run(
    *,
    namespaces: tuple[str, ...],
    port: int,
    children: int,
    read_api: bool = True,
    cluster_dependencies: bool | None = None,
    guard: Guard | None = None,
) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code (0 when told to stop, 1 when a part died).

    ``cluster_dependencies``: whether to look at ClusterDownstreamDependencies, which are in no namespace; None: unless
    it looks after some namespaces only, since then it may not be let to.
    """
    clusterwide = not namespaces if cluster_dependencies is None else cluster_dependencies
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    clock = Clock()
    store = Store()
    chronicle = Chronicle()
    pool = SweepPool(children=children, now=clock.now)
    async with await Cluster.connect(namespaces=namespaces, clusterwide=clusterwide) as cluster:
        rooms = assemble(store=store, clock=clock, pool=pool, cluster=cluster, chronicle=chronicle, guard=guard)
        operator = rooms.operator
        api = ReadApi(store=store, chronicle=chronicle, gate=Gate(ClusterReviews(cluster)))
        more = api.routes() if read_api else ()

        def alive() -> str:
            still = clock.now() - operator.turned
            if still > LOOP_LIMIT:
                return f"the control loop has not turned for {still:.0f} s"
            if metrics.watch_age() > WATCH_LIMIT:
                return f"no event and no list from the API server for {metrics.watch_age():.0f} s"
            return ""

        def ready() -> str:
            return "" if operator.ready else "the first whole list has not come in yet"

        try:
            async with serving(port=port, exposition=metrics.exposition, alive=alive, ready=ready, more=more) as bound:
                log.info("started", extra={"port": bound, "namespaces": ",".join(namespaces) or "all"})
                watching = _watch(cluster, handlers(store, clusterwide=clusterwide), namespaces=namespaces, stop=stop)
                parts = {
                    "control": operator.run(),
                    "dependencies": rooms.beat.run(),
                    "topics": rooms.topics.run(),
                    "redrives": rooms.redrives.run(),
                    "watch": watching,
                }
                return await keep_going(parts, stop=stop)
        finally:
            await pool.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What runs beside the watches: apps, the dependencies that they share, and their topics and redrives."""

    operator: Operator
    beat: Beat
    topics: TopicBeat
    redrives: Keeper


def assemble(
    *,
    store: Store,
    clock: Clock,
    pool: SweepPool,
    cluster: Cluster,
    chronicle: Chronicle | None = None,
    guard: Guard | None = None,
) -> Rooms:
    """The control room on one API server. ``guard`` says which addresses of dependencies may be asked."""
    own = os.environ.get("POD_NAMESPACE", "default")
    probes = Probes(store=store, secrets=cluster, guard=guard or Guard(), own_namespace=own)
    steward = Steward(store=store, probes=probes, clock=clock)
    roster = Roster(store=store)
    book = Book()
    configs = ClientConfigs(config_maps=cluster)
    attendant = Attendant(
        store=store,
        roster=roster,
        clock=clock,
        scales=cluster,
        statuses=cluster,
        events=cluster,
        steward=steward,
        book=book,
        configs=configs,
        chronicle=chronicle,
    )
    turns = Turns(
        store=store,
        roster=roster,
        pool=pool,
        secrets=cluster,
        attendant=attendant,
        connections=ConnectionStatuses(store=store, roster=roster, statuses=cluster, clock=clock),
    )
    relist = Relist(store=store, lists=cluster)
    operator = Operator(roster=roster, turns=turns, attendant=attendant, relist=relist, clock=clock)
    steward.wakes(operator.look_at)
    book.wakes(operator.look_at)
    configs.wakes(operator.look_at)
    topics = TopicBeat(
        store=store,
        roster=roster,
        secrets=cluster,
        clock=clock,
        book=book,
        provision=Provision(kafka=pool, book=book, clock=clock),
        deletion=Deletion(store=store, kafka=pool, finalizers=cluster, events=cluster, clock=clock),
        configs=configs,
        ready=lambda: operator.ready,
    )
    statuses = DependencyStatuses(store=store, statuses=cluster, events=cluster, clock=clock)
    beat = Beat(probes=probes, steward=steward, statuses=statuses, ready=lambda: operator.ready)
    redrives = Keeper(
        store=store,
        kafka=pool,
        secrets=cluster,
        deletes=cluster,
        statuses=RedriveStatuses(store=store, statuses=cluster, events=cluster, clock=clock),
        clock=clock,
        owners=partial(owners, store=store, roster=roster),
        last=attendant.last,
        ready=lambda: operator.ready,
    )
    return Rooms(operator=operator, beat=beat, topics=topics, redrives=redrives)


async def _watch(
    cluster: Cluster, registry: OperatorRegistry, *, namespaces: tuple[str, ...], stop: asyncio.Event
) -> None:
    """Wait for the CRDs, since kopf looks for kinds only once, then watch."""
    while True:
        try:
            if await cluster.serves_own_kinds():
                break
            log.warning("the CRDs are not installed yet; waiting for them")
        except SluicegateError as error:
            log.warning("the API server cannot be asked for our kinds; trying again", extra={"why": str(error)})
        await asyncio.sleep(CRD_LOOKS)
    await watch(registry, namespaces=namespaces, stop=stop)
