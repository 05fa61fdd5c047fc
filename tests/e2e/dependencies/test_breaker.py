"""The database goes away: consumers stand back, and come back to it step by step."""

from __future__ import annotations

from demo.database import Database
from tests.e2e.conftest import MakeApp
from tests.e2e.dependencies.conftest import (
    COST,
    OBJECTIVE,
    breaker_is,
    dependency,
    dependency_events,
    local_bed,
    needs,
    reach,
    secret,
    writer,
)
from tests.support.install import Release
from tests.support.recorder import Recorder
from tests.support.wait import always, eventually

pytestmark = local_bed
STEP_PERCENT = 25
CAPACITY = 8 * COST


def test_it_opens_on_a_stopped_server_lets_nothing_grow_and_comes_back_stepwise(
    make_app: MakeApp, release: Release, server: Database
) -> None:
    app = writer(make_app, server)
    ping = {"name": "ping", "postgres": reach(), "interval": "1s", "failureThreshold": 2, "successThreshold": 2}
    breaker = {"openFor": "5s", "recovery": {"stepPercent": STEP_PERCENT, "every": "4s"}}
    ill = dependency(capacity={"value": CAPACITY}, health=[ping], breaker=breaker)
    app.cluster.apply(secret(server), ill, namespace=app.namespace)
    app.start(scaling={"maxReplicas": 2, **OBJECTIVE}, spec=needs(), replicas=2)
    app.shows("DependenciesHealthy", "True", within=20)
    breaker_is(app, release, "Closed", within=10)
    strategy = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    app.cluster.patch("deployment", app.name, {"spec": {"strategy": strategy}}, namespace=app.namespace)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        try:
            server.stop()
            breaker_is(app, release, "Open", within=15)
            app.shows("DependenciesHealthy", "False", "BreakerOpen")
            app.apply(scaling={"maxReplicas": 8, **OBJECTIVE}, spec=needs())
            always(lambda: app.replicas() == 2, during=7, what="no scale-up while the breaker is open")
        finally:
            server.start()
        breaker_is(app, release, "Closed", within=25)
        app.shows("DependenciesHealthy", "True")
        app.reaches(8, within=60)
        steps = [after - before for before, after in zip(seen.numbers, seen.numbers[1:], strict=False)]
        at_most = CAPACITY * STEP_PERCENT // 100 // COST
        assert all(0 < step <= at_most for step in steps), f"{seen.numbers} is not in steps of {at_most}"
    eventually(
        lambda: {"BreakerOpen", "BreakerClosed"} <= set(dependency_events(app)),
        within=10,
        what=f"an Event tells each turn (now {dependency_events(app)})",
    )
    for before, after in (("Closed", "Open"), ("Open", "Closed")):
        labels = f'namespace="{app.namespace}",dependency="orders-db",from="{before}",to="{after}"'
        assert release.metric(f"sluicegate_breaker_transitions_total{{{labels}}}") == 1, (before, after)
