"""PostgreSQL itself is the witness: whatever happens, consumers never hold more of it than they may.

pg_stat_activity is read five times a second through a burst, rollouts, an operator that is killed, and a restart of
the server; the server's own log tells whether it turned anybody away.
"""

from __future__ import annotations

import time

from demo.connections import Witness
from demo.database import Database
from tests.e2e.conftest import MakeApp
from tests.e2e.dependencies.conftest import (
    COST,
    OBJECTIVE,
    RESERVED,
    USABLE,
    USERS,
    dependency,
    local_bed,
    needs,
    reach,
    secret,
    writer,
)
from tests.support.app import App
from tests.support.install import Release
from tests.support.wait import eventually

pytestmark = local_bed
SETTLED_WITHIN = 60.0
"""Seconds: a look, pods that start, and a share that moves for fairness after half a minute."""


def test_two_apps_share_it_two_to_one_and_never_hold_more_than_they_may(
    make_app: MakeApp, release: Release, server: Database
) -> None:
    orders, invoices = (writer(make_app, server, name=name) for name in USERS)
    shared = dependency(capacity={"postgres": {**reach(), "interval": "2s"}, "reserved": RESERVED})
    orders.cluster.apply(secret(server), shared, namespace=orders.namespace)
    refused = server.refused()
    with Witness(server.witness_url) as witness:
        for app, weight in ((orders, 2), (invoices, 1)):
            app.start(scaling={"maxReplicas": 8, **OBJECTIVE}, spec=needs(weight=weight))
        eventually(
            lambda: fair(orders, invoices), within=SETTLED_WITHIN, what=f"2:1 ({orders.words()}; {invoices.words()})"
        )
        all_connect(witness, orders, invoices)
        within_bounds(witness, server, refused)

        restarts = release.restarts()
        for app in (orders, invoices):
            app.cluster.run("rollout", "restart", f"deployment/{app.name}", "-n", app.namespace)
        release.kill9()
        for app in (orders, invoices):
            app.cluster.run("rollout", "status", f"deployment/{app.name}", "-n", app.namespace, limit=90)
        eventually(lambda: release.restarts() > restarts, within=30, what="the operator is back")
        within_bounds(witness, server, refused)
        eventually(lambda: fair(orders, invoices), within=SETTLED_WITHIN, what="2:1 again after the rollouts")
        all_connect(witness, orders, invoices)
        within_bounds(witness, server, refused)

        server.stop()
        time.sleep(1.0)
        server.start()
        since = time.time()
        all_connect(witness, orders, invoices, since=since)
        within_bounds(witness, server, refused)
    looks = len(witness.counts)
    assert looks > 40, f"only {looks} looks at pg_stat_activity"


def fair(orders: App, invoices: App) -> bool:
    """Two to one within one replica, and no room left for one more with the pods that its rollout would add."""
    got, less = orders.replicas(), invoices.replicas()
    used = (with_surge(got) + with_surge(less)) * COST
    return abs(got - 2 * (got + less) / 3) <= 1 and used <= USABLE < used + 2 * COST


def with_surge(replicas: int) -> int:
    """A Deployment's rolling update adds a quarter, rounded up, unless its strategy says otherwise."""
    return replicas + -(-replicas // 4)


def all_connect(witness: Witness, *apps: App, since: float = 0.0) -> None:
    """Every replica holds its connections."""
    due = sum(app.replicas() for app in apps) * COST
    eventually(
        lambda: witness.counts[-1].at > since and witness.counts[-1].of(*USERS) == due,
        within=45,
        what=f"{due} connections are held (last seen: {witness.counts[-1]})",
    )


def within_bounds(witness: Witness, server: Database, refused: int) -> None:
    most = witness.most(*USERS)
    assert 0 < most <= USABLE, f"the consumers held {most} connections of {USABLE}"
    assert server.refused() == refused, "PostgreSQL turned clients away"
