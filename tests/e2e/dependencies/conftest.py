"""Consumers that write to a real PostgreSQL are the subject here, and that it is never asked for more than it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo.database import Database, database
from tests.e2e.conftest import MakeApp
from tests.e2e.kafka.conftest import local_bed
from tests.support.app import App
from tests.support.cluster import Body
from tests.support.install import Release
from tests.support.wait import eventually

LIMIT = 34
"""max_connections of the server."""
RESERVED = 10
"""Kept of them: two for superusers, the operator's own, and room to spare."""
USABLE = LIMIT - RESERVED
COST = 2
"""Connections of one replica."""
USERS = ("orders", "invoices")
OPERATOR = "sluicegate"
WORK_MS = 500
BACKLOG = 3000
"""Messages that keep every replica busy for longer than any test takes."""
OBJECTIVE = {"lagObjective": "10s", "capacityPerReplica": 1000 // WORK_MS}
"""With such a backlog as many replicas are wanted as may be."""

__all__ = ["local_bed"]


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with database(limit=LIMIT, users=(*USERS, OPERATOR)) as found:
        yield found


def secret(server: Database) -> Body:
    """Connection URIs, by user."""
    urls = {user: server.url(user) for user in (*USERS, OPERATOR)}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": urls}


def reach() -> Body:
    """How the operator gets at the server."""
    return {"connectionSecretRef": {"name": "db", "key": OPERATOR}, "timeout": "2s"}


def dependency(*, capacity: Body, name: str = "orders-db", **spec: Any) -> Body:
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DownstreamDependency",
        "metadata": {"name": name},
        "spec": {"capacity": capacity, **spec},
    }


def needs(*, name: str = "orders-db", **more: Any) -> Body:
    """What an app's spec says of it."""
    return {"dependencies": [{"name": name, "costPerReplica": COST, **more}]}


def writer(make_app: MakeApp, server: Database, *, name: str = "orders", partitions: int = 8) -> App:
    """An app whose replicas hold connections; not started, with a backlog that nothing works off soon."""
    env = {"DATABASE_URL": server.url(name), "CONNECTIONS_PER_REPLICA": str(COST)}
    return busy(make_app, name=name, partitions=partitions, consumer_env=env)


def busy(make_app: MakeApp, *, name: str = "orders", partitions: int = 8, **more: Any) -> App:
    """An app that wants as many replicas as it has partitions. Not started."""
    app = make_app(name=name, partitions=partitions, work_ms=WORK_MS, **more)
    app.broker.create(app.topic, partitions=partitions)
    app.broker.produce(app.topic, BACKLOG)
    return app


def of_dependency(app: App, name: str = "orders-db") -> Body:
    """The status of the dependency in the app's namespace; empty while there is none."""
    body = app.cluster.find("downstreamdependency", name, namespace=app.namespace) or {}
    status: Body = body.get("status", {})
    return status


def condition(app: App, type_: str) -> Body:
    """Of the dependency; empty while there is none."""
    found = [one for one in of_dependency(app).get("conditions", []) if one["type"] == type_]
    return found[0] if found else {}


def breaker_is(app: App, release: Release, state: str, *, within: float) -> None:
    """Status, condition, metric and Event agree on it."""
    eventually(
        lambda: of_dependency(app).get("breaker", {}).get("state") == state,
        within=within,
        what=f"the breaker is {state} (status: {of_dependency(app).get('breaker')})",
    )
    right = "True" if state == "Closed" else "False"
    eventually(lambda: condition(app, "BreakerClosed").get("status") == right, within=5, what=f"BreakerClosed={right}")
    labels = f'namespace="{app.namespace}",dependency="orders-db",state="{state}"'
    series = f"sluicegate_dependency_breaker_state{{{labels}}}"
    eventually(lambda: release.metric(series) == 1, within=5, what=f"{series} is 1")


def dependency_events(app: App) -> list[str]:
    """Reasons of the Events about the dependency, in no particular order."""
    return [
        event["reason"]
        for event in app.cluster.list("events", namespace=app.namespace)
        if event["involvedObject"].get("kind") == "DownstreamDependency"
    ]
